import { Failure, invalid, must } from '../failure.ts'
import { pullSimple } from '../shapes/pull.ts'
import { reviewCommentShape, reviewShape } from '../shapes/review.ts'
import type { Json, Pull, Repo, Review, ReviewComment } from '../state.ts'
import type { World } from '../world.ts'
import type { Actor } from './actor.ts'
import { type DiffPosition, findLine, hunkAt } from './diff-position.ts'

export interface ReviewCommentInput {
  path: string
  body: string
  line?: number
  side?: string
  start_line?: number
  position?: number
  in_reply_to?: number
  subject_type?: string
}

function tellReview(world: World, repo: Repo, review: Review, action: string, actor: Actor, more: Json = {}): void {
  const pull = must(repo.pulls.get(review.number))
  const shown = reviewShape(world, repo, review)
  const payload = {
    ...more,
    review: { ...shown, state: review.state.toLowerCase(), body: review.body === '' ? null : review.body },
    pull_request: pullSimple(world, repo, pull),
  }
  world.hooks.emit({ name: 'pull_request_review', action, repo, sender: actor.login, payload })
}

function tellComment(
  world: World,
  repo: Repo,
  comment: ReviewComment,
  action: string,
  actor: Actor,
  more: Json = {},
): void {
  const pull = must(repo.pulls.get(comment.number))
  const payload = {
    ...more,
    comment: reviewCommentShape(world, repo, comment),
    pull_request: pullSimple(world, repo, pull),
  }
  world.hooks.emit({ name: 'pull_request_review_comment', action, repo, sender: actor.login, payload })
}

const states = { APPROVE: 'APPROVED', REQUEST_CHANGES: 'CHANGES_REQUESTED', COMMENT: 'COMMENTED' } as const

const unresolved = (field: string): Failure =>
  invalid('PullRequestReviewComment', field, 'custom', `pull_request_review_thread.${field} must be part of the diff`)

/** Where in the pull request's diff a comment stands; GitHub takes none that is not in it. */
async function placeOf(world: World, repo: Repo, pull: Pull, input: ReviewCommentInput): Promise<DiffPosition> {
  const parent = input.in_reply_to === undefined ? undefined : repo.reviewComments.get(input.in_reply_to)
  if (parent) return { position: parent.position, hunk: parent.diffHunk }
  const git = world.git(repo)
  const base = (await git.mergeBase(pull.baseSha, pull.headSha)) ?? pull.baseSha
  const file = (await git.diff(base, pull.headSha)).find((it) => it.path === input.path)
  if (!file) throw unresolved('path')
  const patch = file.patch ?? ''
  if (input.subject_type === 'file') return { position: 1, hunk: '' }
  if (input.position !== undefined) {
    const hunk = hunkAt(patch, input.position)
    if (hunk === undefined) throw unresolved('position')
    return { position: input.position, hunk }
  }
  const found = findLine(patch, input.line ?? 0, input.side === 'LEFT' ? 'LEFT' : 'RIGHT')
  if (!found) throw unresolved('line')
  return found
}

export async function submitReview(
  world: World,
  repo: Repo,
  pull: Pull,
  input: { event: keyof typeof states; body?: string; commit_id?: string; comments?: ReviewCommentInput[] },
  actor: Actor,
): Promise<Review> {
  if (input.event !== 'COMMENT' && pull.user === actor.login) {
    const verb = input.event === 'APPROVE' ? 'approve' : 'request changes on'
    throw new Failure(422, 'Unprocessable Entity', { errors: [`Can not ${verb} your own pull request`] })
  }
  const now = world.time()
  const review: Review = {
    id: world.id(),
    number: pull.number,
    user: actor.login,
    body: input.body ?? '',
    state: states[input.event],
    commitId: input.commit_id ?? pull.headSha,
    submittedAt: now,
    updatedAt: now,
    reactions: [],
  }
  const places = await Promise.all((input.comments ?? []).map((it) => placeOf(world, repo, pull, it)))
  repo.reviews.set(review.id, review)
  tellReview(world, repo, review, 'submitted', actor)
  for (const [i, it] of (input.comments ?? []).entries()) add(world, repo, pull, review, it, places[i]!, actor)
  return review
}

function add(
  world: World,
  repo: Repo,
  pull: Pull,
  review: Review,
  input: ReviewCommentInput,
  place: DiffPosition,
  actor: Actor,
): ReviewComment {
  const now = world.time()
  const comment: ReviewComment = {
    id: world.id(),
    number: pull.number,
    reviewId: review.id,
    user: actor.login,
    body: input.body,
    path: input.path,
    commitId: review.commitId,
    originalCommitId: review.commitId,
    diffHunk: place.hunk,
    position: place.position,
    side: input.side === 'LEFT' ? 'LEFT' : 'RIGHT',
    ...(input.line === undefined ? {} : { line: input.line }),
    ...(input.start_line === undefined ? {} : { startLine: input.start_line }),
    ...(input.in_reply_to === undefined ? {} : { inReplyToId: input.in_reply_to }),
    subjectType: input.subject_type === 'file' ? 'file' : 'line',
    createdAt: now,
    updatedAt: now,
    reactions: [],
  }
  repo.reviewComments.set(comment.id, comment)
  tellComment(world, repo, comment, 'created', actor)
  return comment
}

/** A single comment on a line: GitHub makes a review of its own around it. */
export async function commentOnLine(
  world: World,
  repo: Repo,
  pull: Pull,
  input: ReviewCommentInput & { commit_id?: string },
  actor: Actor,
): Promise<ReviewComment> {
  const place = await placeOf(world, repo, pull, input)
  const now = world.time()
  const review: Review = {
    id: world.id(),
    number: pull.number,
    user: actor.login,
    body: '',
    state: 'COMMENTED',
    commitId: input.commit_id ?? pull.headSha,
    submittedAt: now,
    updatedAt: now,
    reactions: [],
  }
  repo.reviews.set(review.id, review)
  const comment = add(world, repo, pull, review, input, place, actor)
  tellReview(world, repo, review, 'submitted', actor)
  return comment
}

export function editReviewComment(world: World, repo: Repo, it: ReviewComment, body: string, actor: Actor): void {
  const from = it.body
  it.body = body
  it.updatedAt = it.editedAt = world.time()
  tellComment(world, repo, it, 'edited', actor, { changes: { body: { from } } })
}

export function deleteReviewComment(world: World, repo: Repo, it: ReviewComment, actor: Actor): void {
  repo.reviewComments.delete(it.id)
  tellComment(world, repo, it, 'deleted', actor)
}

export function editReview(world: World, repo: Repo, review: Review, body: string, actor: Actor): void {
  const from = review.body
  review.body = body
  review.updatedAt = review.editedAt = world.time()
  tellReview(world, repo, review, 'edited', actor, { changes: { body: { from } } })
}

export function dismissReview(world: World, repo: Repo, review: Review, actor: Actor): void {
  review.state = 'DISMISSED'
  review.updatedAt = world.time()
  tellReview(world, repo, review, 'dismissed', actor)
}
