import { addReaction, createComment, deleteComment, editComment } from '../acts/comments.ts'
import { atLeast, roleOf } from '../caller.ts'
import { forbidden, must } from '../failure.ts'
import { type Answer, created, noContent, number, ok, onRepo, paged, type RepoCall, type Route } from '../route.ts'
import { issueComment, reactionContents, reactionShape } from '../shapes/comment.ts'
import type { Comment, Reaction } from '../state.ts'
import { pullOf } from './pulls.ts'

const read = ['issues:read', 'pull_requests:read']
const write = ['issues:write', 'pull_requests:write']

const commentOf = (call: RepoCall): Comment => must(call.repo.comments.get(number(call.params.comment_id)))

/** One's own comments, or anyone's for those who may write. */
function mayEdit(call: RepoCall, author: string): void {
  if (call.actor.login === author || call.caller.kind === 'bot') return
  if (!atLeast(roleOf(call.world, call.repo, call.actor.login), 'write')) throw forbidden('Must have admin rights.')
}

export function reactionRoutes(path: string, target: (call: RepoCall) => { reactions: Reaction[] }): Route[] {
  return [
    onRepo(`GET ${path}/reactions`, read, (call) => {
      const wanted = call.query.content
      const found = target(call).reactions.filter((it) => wanted === undefined || it.content === wanted)
      return paged(call, found, (it) => reactionShape(call.world, it))
    }),
    onRepo(`POST ${path}/reactions`, write, (call): Answer => {
      const content = String(call.body.content)
      if (!(reactionContents as readonly string[]).includes(content)) throw forbidden('no such reaction')
      const { reaction, created: isNew } = addReaction(call.world, target(call), content, call.actor)
      return { status: isNew ? 201 : 200, body: reactionShape(call.world, reaction) }
    }),
    onRepo(`DELETE ${path}/reactions/{reaction_id}`, write, (call) => {
      const it = target(call)
      const id = number(call.params.reaction_id)
      must(it.reactions.find((reaction) => reaction.id === id && reaction.user === call.actor.login))
      it.reactions = it.reactions.filter((reaction) => reaction.id !== id)
      return noContent
    }),
  ]
}

export const commentRoutes: Route[] = [
  onRepo('GET /issues/comments', read, (call) => {
    const since = call.query.since ?? ''
    const found = [...call.repo.comments.values()].filter((it) => it.updatedAt >= since)
    const sorted = call.query.sort === 'updated' ? found.sort((a, b) => a.updatedAt.localeCompare(b.updatedAt)) : found
    const list = call.query.direction === 'desc' ? sorted.reverse() : sorted
    return paged(call, list, (it) => issueComment(call.world, call.repo, it))
  }),
  onRepo('GET /issues/{issue_number}/comments', read, (call) => {
    const pull = pullOf(call)
    const since = call.query.since ?? ''
    const found = [...call.repo.comments.values()].filter((it) => it.number === pull.number && it.updatedAt >= since)
    return paged(call, found, (it) => issueComment(call.world, call.repo, it))
  }),
  onRepo('POST /issues/{issue_number}/comments', write, (call) => {
    const comment = createComment(call.world, call.repo, pullOf(call), String(call.body.body), call.actor)
    return created(issueComment(call.world, call.repo, comment))
  }),
  onRepo('GET /issues/comments/{comment_id}', read, (call) => ok(issueComment(call.world, call.repo, commentOf(call)))),
  onRepo('PATCH /issues/comments/{comment_id}', write, (call) => {
    const comment = commentOf(call)
    mayEdit(call, comment.user)
    editComment(call.world, call.repo, comment, String(call.body.body), call.actor)
    return ok(issueComment(call.world, call.repo, comment))
  }),
  // Not in the described part; people delete comments, and tests do so as people.
  onRepo('DELETE /issues/comments/{comment_id}', write, (call) => {
    const comment = commentOf(call)
    mayEdit(call, comment.user)
    deleteComment(call.world, call.repo, comment, call.actor)
    return noContent
  }),
  ...reactionRoutes('/issues/comments/{comment_id}', commentOf),
]
