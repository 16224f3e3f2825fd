import { fullName, type Json, type Repo, type Review, type ReviewComment } from '../state.ts'
import type { World } from '../world.ts'
import { simpleUser } from './account.ts'
import { association } from './association.ts'
import { reactionRollup } from './comment.ts'
import { nodeId } from './node-id.ts'
import { repoApi, repoHtml } from './repository.ts'

/** GitHub's `pull-request-review`. */
export function reviewShape(world: World, repo: Repo, review: Review): Json {
  const html = `${repoHtml(world, repo)}/pull/${review.number}#pullrequestreview-${review.id}`
  const pull = `${repoApi(world, repo)}/pulls/${review.number}`
  return {
    id: review.id,
    node_id: nodeId('PullRequestReview', `${fullName(repo)}:${review.id}`),
    user: simpleUser(world, review.user),
    body: review.body,
    state: review.state,
    html_url: html,
    pull_request_url: pull,
    author_association: association(world, repo, review.user),
    _links: { html: { href: html }, pull_request: { href: pull } },
    submitted_at: review.submittedAt,
    commit_id: review.commitId,
  }
}

/** GitHub's `pull-request-review-comment`. */
export function reviewCommentShape(world: World, repo: Repo, comment: ReviewComment): Json {
  const url = `${repoApi(world, repo)}/pulls/comments/${comment.id}`
  const pull = `${repoApi(world, repo)}/pulls/${comment.number}`
  const html = `${repoHtml(world, repo)}/pull/${comment.number}#discussion_r${comment.id}`
  return {
    url,
    pull_request_review_id: comment.reviewId,
    id: comment.id,
    node_id: nodeId('PullRequestReviewComment', `${fullName(repo)}:${comment.id}`),
    diff_hunk: comment.diffHunk,
    path: comment.path,
    commit_id: comment.commitId,
    original_commit_id: comment.originalCommitId,
    user: simpleUser(world, comment.user),
    body: comment.body,
    created_at: comment.createdAt,
    updated_at: comment.updatedAt,
    html_url: html,
    pull_request_url: pull,
    author_association: association(world, repo, comment.user),
    _links: { self: { href: url }, html: { href: html }, pull_request: { href: pull } },
    reactions: reactionRollup(url, comment.reactions),
    start_line: comment.startLine ?? null,
    original_start_line: comment.startLine ?? null,
    start_side: comment.startLine === undefined ? null : comment.side,
    ...(comment.line === undefined ? {} : { line: comment.line, original_line: comment.line }),
    side: comment.side,
    ...(comment.inReplyToId === undefined ? {} : { in_reply_to_id: comment.inReplyToId }),
    position: comment.position,
    original_position: comment.position,
    subject_type: comment.subjectType,
  }
}
