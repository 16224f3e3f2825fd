import { orAbsent } from '../client.ts'
import { onEvent } from '../event.ts'
import { asWritten, obey } from '../obey.ts'
import { isBot, pullNamed, ReviewCommentPayload } from '../payload.ts'
import { withdrawBy } from '../withdraw.ts'

export const pullRequestReviewComment = onEvent(
  'pull_request_review_comment',
  ReviewCommentPayload,
  async (parts, payload) => {
    const { comment, sender, action } = payload
    const pull = pullNamed(payload, payload.pull_request.number)
    const author = comment.user
    if (!pull || !author || comment.performed_via_github_app?.id === parts.appId) return
    const reference = `review-comment:${comment.id}`
    if (action !== 'created') {
      const by = sender ?? author
      await withdrawBy(parts, pull, reference, { login: by.login, bot: isBot(by) }, `The comment was ${action}.`)
      return
    }
    const at = { owner: pull.owner, repo: pull.repo, comment_id: comment.id }
    const app = comment.performed_via_github_app?.slug
    await obey(parts, {
      pull,
      body: comment.body ?? '',
      sender: { login: author.login, bot: isBot(author), ...(app === undefined ? {} : { app }) },
      via: 'comment',
      reference,
      at: comment.created_at,
      react: (github, content) =>
        github.request('POST /repos/{owner}/{repo}/pulls/comments/{comment_id}/reactions', { ...at, content }),
      reread: async (github) =>
        asWritten((await orAbsent(github.request('GET /repos/{owner}/{repo}/pulls/comments/{comment_id}', at)))?.data),
    })
  },
)
