import { hear } from '../comment.ts'
import { onEvent } from '../event.ts'
import { ReviewCommentPayload } from '../payload.ts'

export const pullRequestReviewComment = onEvent(
  'pull_request_review_comment',
  ReviewCommentPayload,
  async (parts, payload) => {
    await hear(parts, payload, {
      number: payload.pull_request.number,
      reference: `review-comment:${payload.comment.id}`,
      react: (github, at, content) =>
        github.request('POST /repos/{owner}/{repo}/pulls/comments/{comment_id}/reactions', { ...at, content }),
    })
  },
)
