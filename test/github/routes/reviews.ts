import { commentOnLine, dismissReview, type ReviewCommentInput, submitReview } from '../acts/reviews.ts'
import { Failure, must, unprocessable } from '../failure.ts'
import { created, number, ok, onRepo, paged, type RepoCall, type Route } from '../route.ts'
import { reviewCommentShape, reviewShape } from '../shapes/review.ts'
import type { Review, ReviewComment } from '../state.ts'
import { reactionRoutes } from './comments.ts'
import { pullOf } from './pulls.ts'

const read = 'pull_requests:read'
const write = 'pull_requests:write'

const reviewOf = (call: RepoCall): Review => {
  const review = must(call.repo.reviews.get(number(call.params.review_id)))
  return must(review.number === pullOf(call).number ? review : undefined)
}
const commentOf = (call: RepoCall): ReviewComment => must(call.repo.reviewComments.get(number(call.params.comment_id)))

export const reviewRoutes: Route[] = [
  onRepo('GET /pulls/{pull_number}/reviews', read, (call) => {
    const pull = pullOf(call)
    const found = [...call.repo.reviews.values()].filter((it) => it.number === pull.number)
    return paged(call, found, (it) => reviewShape(call.world, call.repo, it))
  }),
  onRepo('POST /pulls/{pull_number}/reviews', write, async (call) => {
    const input = call.body as {
      event?: 'APPROVE' | 'REQUEST_CHANGES' | 'COMMENT'
      body?: string
      commit_id?: string
      comments?: ReviewCommentInput[]
    }
    const { event } = input
    if (event === undefined) throw unprocessable('this GitHub keeps no pending reviews')
    if (event !== 'APPROVE' && !input.body && !input.comments?.length)
      throw new Failure(422, 'Unprocessable Entity', { errors: ['Body can not be blank'] })
    const review = await submitReview(call.world, call.repo, pullOf(call), { ...input, event }, call.actor)
    return ok(reviewShape(call.world, call.repo, review))
  }),
  onRepo('GET /pulls/{pull_number}/reviews/{review_id}', read, (call) =>
    ok(reviewShape(call.world, call.repo, reviewOf(call))),
  ),
  onRepo('PUT /pulls/{pull_number}/reviews/{review_id}/dismissals', write, (call) => {
    const review = reviewOf(call)
    if (review.state === 'COMMENTED') throw unprocessable('Can not dismiss a commented pull request review')
    dismissReview(call.world, call.repo, review, call.actor)
    return ok(reviewShape(call.world, call.repo, review))
  }),
  onRepo('GET /pulls/comments', read, (call) =>
    paged(call, [...call.repo.reviewComments.values()], (it) => reviewCommentShape(call.world, call.repo, it)),
  ),
  onRepo('GET /pulls/comments/{comment_id}', read, (call) =>
    ok(reviewCommentShape(call.world, call.repo, commentOf(call))),
  ),
  onRepo('GET /pulls/{pull_number}/comments', read, (call) => {
    const pull = pullOf(call)
    const found = [...call.repo.reviewComments.values()].filter((it) => it.number === pull.number)
    return paged(call, found, (it) => reviewCommentShape(call.world, call.repo, it))
  }),
  onRepo('POST /pulls/{pull_number}/comments', write, async (call) => {
    const input = call.body as unknown as ReviewCommentInput & { commit_id?: string }
    const comment = await commentOnLine(call.world, call.repo, pullOf(call), input, call.actor)
    return created(reviewCommentShape(call.world, call.repo, comment))
  }),
  onRepo('POST /pulls/{pull_number}/comments/{comment_id}/replies', write, async (call) => {
    const to = commentOf(call)
    const input = { path: to.path, body: String(call.body.body), in_reply_to: to.inReplyToId ?? to.id }
    const comment = await commentOnLine(call.world, call.repo, pullOf(call), input, call.actor)
    return created(reviewCommentShape(call.world, call.repo, comment))
  }),
  ...reactionRoutes('/pulls/comments/{comment_id}', commentOf),
]
