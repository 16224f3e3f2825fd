import { expect, test } from 'vitest'
import { publishChecks } from '../../../app/github/check-runs.ts'
import { clients } from '../../../app/github/client.ts'
import type { Published } from '../../../app/github/published.ts'
import { startRig } from './rig.ts'

test('a thousand annotations: twenty writes of fifty, and few calls beside them', async () => {
  const rig = await startRig()
  const number = await rig.open({ files: { 'a.md': 'a\n' } })
  const headSha = rig.repo.pull(number).headSha
  const annotations = Array.from({ length: 1_000 }, (_, i) => ({
    path: 'a.md',
    start_line: i + 1,
    end_line: i + 1,
    annotation_level: 'warning' as const,
    title: 'Here',
    message: `Number ${i}`,
  }))
  const view = { status: 'completed', conclusion: 'failure', title: 'T', summary: 'S', buttons: [] } as const
  const checks = (['plan', 'execute', 'verify', 'finalize'] as const).map((name) => ({
    ...view,
    name,
    buttons: [],
    annotations: name === 'verify' ? annotations : [],
  }))
  const github = await clients(async () => rig.octokits.getInstallationOctokit(rig.installationId) as never)(1)
  let kept: Published = { checks: {} }
  const to = {
    github,
    pull: { installationId: rig.installationId, ...rig.where, number: 99 },
    appId: rig.app.id,
    save: async (published: Published) => {
      kept = published
    },
  }
  const before = rig.github.log.calls.length
  await publishChecks(to, kept, headSha, checks)
  const calls = rig.github.log.calls.slice(before)
  const batched = calls.filter((c) => c.method === 'PATCH').length + 1
  expect(batched).toBe(20)
  expect(calls.length - batched).toBeLessThanOrEqual(15)
  const run = rig.repo.checkRuns(headSha).find((r) => r.externalId.endsWith('#99:verify'))!
  expect(run.annotations.map((a) => a.message)).toEqual(annotations.map((a) => a.message))
  // Again: nothing to say.
  const after = rig.github.log.calls.length
  await publishChecks(to, kept, headSha, checks)
  expect(rig.github.log.calls.length).toBe(after)
  rig.github.assertValid()
})
