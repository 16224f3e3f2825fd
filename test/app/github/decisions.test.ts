import { afterEach, expect, test } from 'vitest'
import { nextSecond, type Rig, spec, startRig } from './rig.ts'

let rig: Rig
afterEach(() => rig.github.assertValid())
const reactions = (id: number): string[] => rig.repo.reactions(id).map((r) => r.content)
const say = async (number: number, body: string, as: string): Promise<number> => {
  const { id } = rig.repo.comment(number, body, as)
  await rig.settled()
  return id
}
const plan = async (number: number): Promise<string> => (await rig.mission(number)).mission.checkpoints[0]!.status

test('who may not approve does not; who may is heard', async () => {
  rig = await startRig()
  const number = await rig.open()
  const head = rig.repo.pull(number).headSha
  // The author, a reader, a bot, and someone who names another commit.
  expect(reactions(await say(number, '/atomic approve plan', 'ada'))).toEqual(['eyes', 'confused'])
  expect(rig.own(number)[0]).toContain('proposed the change')
  expect(reactions(await say(number, '/atomic approve plan', 'otto'))).toEqual(['eyes', 'confused'])
  expect(rig.own(number)[0]).not.toContain('otto')
  expect(reactions(await say(number, `/atomic approve plan ${'0'.repeat(40)}`, 'rita'))).toEqual(['eyes', 'confused'])
  expect(reactions(await say(number, '> /atomic approve plan\n\n`/atomic approve plan`', 'rita'))).toEqual([])
  expect(reactions(await say(number, '/atomic aprove plan', 'rita'))).toEqual(['eyes', 'confused'])
  expect(rig.own(number)[0]).toContain('Did you mean `/atomic approve plan`')
  expect(await plan(number)).toBe('pending')
  // The button of a check run, pressed on its head.
  const run = rig.repo.checkRun('atomic/plan', head)!
  const button = () => rig.repo.checkRun('atomic/plan', head)!.actions[0]!.identifier
  rig.repo.requestAction(run.id, button(), 'ada')
  await rig.settled()
  expect(await plan(number)).toBe('pending')
  rig.repo.requestAction(run.id, button(), 'rita')
  await rig.settled()
  expect((await rig.mission(number)).mission.status).toBe('completed')
  expect(rig.own(number)).toHaveLength(1)
})

test('an approval holds for what was approved, and only as long as its words stand', async () => {
  rig = await startRig({ config: 'version: 1\napprovals:\n  plan: { required: 2 }\nverify: { required: false }\n' })
  const number = await rig.open()
  const first = rig.repo.pull(number).headSha
  const edited = await say(number, '/atomic approve plan', 'rita')
  expect((await rig.mission(number)).approvals).toHaveLength(1)
  expect(rig.own(number)[0]).toContain('1 of 2 approvals')
  rig.repo.editComment(edited, 'never mind')
  await rig.settled()
  expect((await rig.mission(number)).approvals[0]!.withdrawn).toBeDefined()
  // Given again, then a push by the author: stale.
  await say(number, `/atomic approve plan ${first}`, 'rita')
  const second = await rig.repo.push('topic', { 'src/more.ts': 'export const more = 1\n' }, { as: 'ada' })
  await rig.settled()
  expect(rig.checks(second)['atomic/plan']).toBe('action_required')
  expect(rig.checks(first)['atomic/plan']).toBe('cancelled')
  expect(reactions(await say(number, `/atomic approve plan ${first}`, 'rob'))).toEqual(['eyes', 'confused'])
  await say(number, `/atomic approve plan ${second}`, 'rob')
  expect(await plan(number)).toBe('pending')
  // Taken back by command, and by deletion, before there are two.
  await say(number, '/atomic revoke plan', 'rob')
  const gone = await say(number, `/atomic approve plan ${second}`, 'rita')
  rig.repo.deleteComment(gone)
  await say(number, `/atomic approve plan ${second}`, 'rob')
  expect(await plan(number)).toBe('pending')
  await say(number, `/atomic approve plan ${second}`, 'rita')
  expect((await rig.mission(number)).mission.status).toBe('completed')
})

test('an approval given while the base was another is none, though the base is back and nobody told of it', async () => {
  rig = await startRig()
  const number = await rig.open()
  await rig.repo.createBranch('release')
  rig.github.faults.deliveries.add({ event: 'pull_request.edited', kind: 'lose', times: 2 })
  await rig.repo.editPull(number, { base: 'release' })
  const act = async () => {
    await nextSecond()
    await rig.repo.editPull(number, { base: 'main' })
  }
  rig.github.faults.add({ path: /\/reactions$/, times: 1 }, { kind: 'before', act })
  expect(reactions(await say(number, '/atomic approve plan', 'rita'))).toEqual(['eyes', 'confused'])
  expect(await plan(number)).toBe('pending')
  expect(rig.own(number)[0]).toContain('The base branch was changed, or the head set back by force')
  await nextSecond()
  expect(reactions(await say(number, '/atomic approve plan', 'rita'))).toEqual(['eyes', 'rocket'])
})

test('who lost the right to approve counts no more', async () => {
  rig = await startRig({ config: 'version: 1\napprovals:\n  plan: { required: 2 }\nverify: { required: false }\n' })
  const number = await rig.open()
  await say(number, '/atomic approve plan', 'rita')
  rig.repo.setRole('rita', 'read')
  await say(number, '/atomic approve plan', 'rob')
  const record = await rig.mission(number)
  expect(record.mission.checkpoints[0]!.status).toBe('pending')
  expect(record.approvals.map((a) => [a.actor.login, a.withdrawn !== undefined])).toEqual([
    ['rita', true],
    ['rob', false],
  ])
})

