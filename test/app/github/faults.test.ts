import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { type Rig, startRig } from './rig.ts'

let rig: Rig
afterEach(() => rig.github.assertValid())

const until = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
  for (const end = Date.now() + 60_000; !(await holds()); await sleep(50))
    if (Date.now() > end) throw new Error('it never came to this')
}
const approve = async (number: number): Promise<number> => {
  const { id } = rig.repo.comment(number, `/atomic approve plan ${rig.repo.pull(number).headSha}`, 'rita')
  return id
}
const landed = async () => (await rig.repo.commits('topic')).filter((c) => c.message.includes('Atomic-Mission'))

test('storms pass: limits, faults, lost answers, and each thing is there once', async () => {
  rig = await startRig({ quiet: true })
  const number = await rig.open()
  const { faults } = rig.github
  faults.add({ writes: true }, { kind: 'secondaryLimit', retryAfterSeconds: 1 })
  faults.add({ path: '/graphql', times: 3 }, { kind: 'error', status: 502, performed: true })
  faults.add({ path: /\/git\/commits$/, writes: true }, { kind: 'drop', performed: true })
  faults.add({ path: /\/check-runs$/, writes: true, skip: 2 }, { kind: 'error', status: 500, performed: true })
  faults.add({ path: /\/permission$/ }, { kind: 'rateLimit', resetInSeconds: 1 })
  const id = await approve(number)
  await until(async () => (await rig.mission(number)).mission.status === 'completed')
  await until(() => rig.checks(rig.repo.pull(number).headSha)['atomic/finalize'] === 'success')
  await rig.settled()
  expect(await landed()).toHaveLength(2)
  expect(rig.repo.checkRuns()).toHaveLength(8)
  expect(rig.own(number)).toHaveLength(1)
  expect(rig.repo.reactions(id).map((r) => r.content)).toEqual(['eyes', 'rocket'])
})

test('a push in between stops the mission, and nothing is half done', async () => {
  rig = await startRig()
  const number = await rig.open()
  let foreign = ''
  const act = async () => {
    foreign = await rig.repo.push('topic', { 'src/other.ts': 'export {}\n' }, { as: 'ada' })
  }
  rig.github.faults.add({ path: '/graphql', skip: 2 }, { kind: 'before', act })
  await approve(number)
  await rig.settled()
  const record = await rig.mission(number)
  expect(record.problem).toMatchObject({ checkpoint: 'execute', code: 'HEAD_MOVED' })
  expect(await landed()).toHaveLength(1)
  expect(await rig.repo.head('topic')).toBe(foreign)
  expect(rig.checks(foreign)).toMatchObject({ 'atomic/plan': 'success', 'atomic/execute': 'failure' })
})

test('a branch set back in between is not moved on', async () => {
  rig = await startRig()
  const number = await rig.open()
  const base = await rig.repo.head('main')
  rig.github.faults.add(
    { path: '/graphql', skip: 1 },
    { kind: 'before', act: () => rig.repo.resetBranch('topic', base, 'ada') },
  )
  await approve(number)
  await rig.settled()
  expect(await rig.repo.head('topic')).toBe(base)
})

test('an approval takes few calls', async () => {
  rig = await startRig({ config: 'version: 1\napprovals:\n  plan: { required: 2 }\nverify: { required: false }\n' })
  const number = await rig.open()
  const before = rig.github.log.calls.length
  await approve(number)
  await rig.settled()
  const calls = rig.github.log.calls.slice(before).map((e) => `${e.method} ${e.path}`)
  expect(calls.length).toBeLessThanOrEqual(10)
  expect((await rig.mission(number)).approvals).toHaveLength(1)
})

test('an approval taken back in the middle stops the batches that are left', async () => {
  rig = await startRig()
  const number = await rig.open()
  let id = 0
  const act = async () => {
    rig.repo.deleteComment(id)
    // The withdrawal waits for the batch that is under way; it is heard meanwhile.
    await rig.github.settled()
    await sleep(1_000)
  }
  rig.github.faults.add({ path: /\/git\/trees$/, writes: true }, { kind: 'before', act })
  id = await approve(number)
  await rig.settled()
  const record = await rig.mission(number)
  expect(record.approvals[0]!.withdrawn).toBeDefined()
  expect(record.problem).toMatchObject({ checkpoint: 'execute', code: 'NOT_ALLOWED' })
  expect(await landed()).toHaveLength(1)
})

test('who may not approve any more when the batches land, has not approved', async () => {
  rig = await startRig()
  const number = await rig.open()
  const act = () => rig.repo.setRole('rita', 'read')
  rig.github.faults.add({ path: /\/reactions$/, skip: 1 }, { kind: 'before', act })
  rig.github.faults.add({ path: /\/branches\//, times: 1 }, { kind: 'before', act })
  await approve(number)
  await rig.settled()
  expect((await rig.mission(number)).problem).toMatchObject({ checkpoint: 'execute', code: 'NOT_ALLOWED' })
  expect(await landed()).toHaveLength(0)
})
