import { must } from '../failure.ts'
import { issueComment } from '../shapes/comment.ts'
import { pullAsIssue } from '../shapes/pull.ts'
import type { Comment, Json, Pull, Reaction, Repo } from '../state.ts'
import type { World } from '../world.ts'
import type { Actor } from './actor.ts'

function tell(world: World, repo: Repo, comment: Comment, action: string, actor: Actor, more: Json = {}): void {
  const pull = must(repo.pulls.get(comment.number))
  const payload = { ...more, issue: pullAsIssue(world, repo, pull), comment: issueComment(world, repo, comment) }
  world.hooks.emit({ name: 'issue_comment', action, repo, sender: actor.login, payload })
}

export function createComment(world: World, repo: Repo, pull: Pull, body: string, actor: Actor): Comment {
  const now = world.time()
  const comment: Comment = {
    id: world.id(),
    number: pull.number,
    user: actor.login,
    body,
    createdAt: now,
    updatedAt: now,
    ...(actor.viaApp === undefined ? {} : { viaApp: actor.viaApp }),
    reactions: [],
  }
  repo.comments.set(comment.id, comment)
  pull.updatedAt = now
  tell(world, repo, comment, 'created', actor)
  return comment
}

export function editComment(world: World, repo: Repo, comment: Comment, body: string, actor: Actor): void {
  const from = comment.body
  comment.body = body
  comment.updatedAt = comment.editedAt = world.time()
  tell(world, repo, comment, 'edited', actor, { changes: { body: { from } } })
}

export function deleteComment(world: World, repo: Repo, comment: Comment, actor: Actor): void {
  repo.comments.delete(comment.id)
  tell(world, repo, comment, 'deleted', actor)
}

/** The same person's same reaction is the one that is there already. */
export function addReaction(
  world: World,
  target: { reactions: Reaction[] },
  content: string,
  actor: Actor,
): { reaction: Reaction; created: boolean } {
  const there = target.reactions.find((it) => it.user === actor.login && it.content === content)
  if (there) return { reaction: there, created: false }
  const reaction: Reaction = { id: world.id(), user: actor.login, content, createdAt: world.time() }
  target.reactions.push(reaction)
  return { reaction, created: true }
}
