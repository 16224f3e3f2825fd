import { afterEach, expect, test } from 'vitest'
import { type Rig, spec, startRig } from './rig.ts'

let rig: Rig
afterEach(() => rig.github.assertValid())

/** A pull request from a fork of somebody who may only read. */
async function openFromFork(more: { files?: Record<string, string>; push: boolean }) {
  const fork = await rig.github.createFork(rig.repo.fullName, 'fay')
  const files = { '.atomic/change.json': JSON.stringify(spec), ...more.files }
  const head = await fork.push('topic', files, { as: 'fay' })
  const input = { head: 'fay:topic', title: 'From a fork', as: 'fay', maintainer_can_modify: more.push }
  const { number } = await rig.repo.openPull(input)
  await rig.settled()
  return { fork, number, head }
}
const approve = async (number: number, head: string): Promise<void> => {
  rig.repo.comment(number, `/atomic approve plan ${head}`, 'rita')
  await rig.settled()
}
const titles = async (of: Rig['repo'], ref: string): Promise<string[]> =>
  (await of.commits(ref, 3)).map((c) => c.message.split('\n')[0]!)

test('where the fork lets maintainers push, the batches land on its branch', async () => {
  rig = await startRig()
  const { fork, number, head } = await openFromFork({ push: true })
  const { plan } = await rig.mission(number)
  await approve(number, head)
  const done = await rig.mission(number)
  expect(done).toMatchObject({ mission: { status: 'completed' } })
  expect(await fork.treeId('topic')).toBe(plan?.resultTree)
  expect(await titles(fork, 'topic')).toEqual(['Rename User to Person', 'Rename getUser to fetchUser', 'Change files'])
  expect(rig.repo.pull(number).headSha).toBe(done.landed?.headSha)
  expect(rig.checks(done.landed!.headSha!)['atomic/finalize']).toBe('success')
})

test('where it does not, a stacked pull request carries them, once, and has no mission of its own', async () => {
  rig = await startRig()
  const { fork, number, head } = await openFromFork({ push: false })
  const { plan } = await rig.mission(number)
  expect(rig.repo.checkRun('atomic/plan', head)!.output.summary).toContain('From a fork that cannot be written here')
  await expect(rig.repo.head(`atomic/pull-${number}`)).rejects.toThrow('no branch')
  await approve(number, head)
  const done = await rig.mission(number)
  expect(done).toMatchObject({ mission: { status: 'completed' } })
  expect(await fork.head('topic')).toBe(head)
  const stack = `atomic/pull-${number}`
  expect(await rig.repo.treeId(stack)).toBe(plan?.resultTree)
  expect(await titles(rig.repo, stack)).toEqual([
    'Rename User to Person',
    'Rename getUser to fetchUser',
    'Change files',
  ])
  expect(rig.repo.pull(number + 1)).toMatchObject({ headRef: stack, baseRef: 'main', user: 'atomic[bot]' })
  expect(rig.checks(await rig.repo.head(stack))['atomic/finalize']).toBe('success')
  // A rollback lands there too.
  rig.repo.comment(number, '/atomic rollback all', 'rita')
  await rig.settled()
  expect(await rig.repo.treeId(stack)).toBe(plan?.baseTree)
})

test('a fork that brings workflows is not pushed here', async () => {
  rig = await startRig()
  const files = { '.github/workflows/steal.yml': 'on: push\njobs: {}\n' }
  const { number, head } = await openFromFork({ push: false, files })
  await approve(number, head)
  expect((await rig.mission(number)).problem).toMatchObject({
    code: 'NOT_ALLOWED',
    place: '.github/workflows/steal.yml',
  })
  await expect(rig.repo.head(`atomic/pull-${number}`)).rejects.toThrow('no branch')
})

test('a push to the fork after the approval stops a stack too', async () => {
  rig = await startRig()
  const { fork, number, head } = await openFromFork({ push: false })
  rig.github.faults.add(
    { path: '/graphql', skip: 1, times: 1 },
    { kind: 'before', act: () => fork.push('topic', { 'src/evil.ts': 'export {}\n' }, { as: 'fay' }) },
  )
  await approve(number, head)
  expect((await rig.mission(number)).problem).toMatchObject({ code: 'HEAD_MOVED' })
  expect(await rig.repo.files(`atomic/pull-${number}`)).not.toContain('src/evil.ts')
})
