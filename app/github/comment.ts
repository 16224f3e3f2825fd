import type { z } from 'zod'
import type { GitHub } from './client.ts'
import { obey } from './obey.ts'
import type { Parts } from './parts.ts'
import { type IssueCommentPayload, isBot, pullNamed, type ReviewCommentPayload } from './payload.ts'
import { withdrawBy } from './withdraw.ts'

type Payload = z.infer<typeof IssueCommentPayload> | z.infer<typeof ReviewCommentPayload>
type At = { owner: string; repo: string; comment_id: number }

/** Where a kind of comment stands and is answered. */
interface Place {
  /** The pull request that it stands on. */
  number: number
  /** `KIND:ID`, the same for all that becomes of the comment. */
  reference: string
  react(github: GitHub, at: At, content: 'eyes' | 'rocket' | 'confused'): Promise<unknown>
}

/** Does what a new comment says; one that was edited or deleted takes back what it said. */
export async function hear(parts: Parts, payload: Payload, place: Place): Promise<void> {
  const { comment, sender, action } = payload
  const { number, reference } = place
  const pull = pullNamed(payload, number)
  const author = comment.user
  if (!pull || !author || comment.performed_via_github_app?.id === parts.appId) return
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
    node: comment.node_id,
    react: (github, content) => place.react(github, at, content),
  })
}
