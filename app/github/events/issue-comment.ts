import { hear } from '../comment.ts'
import { onEvent } from '../event.ts'
import { IssueCommentPayload } from '../payload.ts'

export const issueComment = onEvent('issue_comment', IssueCommentPayload, async (parts, payload) => {
  if (payload.issue.pull_request === undefined) return
  await hear(parts, payload, {
    number: payload.issue.number,
    reference: `comment:${payload.comment.id}`,
    react: (github, at, content) =>
      github.request('POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions', { ...at, content }),
  })
})
