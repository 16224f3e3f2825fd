import { afterEach, expect, test } from 'vitest'
import { nextSecond, type Rig, spec, startRig } from './rig.ts'

let rig: Rig
afterEach(() => rig.github.assertValid())
const all = (conclusion: string) => ({
  'atomic/plan': conclusion,
  'atomic/execute': conclusion,
  'atomic/verify': conclusion,
  'atomic/finalize': conclusion,
})

test('without a ChangeSpec: neutral, and not a word', async () => {
  rig = await startRig()
  const number = await rig.open({ files: { 'src/a.ts': 'export {}\n' } })
  expect(rig.checks(rig.repo.pull(number).headSha)).toEqual(all('neutral'))
  expect(rig.own(number)).toEqual([])
})

test('where every pull request needs a ChangeSpec, one without fails', async () => {
  rig = await startRig({ config: 'version: 1\nchangeSpec: required\nverify: { required: false }\n' })
  const number = await rig.open({ files: { 'src/a.ts': 'export {}\n' } })
  expect(rig.checks(rig.repo.pull(number).headSha)).toEqual({ ...all('cancelled'), 'atomic/plan': 'failure' })
})

test('a broken ChangeSpec is shown at its places; the next push mends it', async () => {
  rig = await startRig()
  const text = JSON.stringify({ ...spec, risk: 'huge', operations: [{ op: 'renameSymbol', symbol: 'a#b' }] }, null, 2)
  const number = await rig.open({ files: { '.atomic/change.json': text } })
  const head = rig.repo.pull(number).headSha
  expect(rig.checks(head)).toEqual({ ...all('cancelled'), 'atomic/plan': 'failure' })
  const run = rig.repo.checkRun('atomic/plan', head)!
  const { data } = await (await rig.octokits.getInstallationOctokit(rig.installationId)).request(
    'GET /repos/{owner}/{repo}/check-runs/{check_run_id}/annotations',
    {
      ...rig.where,
      check_run_id: run.id,
    },
  )
  expect(data.map((a) => `${a.path}:${a.start_line} ${a.message?.split(':')[0]}`)).toEqual([
    '.atomic/change.json:4 risk',
    '.atomic/change.json:6 operations[0].to',
  ])
  await rig.repo.push('topic', { '.atomic/change.json': JSON.stringify(spec) }, { as: 'ada' })
  await rig.settled()
  expect(rig.checks(rig.repo.pull(number).headSha)['atomic/plan']).toBe('action_required')
  await rig.repo.push('topic', { '.atomic/change.json': '{' }, { as: 'ada' })
  await rig.settled()
  expect((await rig.mission(number)).mission.status).toBe('cancelled')
  expect(rig.checks(rig.repo.pull(number).headSha)).toEqual({ ...all('cancelled'), 'atomic/plan': 'failure' })
})

test('a spec that cannot be planned fails with what to do, and /atomic retry tries it again', async () => {
  rig = await startRig()
  const broken = { ...spec, operations: [{ op: 'renameSymbol', symbol: 'src/user.ts#nobody', to: 'x' }] }
  const number = await rig.open({ files: { '.atomic/change.json': JSON.stringify(broken) } })
  const head = rig.repo.pull(number).headSha
  expect(rig.checks(head)['atomic/plan']).toBe('failure')
  expect(rig.repo.checkRun('atomic/plan', head)).toMatchObject({ output: { title: 'No plan: SYMBOL_NOT_FOUND' } })
  expect(rig.own(number)[0]).toContain('What to do')
  rig.repo.comment(number, '/atomic retry plan', 'rita')
  await rig.settled()
  expect(rig.checks(head)['atomic/plan']).toBe('failure')
})

test('the description carries a ChangeSpec too, and its change makes another plan', async () => {
  rig = await startRig()
  const block = (title: string) => `Hello\n\n\`\`\`atomic\n${JSON.stringify({ ...spec, title })}\n\`\`\`\n`
  const number = await rig.open({ files: { 'a.md': 'a\n' }, body: block('One') })
  expect((await rig.mission(number)).mission.title).toBe('One')
  await rig.repo.editPull(number, { body: block('Two') })
  await rig.settled()
  expect((await rig.mission(number)).mission.title).toBe('Two')
  await rig.repo.editPull(number, { body: 'nothing' })
  await rig.settled()
  expect((await rig.mission(number)).mission.status).toBe('cancelled')
})

test('a closed pull request has no open mission; reopened it has one again', async () => {
  rig = await startRig()
  const number = await rig.open()
  await rig.repo.closePull(number)
  await rig.settled()
  expect((await rig.mission(number)).mission.status).toBe('cancelled')
  await rig.repo.reopenPull(number)
  await rig.settled()
  expect((await rig.mission(number)).mission.status).toBe('open')
  expect(rig.checks(rig.repo.pull(number).headSha)['atomic/plan']).toBe('action_required')
})

