import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Scene, setScene } from './scene.ts'
import { WebhookExamples } from './webhooks/examples.ts'

let scene: Scene
beforeAll(async () => {
  scene = await setScene()
})
afterAll(() => scene.stop())

test('every webhook has the shape of its examples', async () => {
  const { github, app, repo, events, installationId } = scene
  app.ping()
  await repo.push('topic', { 'src/user.ts': 'export const b = 1\n' }, { as: 'rita' })
  const { number } = await repo.openPull({ head: 'topic', title: 'T', as: 'rita' })
  await repo.editPull(number, { title: 'U', body: 'text' }, 'rita')
  await repo.setDraft(number, true, 'rita')
  await repo.setDraft(number, false, 'rita')
  await repo.forcePush('topic', { 'src/user.ts': 'export const c = 1\n' }, { as: 'rita' })
  const comment = repo.comment(number, 'one', 'otto')
  repo.editComment(comment.id, 'two')
  repo.deleteComment(comment.id, 'ada')
  const review = await repo.review(number, { event: 'REQUEST_CHANGES', body: 'no', as: 'otto' })
  repo.editReview(review.id, 'still no')
  repo.dismissReview(review.id, 'ada')
  const line = await repo.reviewComment(number, { path: 'src/user.ts', line: 1, body: 'here', as: 'otto' })
  repo.editReviewComment(line.id, 'there')
  repo.deleteReviewComment(line.id)
  await github.actions.runWorkflow({ repo: 'acme/shop', pullRequest: number, command: 'true' })
  await repo.mergeGroup(number, 'ada')
  await repo.closePull(number, 'rita')
  await repo.reopenPull(number, 'rita')
  await repo.deleteBranch('topic', 'rita')
  app.suspend(installationId)
  app.unsuspend(installationId)
  app.uninstall(installationId)
  await github.settled()
  expect([...new Set(events())].sort()).toEqual([
    'check_run.completed',
    'check_run.created',
    'check_suite.completed',
    'check_suite.requested',
    'create',
    'delete',
    'installation.created',
    'installation.deleted',
    'installation.suspend',
    'installation.unsuspend',
    'issue_comment.created',
    'issue_comment.deleted',
    'issue_comment.edited',
    'merge_group.checks_requested',
    'ping',
    'pull_request.closed',
    'pull_request.converted_to_draft',
    'pull_request.edited',
    'pull_request.opened',
    'pull_request.ready_for_review',
    'pull_request.reopened',
    'pull_request.synchronize',
    'pull_request_review.dismissed',
    'pull_request_review.edited',
    'pull_request_review.submitted',
    'pull_request_review_comment.created',
    'pull_request_review_comment.deleted',
    'pull_request_review_comment.edited',
    'push',
    'workflow_run.completed',
    'workflow_run.in_progress',
    'workflow_run.requested',
  ])
  github.assertValid()
})

test('a payload that lacks something, or has it of another kind, is seen', async () => {
  const { received } = scene
  const examples = new WebhookExamples()
  const good = received.find((it) => it.event === 'pull_request' && it.action === 'opened')!.payload
  expect(examples.mismatches('pull_request', good)).toEqual([])
  const { number: _, ...without } = good
  expect(examples.mismatches('pull_request', without)).toEqual([{ path: '/number', message: 'is in every example' }])
  const pull = { ...(good.pull_request as object), draft: 'no' }
  expect(examples.mismatches('pull_request', { ...good, pull_request: pull })).toEqual([
    { path: '/pull_request/draft', message: 'is string, in the examples boolean' },
  ])
})
