import { afterEach, expect, test } from 'vitest'
import { publishChecks } from '../../../app/github/check-runs.ts'
import { clients } from '../../../app/github/client.ts'
import { type Rig, spec, startRig } from './rig.ts'

let rig: Rig
afterEach(() => rig.github.assertValid())

test('a draft is left alone until it is ready for review', async () => {
  rig = await startRig()
  await rig.repo.push('topic', { '.atomic/change.json': JSON.stringify(spec) }, { as: 'ada' })
  const { number, headSha } = await rig.repo.openPull({ head: 'topic', title: 'Rename', as: 'ada', draft: true })
  await rig.settled()
  expect([rig.repo.checkRuns(headSha), rig.own(number)]).toEqual([[], []])
  await rig.repo.setDraft(number, false, 'ada')
  await rig.settled()
  expect(rig.checks(headSha)['atomic/plan']).toBe('action_required')
})

test('"re-run all checks" shows each of them anew, once', async () => {
  rig = await startRig()
  const number = await rig.open()
  const { headSha } = rig.repo.pull(number)
  const before = rig.checks(headSha)
  await rig.repo.rerequestSuite(rig.repo.checkRun('atomic/plan', headSha)!.suiteId, 'rita')
  await rig.settled()
  expect(rig.checks(headSha)).toEqual(before)
  expect(rig.repo.checkRuns(headSha)).toHaveLength(4)
})

test('the rules of the organisation stand under those of the repository', async () => {
  rig = await startRig({ config: 'version: 1\nverify: { required: false }\n' })
  const rules = 'version: 1\napprovals:\n  plan: { required: 2 }\nverify: { required: true }\n'
  await rig.github.createRepository('acme/.github', {
    private: true,
    files: { '.github/atomic.yml': rules },
    as: 'ada',
  })
  const number = await rig.open()
  const { policy } = await rig.mission(number)
  expect([policy.approvals.plan.required, policy.verify.required]).toEqual([2, false])
  rig.repo.comment(number, `/atomic approve plan ${rig.repo.pull(number).headSha}`, 'rita')
  await rig.settled()
  expect((await rig.mission(number)).mission.checkpoints[0]!.status).toBe('pending')
  rig.repo.comment(number, `/atomic approve plan ${rig.repo.pull(number).headSha}`, 'rob')
  await rig.settled()
  expect((await rig.mission(number)).mission.status).toBe('completed')
})

test('what is longer than GitHub takes is cut, with the way to the rest', async () => {
  rig = await startRig()
  const number = await rig.open({ files: { 'a.md': 'a\n' }, head: 'long' })
  const { headSha } = rig.repo.pull(number)
  const long = `${'A line that is read. '.repeat(20)}\n`.repeat(300)
  const page = 'https://atomic.test/missions/m/view'
  const check = {
    name: 'plan',
    status: 'completed',
    conclusion: 'failure',
    title: 'T',
    buttons: [],
    annotations: [],
  } as const
  const to = {
    github: await clients(async () => rig.octokits.getInstallationOctokit(rig.installationId) as never)(1),
    pull: { installationId: rig.installationId, ...rig.where, number: 99 },
    appId: rig.app.id,
    page,
    save: async () => {},
  }
  await publishChecks(to, { checks: {} }, headSha, [
    { ...check, buttons: [], annotations: [], summary: long, text: long },
  ])
  const { output } = rig.repo.checkRuns(headSha).find((run) => run.externalId.endsWith('#99:plan'))!
  for (const text of [output.summary!, output.text!]) {
    expect(text.length).toBeLessThanOrEqual(65_535)
    expect(text.length).toBeGreaterThan(64_000)
    expect(text).toContain(`The rest is on the [mission page](${page}).`)
  }
})