test('rules come from the default branch: a pull request cannot change its own', async () => {
  rig = await startRig({ config: 'version: 1\napprovals:\n  plan: { required: 2 }\nverify: { required: false }\n' })
  const lax = 'version: 1\napprovals:\n  plan: { required: 1 }\n  solo: true\nverify: { required: false }\n'
  const files = { '.atomic/change.json': JSON.stringify(spec), '.github/atomic.yml': lax }
  const number = await rig.open({ files })
  rig.repo.comment(number, '/atomic approve plan', 'rita')
  rig.repo.comment(number, '/atomic approve plan', 'ada')
  await rig.settled()
  expect((await rig.mission(number)).mission.checkpoints[0]!.status).toBe('pending')
  await rig.repo.push('main', { '.github/atomic.yml': lax }, { as: 'rita' })
  await rig.settled()
  expect((await rig.mission(number)).policy.approvals.plan.required).toBe(1)
  await nextSecond()
  rig.repo.comment(number, '/atomic approve plan', 'ada')
  await rig.settled()
  const record = await rig.mission(number)
  expect(record.mission.status).toBe('completed')
  expect(record.approvals.at(-1)).toMatchObject({ selfApproved: true })
})

test('"re-run" shows a check run anew', async () => {
  rig = await startRig()
  const number = await rig.open()
  const head = rig.repo.pull(number).headSha
  const run = rig.repo.checkRun('atomic/plan', head)!
  rig.repo.rerequest(run.id, 'rita')
  await rig.settled()
  expect(rig.checks(head)['atomic/plan']).toBe('action_required')
  expect(rig.repo.checkRuns(head)).toHaveLength(4)
})

test('a merge queue passes only what is done, and verifies the tree that would be merged', async () => {
  rig = await startRig()
  const invariants = [{ type: 'regex', pattern: 'getUser', files: ['src/**'], expect: 'absent' }]
  const number = await rig.open({ files: { '.atomic/change.json': JSON.stringify({ ...spec, invariants }) } })
  const queued = async (): Promise<Record<string, string>> => {
    const sha = await rig.repo.mergeGroup(number)
    await rig.settled()
    return rig.checks(sha)
  }
  expect(await queued()).toEqual(all('failure'))
  rig.repo.comment(number, '/atomic approve plan', 'rita')
  await rig.settled()
  // Something else was merged meanwhile, then something that uses the old name.
  await rig.repo.push('main', { 'src/other.ts': 'export const other = 1\n' }, { as: 'rita' })
  expect(await queued()).toEqual(all('success'))
  await rig.repo.push('main', { 'src/late.ts': 'import { getUser } from "./user.ts"\ngetUser()\n' }, { as: 'rita' })
  expect(await queued()).toEqual({ ...all('success'), 'atomic/verify': 'failure' })
})

test('a head that two pull requests share passes for neither before it passes for both', async () => {
  rig = await startRig()
  const number = await rig.open()
  const head = rig.repo.pull(number).headSha
  await rig.repo.createBranch('release')
  await rig.repo.createBranch('same', head)
  const other = await rig.repo.openPull({ head: 'same', base: 'release', title: 'Same', as: 'ada', body: '' })
  await rig.settled()
  // The first lands its commits on its own branch; the other stays where both were.
  rig.repo.comment(number, `/atomic approve plan ${head}`, 'rita')
  await rig.settled()
  expect((await rig.mission(number)).mission.status).toBe('completed')
  expect(rig.checks(rig.repo.pull(number).headSha)['atomic/finalize']).toBe('success')
  const plans = rig.repo.checkRuns(head).filter((run) => run.name === 'atomic/plan')
  expect(plans.map((run) => run.externalId)).toEqual([
    `atomic:acme/${rig.where.repo}#${number}:plan`,
    `atomic:acme/${rig.where.repo}#${other.number}:plan`,
  ])
  expect(plans.map((run) => run.conclusion)).not.toContain('neutral')
  expect(plans[1]!.conclusion).toBe('action_required')
})

test('another base asks for other approvals', async () => {
  rig = await startRig({ config: 'version: 1\napprovals:\n  plan: { required: 2 }\nverify: { required: false }\n' })
  const number = await rig.open()
  await rig.repo.createBranch('release')
  rig.repo.comment(number, '/atomic approve plan', 'rita')
  await rig.settled()
  await rig.repo.editPull(number, { base: 'release' })
  await rig.settled()
  expect((await rig.mission(number)).pull?.baseRef).toBe('release')
  await nextSecond()
  rig.repo.comment(number, '/atomic approve plan', 'rob')
  await rig.settled()
  expect((await rig.mission(number)).mission.checkpoints[0]!.status).toBe('pending')
})
