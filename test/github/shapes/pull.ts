import type { Json, Label, Pull, Repo } from '../state.ts'
import type { World } from '../world.ts'
import { simpleUser } from './account.ts'
import { association } from './association.ts'
import { reactionRollup } from './comment.ts'
import { nodeId } from './node-id.ts'
import { repoApi, repoHtml, repository } from './repository.ts'

/** The numbers that GitHub counts for one pull request, from git. */
export interface PullFacts {
  commits: number
  additions: number
  deletions: number
  changedFiles: number
  mergeable: boolean | null
}

export async function pullFacts(world: World, repo: Repo, pull: Pull): Promise<PullFacts> {
  const git = world.git(repo)
  const base = (await git.mergeBase(pull.baseSha, pull.headSha)) ?? pull.baseSha
  const [files, commits] = await Promise.all([git.diff(base, pull.headSha), git.count([`${base}..${pull.headSha}`])])
  return {
    commits,
    additions: files.reduce((n, it) => n + it.additions, 0),
    deletions: files.reduce((n, it) => n + it.deletions, 0),
    changedFiles: files.length,
    mergeable: pull.state === 'open' ? pull.mergeCommitSha !== undefined : null,
  }
}

export function labelShape(world: World, repo: Repo, label: Label): Json {
  return {
    id: label.id,
    node_id: nodeId('Label', label.id),
    url: `${repoApi(world, repo)}/labels/${encodeURIComponent(label.name)}`,
    name: label.name,
    color: label.color,
    default: false,
    description: null,
  }
}

/** GitHub's `pull-request-simple`, as lists and reviews carry it. */
export function pullSimple(world: World, repo: Repo, pull: Pull): Json {
  const api = repoApi(world, repo)
  const url = `${api}/pulls/${pull.number}`
  const issue = `${api}/issues/${pull.number}`
  const html = `${repoHtml(world, repo)}/pull/${pull.number}`
  const statuses = `${api}/statuses/${pull.headSha}`
  const end = (ref: string, sha: string, of = repo): Json => ({
    label: `${of.owner}:${ref}`,
    ref,
    sha,
    user: simpleUser(world, of.owner),
    repo: {
      ...repository(world, of),
      allow_squash_merge: true,
      allow_merge_commit: true,
      allow_rebase_merge: true,
      allow_auto_merge: false,
      delete_branch_on_merge: false,
      allow_update_branch: false,
      use_squash_pr_title_as_default: false,
      squash_merge_commit_message: 'COMMIT_MESSAGES',
      squash_merge_commit_title: 'COMMIT_OR_PR_TITLE',
      merge_commit_message: 'PR_TITLE',
      merge_commit_title: 'MERGE_MESSAGE',
    },
  })
  return {
    url,
    id: pull.id,
    node_id: nodeId('PullRequest', `${repo.id}:${pull.number}`),
    html_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    issue_url: issue,
    number: pull.number,
    state: pull.state,
    locked: false,
    title: pull.title,
    user: simpleUser(world, pull.user),
    body: pull.body,
    created_at: pull.createdAt,
    updated_at: pull.updatedAt,
    closed_at: pull.closedAt ?? null,
    merged_at: pull.mergedAt ?? null,
    merge_commit_sha: pull.mergeCommitSha ?? null,
    assignee: null,
    assignees: [],
    requested_reviewers: pull.requestedReviewers.map((login) => simpleUser(world, login)),
    requested_teams: [],
    labels: pull.labels.map((label) => labelShape(world, repo, label)),
    milestone: null,
    draft: pull.draft,
    commits_url: `${url}/commits`,
    review_comments_url: `${url}/comments`,
    review_comment_url: `${api}/pulls/comments{/number}`,
    comments_url: `${issue}/comments`,
    statuses_url: statuses,
    head: end(pull.headRef, pull.headSha, world.repos.get(pull.headRepo ?? repo.id)),
    base: end(pull.baseRef, pull.baseSha),
    _links: {
      self: { href: url },
      html: { href: html },
      issue: { href: issue },
      comments: { href: `${issue}/comments` },
      review_comments: { href: `${url}/comments` },
      review_comment: { href: `${api}/pulls/comments{/number}` },
      commits: { href: `${url}/commits` },
      statuses: { href: statuses },
    },
    author_association: association(world, repo, pull.user),
    auto_merge: null,
    active_lock_reason: null,
  }
}

/** GitHub's `pull-request`. */
export function pullShape(world: World, repo: Repo, pull: Pull, facts: PullFacts): Json {
  const blocked = facts.mergeable === false ? 'dirty' : 'clean'
  return {
    ...pullSimple(world, repo, pull),
    merged: pull.mergedAt !== undefined,
    mergeable: facts.mergeable,
    rebaseable: facts.mergeable,
    mergeable_state: pull.draft ? 'draft' : facts.mergeable === null ? 'unknown' : blocked,
    merged_by: pull.mergedBy === undefined ? null : simpleUser(world, pull.mergedBy),
    comments: [...repo.comments.values()].filter((it) => it.number === pull.number).length,
    review_comments: [...repo.reviewComments.values()].filter((it) => it.number === pull.number).length,
    maintainer_can_modify: pull.maintainerCanModify ?? false,
    commits: facts.commits,
    additions: facts.additions,
    deletions: facts.deletions,
    changed_files: facts.changedFiles,
  }
}

/** The same pull request as GitHub's `issue`. */
export function pullAsIssue(world: World, repo: Repo, pull: Pull): Json {
  const api = repoApi(world, repo)
  const url = `${api}/issues/${pull.number}`
  const html = `${repoHtml(world, repo)}/pull/${pull.number}`
  return {
    url,
    repository_url: api,
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    html_url: html,
    id: pull.id + 500_000_000,
    node_id: nodeId('PullRequest', `${repo.id}:${pull.number}`),
    number: pull.number,
    title: pull.title,
    user: simpleUser(world, pull.user),
    labels: pull.labels.map((label) => labelShape(world, repo, label)),
    state: pull.state,
    locked: false,
    assignee: null,
    assignees: [],
    milestone: null,
    comments: [...repo.comments.values()].filter((it) => it.number === pull.number).length,
    created_at: pull.createdAt,
    updated_at: pull.updatedAt,
    closed_at: pull.closedAt ?? null,
    author_association: association(world, repo, pull.user),
    active_lock_reason: null,
    draft: pull.draft,
    pull_request: {
      url: `${api}/pulls/${pull.number}`,
      html_url: html,
      diff_url: `${html}.diff`,
      patch_url: `${html}.patch`,
      merged_at: pull.mergedAt ?? null,
    },
    body: pull.body,
    reactions: reactionRollup(url, []),
    timeline_url: `${url}/timeline`,
    performed_via_github_app: null,
    state_reason: null,
  }
}

/** The short form that check runs and workflow runs carry. */
function pullMinimal(world: World, repo: Repo, pull: Pull): Json {
  const of = { id: repo.id, url: repoApi(world, repo), name: repo.name }
  return {
    url: `${repoApi(world, repo)}/pulls/${pull.number}`,
    id: pull.id,
    number: pull.number,
    head: { ref: pull.headRef, sha: pull.headSha, repo: of },
    base: { ref: pull.baseRef, sha: pull.baseSha, repo: of },
  }
}

export const pullsWithHead = (world: World, repo: Repo, sha: string): Json[] =>
  [...repo.pulls.values()]
    // Those of forks are not told of, https://docs.github.com/rest/checks/runs
    .filter((it) => it.state === 'open' && it.headRepo === undefined && it.headSha === sha)
    .map((it) => pullMinimal(world, repo, it))
