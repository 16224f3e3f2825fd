import { beforeAll, expect, test } from 'vitest'
import { type Rig, startRig } from './rig.ts'

let rig: Rig
beforeAll(async () => {
  rig = await startRig()
})

test('a mission from pull request to pack', async () => {
  const number = await rig.open()
  const planned = await rig.mission(number)
  const first = rig.repo.pull(number).headSha
  expect(planned.plan?.stats.files).toBe(2)
  expect(rig.checks(first)).toEqual({
    'atomic/plan': 'action_required',
    'atomic/execute': 'queued',
    'atomic/verify': 'queued',
    'atomic/finalize': 'queued',
  })
  expect(rig.own(number)).toHaveLength(1)
  const comment = rig.repo.comment(number, `/atomic approve plan ${first.slice(0, 7)}`, 'rita')
  await rig.settled()
  const done = await rig.mission(number)
  expect(done).toMatchObject({ mission: { status: 'completed' } })
  const head = rig.repo.pull(number).headSha
  expect(await rig.repo.treeId('topic')).toBe(planned.plan?.resultTree)
  expect(rig.checks(head)).toEqual({
    'atomic/plan': 'success',
    'atomic/execute': 'success',
    'atomic/verify': 'success',
    'atomic/finalize': 'success',
  })
  expect(rig.repo.checkRuns()).toHaveLength(8)
  expect(Object.values(rig.checks(first))).not.toContain('queued')
  expect(rig.own(number)).toHaveLength(1)
  expect(rig.repo.reactions(comment.id).map((r) => r.content)).toEqual(['eyes', 'rocket'])
  rig.github.assertValid()
})
