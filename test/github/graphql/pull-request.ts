import { association } from '../shapes/association.ts'
import { nodeId } from '../shapes/node-id.ts'
import { type PullFacts, pullFacts } from '../shapes/pull.ts'
import { repoHtml } from '../shapes/repository.ts'
import { type Comment, fullName, type Pull, type Repo, type Review } from '../state.ts'
import { actorNode } from './actor.ts'
import { connection, type Page } from './connection.ts'
import type { Context } from './context.ts'
import { commitNode, refNode } from './git-object.ts'

const changes: Record<string, string> = { removed: 'DELETED' }

export function commentNode(
  { world }: Context,
  repo: Repo,
  it: Comment,
  kind: 'IssueComment' | 'PullRequestReviewComment' = 'IssueComment',
): object {
  const anchor = kind === 'IssueComment' ? 'issuecomment-' : 'discussion_r'
  return {
    __typename: kind,
    id: nodeId(kind, `${fullName(repo)}:${it.id}`),
    databaseId: it.id,
    body: it.body,
    author: actorNode(world, it.user),
    authorAssociation: association(world, repo, it.user),
    createdAt: it.createdAt,
    updatedAt: it.updatedAt,
    publishedAt: it.createdAt,
    lastEditedAt: it.editedAt ?? null,
    url: `${repoHtml(world, repo)}/pull/${it.number}#${anchor}${it.id}`,
    isMinimized: false,
  }
}

export const reviewNode = ({ world }: Context, repo: Repo, it: Review): object => ({
  __typename: 'PullRequestReview',
  id: nodeId('PullRequestReview', `${fullName(repo)}:${it.id}`),
  databaseId: it.id,
  body: it.body,
  state: it.state,
  author: actorNode(world, it.user),
  authorAssociation: association(world, repo, it.user),
  createdAt: it.submittedAt,
  submittedAt: it.submittedAt,
  publishedAt: it.submittedAt,
  lastEditedAt: it.editedAt ?? null,
  commit: { oid: it.commitId },
})

/** `reviewDecision` where the base branch wants reviews. */
function decision(repo: Repo, pull: Pull): string | null {
  const latest = new Map<string, Review>()
  for (const it of repo.reviews.values())
    if (it.number === pull.number && it.state !== 'COMMENTED') latest.set(it.user, it)
  const states = [...latest.values()].map((it) => it.state)
  if (states.includes('CHANGES_REQUESTED')) return 'CHANGES_REQUESTED'
  const wanted = repo.protections.find((it) => it.requiredReviews)?.requiredReviews
  if (wanted === undefined) return null
  return states.filter((it) => it === 'APPROVED').length >= wanted ? 'APPROVED' : 'REVIEW_REQUIRED'
}

export function pullNode(context: Context, repo: Repo, pull: Pull): object {
  const { world } = context
  const git = world.git(repo)
  let counted: Promise<PullFacts> | undefined
  const facts = (): Promise<PullFacts> => (counted ??= pullFacts(world, repo, pull))
  const mergeBase = async () => (await git.mergeBase(pull.baseSha, pull.headSha)) ?? pull.baseSha
  const ref = async (name: string) => {
    const found = await git.ref(`refs/heads/${name}`)
    return found ? refNode(context, repo, found) : null
  }
  const mine = <T extends { number: number }>(map: Map<number, T>): T[] =>
    [...map.values()].filter((it) => it.number === pull.number)
  return {
    __typename: 'PullRequest',
    id: nodeId('PullRequest', `${repo.id}:${pull.number}`),
    databaseId: pull.id,
    number: pull.number,
    title: pull.title,
    body: pull.body ?? '',
    bodyText: pull.body ?? '',
    url: `${repoHtml(world, repo)}/pull/${pull.number}`,
    state: pull.mergedAt ? 'MERGED' : pull.state.toUpperCase(),
    closed: pull.state === 'closed',
    closedAt: pull.closedAt ?? null,
    merged: pull.mergedAt !== undefined,
    mergedAt: pull.mergedAt ?? null,
    mergedBy: () => (pull.mergedBy === undefined ? null : actorNode(world, pull.mergedBy)),
    mergeCommit: async () =>
      pull.mergedAt && pull.mergeCommitSha
        ? commitNode(context, repo, await git.mustCommit(pull.mergeCommitSha))
        : null,
    isDraft: pull.draft,
    isCrossRepository: false,
    locked: false,
    createdAt: pull.createdAt,
    updatedAt: pull.updatedAt,
    author: actorNode(world, pull.user),
    authorAssociation: association(world, repo, pull.user),
    headRefName: pull.headRef,
    headRefOid: pull.headSha,
    headRef: () => ref(pull.headRef),
    headRepository: () => context.repositoryNode(context, repo),
    baseRefName: pull.baseRef,
    baseRefOid: pull.baseSha,
    baseRef: () => ref(pull.baseRef),
    baseRepository: () => context.repositoryNode(context, repo),
    repository: () => context.repositoryNode(context, repo),
    additions: async () => (await facts()).additions,
    deletions: async () => (await facts()).deletions,
    changedFiles: async () => (await facts()).changedFiles,
    mergeable: () => (pull.state !== 'open' ? 'UNKNOWN' : pull.mergeCommitSha ? 'MERGEABLE' : 'CONFLICTING'),
    maintainerCanModify: false,
    reviewDecision: () => decision(repo, pull),
    labels: (page: Page) =>
      connection('labels', pull.labels, page, (it) => ({ id: nodeId('Label', it.id), name: it.name, color: it.color })),
    files: async (page: Page) => {
      const files = await git.diff(await mergeBase(), pull.headSha)
      return connection('files', files, page, (it) => ({
        path: it.path,
        additions: it.additions,
        deletions: it.deletions,
        changeType: changes[it.status] ?? it.status.toUpperCase(),
        viewerViewedState: 'UNVIEWED',
      }))
    },
    commits: async (page: Page) => {
      const commits = await git.log(['--reverse', `${await mergeBase()}..${pull.headSha}`])
      return connection('commits', commits, page, (it) => ({
        id: nodeId('PullRequestCommit', `${repo.id}:${pull.number}:${it.sha}`),
        commit: commitNode(context, repo, it),
        url: `${repoHtml(world, repo)}/pull/${pull.number}/commits/${it.sha}`,
      }))
    },
    timelineItems: (page: Page & { itemTypes?: string[] }) => {
      const items = (pull.turns ?? []).filter((turn) => page.itemTypes?.includes(turn.kind))
      return connection('timelineItems', items, page, ({ kind, at }) => {
        const name = kind === 'BASE_REF_CHANGED_EVENT' ? 'BaseRefChangedEvent' : 'HeadRefForcePushedEvent'
        return { __typename: name, id: nodeId(name, `${repo.id}:${pull.number}:${at}`), createdAt: at }
      })
    },
    comments: (page: Page) => connection('comments', mine(repo.comments), page, (it) => commentNode(context, repo, it)),
    reviews: (page: Page & { states?: string[]; author?: string }) => {
      const found = mine(repo.reviews).filter((it) => !page.states || page.states.includes(it.state))
      return connection('reviews', found, page, (it) => reviewNode(context, repo, it))
    },
  }
}