test('reviews count where policy says so, and are taken back by their dismissal', async () => {
  const config = 'version: 1\napprovals:\n  plan: { required: 2, reviews: true }\nverify: { required: false }\n'
  rig = await startRig({ config })
  const number = await rig.open()
  const review = await rig.repo.review(number, { event: 'APPROVE', as: 'rita' })
  await rig.settled()
  expect((await rig.mission(number)).approvals).toMatchObject([{ via: 'review', actor: { login: 'rita' } }])
  rig.repo.dismissReview(review.id)
  await rig.settled()
  expect((await rig.mission(number)).approvals[0]!.withdrawn).toBeDefined()
})

test('commands count in reviews and in comments on lines, as they were published', async () => {
  rig = await startRig({ config: 'version: 1\napprovals:\n  plan: { required: 2 }\nverify: { required: false }\n' })
  const number = await rig.open()
  const body = '/atomic approve plan'
  const review = await rig.repo.review(number, { event: 'COMMENT', body, as: 'rita' })
  await rig.settled()
  expect(reactions(review.id)).toEqual(['eyes', 'rocket'])
  expect((await rig.mission(number)).approvals).toMatchObject([{ via: 'review', actor: { login: 'rita' } }])
  rig.repo.editReview(review.id, 'never mind')
  await rig.settled()
  expect((await rig.mission(number)).approvals[0]!.withdrawn).toBeDefined()
  const line = { path: '.atomic/change.json', line: 1, body }
  const comment = await rig.repo.reviewComment(number, { ...line, as: 'rob' })
  await rig.settled()
  expect(reactions(comment.id)).toEqual(['eyes', 'rocket'])
  // Changed and changed back before it was read: taken back in between.
  rig.github.faults.deliveries.add({ event: 'pull_request_review_comment.edited', kind: 'lose', times: 2 })
  const changed = await rig.repo.reviewComment(number, { ...line, as: 'rita' })
  rig.repo.editReviewComment(changed.id, 'no')
  rig.repo.editReviewComment(changed.id, body)
  await rig.settled()
  expect(reactions(changed.id)).toEqual(['eyes', 'confused'])
  const counting = (await rig.mission(number)).approvals.filter((a) => !a.withdrawn)
  expect(counting.map((a) => a.actor.login)).toEqual(['rob'])
})

test('code owners of the touched files are asked, each of them', async () => {
  rig = await startRig({
    config:
      'version: 1\napprovals:\n  plan: { required: 1, from: { codeowners: true } }\nverify: { required: false }\n',
    files: { '.github/CODEOWNERS': '/src/user.ts @acme/core\n/src/main.ts @rob\n' },
  })
  const number = await rig.open()
  await say(number, '/atomic approve plan', 'rob')
  expect(await plan(number)).toBe('pending')
  await say(number, '/atomic approve plan', 'rita')
  expect((await rig.mission(number)).mission.status).toBe('completed')
})

test('a rejection ends the mission; another plan begins another', async () => {
  rig = await startRig()
  const number = await rig.open()
  await say(number, '/atomic reject plan --reason "not @everyone"', 'rita')
  const rejected = await rig.mission(number)
  expect(rejected.mission.status).toBe('rejected')
  expect(rig.checks(rig.repo.pull(number).headSha)['atomic/plan']).toBe('failure')
  await say(number, '/atomic plan', 'ada')
  const next = await rig.mission(number)
  expect(next.mission).toMatchObject({ status: 'open' })
  expect(next.mission.missionId).not.toBe(rejected.mission.missionId)
  expect(rig.checks(rig.repo.pull(number).headSha)['atomic/plan']).toBe('action_required')
  expect(rig.own(number)).toHaveLength(1)
})

test('batches go back as they came', async () => {
  rig = await startRig()
  const number = await rig.open()
  const base = await rig.repo.treeId('topic')
  await say(number, '/atomic approve plan', 'rita')
  const record = await rig.mission(number)
  expect(reactions(await say(number, '/atomic rollback 1', 'rita'))).toEqual(['eyes', 'confused'])
  expect(rig.own(number)[0]).toContain('Later batches changed the same files')
  await say(number, '/atomic rollback', 'rita')
  expect(await rig.repo.treeId('topic')).toBe(record.plan!.batches[0]!.resultTree)
  await say(number, '/atomic rollback all', 'rita')
  expect(await rig.repo.treeId('topic')).toBe(base)
  const head = rig.repo.pull(number).headSha
  expect(rig.checks(head)).toMatchObject({ 'atomic/execute': 'neutral', 'atomic/verify': 'neutral' })
  const [last] = await rig.repo.commits('topic')
  expect(last!.message).toMatch(/^Roll back batch-001\n\nAtomic-Mission: msn_\w+\n/)
  expect(last!.message).toMatch(/Atomic-Batch-Kind: rollback\n/)
  expect((await rig.repo.commits('topic')).filter((c) => c.message.includes('Atomic-Mission'))).toHaveLength(4)
})

test('a push after the end is nothing that the mission speaks for', async () => {
  rig = await startRig()
  const number = await rig.open()
  await say(number, '/atomic approve plan', 'rita')
  const head = await rig.repo.push('topic', { 'src/evil.ts': 'export {}\n' }, { as: 'ada' })
  await rig.settled()
  expect(rig.checks(head)).toEqual({
    'atomic/plan': 'neutral',
    'atomic/execute': 'neutral',
    'atomic/verify': 'neutral',
    'atomic/finalize': 'neutral',
  })
  await rig.repo.push('topic', { '.atomic/change.json': JSON.stringify({ ...spec, title: 'Again' }) }, { as: 'ada' })
  await rig.settled()
  expect((await rig.mission(number)).mission).toMatchObject({ title: 'Again', status: 'open' })
})
