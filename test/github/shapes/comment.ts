import { type Comment, fullName, type Json, type Reaction, type Repo } from '../state.ts'
import type { World } from '../world.ts'
import { simpleUser } from './account.ts'
import { integration } from './app.ts'
import { association } from './association.ts'
import { nodeId } from './node-id.ts'
import { repoApi, repoHtml } from './repository.ts'

export const reactionContents = ['+1', '-1', 'laugh', 'hooray', 'confused', 'heart', 'rocket', 'eyes'] as const

export function reactionRollup(url: string, reactions: Reaction[]): Json {
  return {
    url: `${url}/reactions`,
    total_count: reactions.length,
    ...Object.fromEntries(reactionContents.map((it) => [it, reactions.filter((r) => r.content === it).length])),
  }
}

export const reactionShape = (world: World, reaction: Reaction): Json => ({
  id: reaction.id,
  node_id: nodeId('Reaction', reaction.id),
  user: simpleUser(world, reaction.user),
  content: reaction.content,
  created_at: reaction.createdAt,
})

/** GitHub's `issue-comment`. */
export function issueComment(world: World, repo: Repo, comment: Comment): Json {
  const api = repoApi(world, repo)
  const url = `${api}/issues/comments/${comment.id}`
  const app = comment.viaApp === undefined ? undefined : world.apps.get(comment.viaApp)
  return {
    url,
    html_url: `${repoHtml(world, repo)}/pull/${comment.number}#issuecomment-${comment.id}`,
    issue_url: `${api}/issues/${comment.number}`,
    id: comment.id,
    node_id: nodeId('IssueComment', `${fullName(repo)}:${comment.id}`),
    user: simpleUser(world, comment.user),
    created_at: comment.createdAt,
    updated_at: comment.updatedAt,
    author_association: association(world, repo, comment.user),
    body: comment.body,
    reactions: reactionRollup(url, comment.reactions),
    performed_via_github_app: app ? integration(world, app) : null,
  }
}
