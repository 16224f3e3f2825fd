import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Scene, setScene } from './scene.ts'

let scene: Scene
const where = { owner: 'acme', repo: 'shop' }
beforeAll(async () => {
  scene = await setScene()
})
afterAll(() => scene.stop())

test('a pull request from push to merge, seen by an app', async () => {
  const { github, repo, bot, as, received, events } = scene
  await repo.push('topic', { 'src/user.ts': 'export const account = 1\n', 'src/new.ts': 'export {}\n' }, { as: 'rita' })
  const pull = await repo.openPull({ head: 'topic', title: 'Rename', body: 'why', as: 'rita' })
  const { data } = await bot.rest.pulls.get({ ...where, pull_number: pull.number })
  expect(data).toMatchObject({
    state: 'open',
    changed_files: 2,
    commits: 1,
    additions: 2,
    deletions: 1,
    mergeable: true,
  })
  expect(data.head.sha).toBe(await repo.head('topic'))
  const files = await bot.rest.pulls.listFiles({ ...where, pull_number: pull.number })
  expect(files.data.map((it) => [it.filename, it.status])).toEqual([
    ['src/new.ts', 'added'],
    ['src/user.ts', 'modified'],
  ])
  expect(files.data[1]!.patch).toBe('@@ -1 +1 @@\n-export const user = 1\n+export const account = 1')

  const before = data.head.sha
  const after = await repo.push('topic', { 'src/new.ts': null }, { as: 'rita' })
  await github.settled()
  const synchronized = received.find((it) => it.action === 'synchronize')!
  expect(synchronized.payload).toMatchObject({
    before,
    after,
    pull_request: { head: { sha: after }, changed_files: 1 },
  })

  await as('otto').rest.pulls.createReview({ ...where, pull_number: pull.number, event: 'APPROVE', body: 'fine' })
  await expect(
    as('rita').rest.pulls.createReview({ ...where, pull_number: pull.number, event: 'APPROVE' }),
  ).rejects.toMatchObject({ status: 422 })
  await repo.mergePull(pull.number, 'ada')
  await github.settled()
  const merged = await bot.rest.pulls.get({ ...where, pull_number: pull.number })
  expect(merged.data).toMatchObject({ merged: true, state: 'closed', merged_by: { login: 'ada' } })
  expect(events()).toEqual([
    'installation.created',
    'create',
    'push',
    'check_suite.requested',
    'pull_request.opened',
    'push',
    'check_suite.requested',
    'pull_request.synchronize',
    'pull_request_review.submitted',
    'pull_request.closed',
    'push',
    'check_suite.requested',
  ])
  expect(received.find((it) => it.event === 'pull_request_review')!.payload).toMatchObject({
    review: { state: 'approved' },
  })
  github.assertValid()
})

test('comments, reactions and their webhooks', async () => {
  const { github, repo, bot, as, received, app } = scene
  await repo.push('other', { 'a.txt': 'a\n' }, { as: 'rita' })
  const { number } = await repo.openPull({ head: 'other', title: 'Other', as: 'rita' })
  const comment = repo.comment(number, '/atomic plan', 'otto')
  await github.settled()
  expect(received.at(-1)!.payload).toMatchObject({
    action: 'created',
    issue: { number, pull_request: { html_url: `${github.url}/acme/shop/pull/${number}` } },
    comment: { body: '/atomic plan', author_association: 'COLLABORATOR' },
    sender: { login: 'otto', type: 'User' },
  })
  await bot.rest.reactions.createForIssueComment({ ...where, comment_id: comment.id, content: 'eyes' })
  const again = await bot.rest.reactions.createForIssueComment({ ...where, comment_id: comment.id, content: 'eyes' })
  expect(again.status).toBe(200)
  expect(repo.reactions(comment.id)).toMatchObject([{ user: 'atomic[bot]', content: 'eyes' }])

  const { data: mine } = await bot.rest.issues.createComment({ ...where, issue_number: number, body: 'planned' })
  expect(mine.performed_via_github_app?.slug).toBe(app.slug)
  await bot.rest.issues.updateComment({ ...where, comment_id: mine.id, body: 'planned again' })
  repo.editComment(comment.id, 'never mind')
  await as('otto').rest.issues.deleteComment({ ...where, comment_id: comment.id })
  await github.settled()
  expect(received.slice(-3).map((it) => [it.action, (it.payload.changes as object) ?? null])).toEqual([
    ['edited', { body: { from: 'planned' } }],
    ['edited', { body: { from: '/atomic plan' } }],
    ['deleted', null],
  ])
  const all = await bot.paginate(bot.rest.issues.listComments, { ...where, issue_number: number, per_page: 1 })
  expect(all.map((it) => it.body)).toEqual(['planned again'])
  github.assertValid()
})

test('a comment on a line, its reply, its webhook', async () => {
  const { github, repo, bot, as, received } = scene
  await repo.push('lines', { 'src/user.ts': 'export const line = 2\n' }, { as: 'rita' })
  const { number } = await repo.openPull({ head: 'lines', title: 'Lines', as: 'rita' })
  const { data } = await as('otto').rest.pulls.createReviewComment({
    ...where,
    pull_number: number,
    commit_id: await repo.head('lines'),
    path: 'src/user.ts',
    line: 1,
    body: '/atomic approve plan',
  })
  const reply = await bot.rest.pulls.createReplyForReviewComment({
    ...where,
    pull_number: number,
    comment_id: data.id,
    body: 'done',
  })
  expect(reply.data.in_reply_to_id).toBe(data.id)
  await bot.rest.reactions.createForPullRequestReviewComment({ ...where, comment_id: data.id, content: '+1' })
  await github.settled()
  const seen = received.filter((it) => it.event === 'pull_request_review_comment')
  expect(seen.map((it) => (it.payload.comment as { body: string }).body)).toEqual(['/atomic approve plan', 'done'])
  await expect(
    as('otto').rest.pulls.createReviewComment({
      ...where,
      pull_number: number,
      commit_id: await repo.head('lines'),
      path: 'README.md',
      line: 1,
      body: 'not here',
    }),
  ).rejects.toMatchObject({ status: 422 })
  const long = Array.from({ length: 20 }, (_, i) => `line ${i + 1}\n`).join('')
  await repo.push('main', { 'long.txt': long }, { as: 'ada' })
  await repo.push('lines', { 'long.txt': long }, { as: 'rita' })
  await repo.createBranch('changed')
  await repo.push('changed', { 'long.txt': long.replace('line 9\n', 'line nine\nand a half\n') }, { as: 'rita' })
  const { number: second } = await repo.openPull({ head: 'changed', title: 'Changed', as: 'rita' })
  const at = async (line: number, side: 'LEFT' | 'RIGHT') => {
    const made = await repo.reviewComment(second, { path: 'long.txt', line, side, body: 'b', as: 'otto' })
    return [made.position, made.diffHunk.split('\n').at(-1)]
  }
  expect(await at(9, 'LEFT')).toEqual([4, '-line 9'])
  expect(await at(10, 'RIGHT')).toEqual([6, '+and a half'])
  await expect(at(20, 'RIGHT')).rejects.toMatchObject({ status: 422 })
  github.assertValid()
})
