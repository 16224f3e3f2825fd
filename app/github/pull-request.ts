import type { PullBinding } from '../../core/orchestrator/types.ts'
import type { GitHub } from './client.ts'

/** A pull request as it stands on GitHub now. */
export interface PullRequest {
  installationId: number
  owner: string
  repo: string
  number: number
  title: string
  body: string
  state: 'open' | 'closed'
  merged: boolean
  draft: boolean
  author: { login: string; bot: boolean }
  /** ISO 8601 UTC. */
  createdAt: string
  headOwner: string
  headRepo: string
  headRef: string
  headSha: string
  baseRef: string
  baseSha: string
  defaultBranch: string
  ownerType: 'User' | 'Organization'
  private: boolean
  /** From another repository. */
  fork: boolean
  /** Its author lets those who may write here push to it. */
  maintainersMayPush: boolean
}

/** Names a pull request; also the key under which its work is done in order. */
export interface PullName {
  installationId: number
  owner: string
  repo: string
  number: number
}
export const pullKey = (name: { owner: string; repo: string; number: number }): string =>
  `${name.owner}/${name.repo}#${name.number}`.toLowerCase()

export async function readPull(github: GitHub, name: PullName): Promise<PullRequest> {
  const { data } = await github.request('GET /repos/{owner}/{repo}/pulls/{pull_number}', {
    owner: name.owner,
    repo: name.repo,
    pull_number: name.number,
  })
  const base = data.base.repo
  // A fork may be deleted while its pull request stays; its commits stay readable here.
  const head = (data.head.repo ?? base) as typeof base
  return {
    installationId: name.installationId,
    owner: base.owner.login,
    repo: base.name,
    number: data.number,
    title: data.title,
    body: data.body ?? '',
    state: data.state === 'open' ? 'open' : 'closed',
    merged: data.merged,
    draft: data.draft ?? false,
    createdAt: data.created_at,
    author: { login: data.user?.login ?? 'ghost', bot: data.user?.type === 'Bot' },
    headOwner: head.owner.login,
    headRepo: head.name,
    headRef: data.head.ref,
    headSha: data.head.sha,
    baseRef: data.base.ref,
    baseSha: data.base.sha,
    defaultBranch: base.default_branch,
    ownerType: base.owner.type === 'Organization' ? 'Organization' : 'User',
    private: base.private,
    fork: data.head.repo?.id !== base.id,
    maintainersMayPush: data.maintainer_can_modify && data.head.repo !== null,
  }
}

/** Branch on which the batches for a fork's pull request land, where the fork may not be written. */
const stackRef = (number: number): string => `atomic/pull-${number}`

export const bindingOf = (pull: PullRequest, specPath: string): PullBinding => ({
  installationId: pull.installationId,
  owner: pull.owner,
  repo: pull.repo,
  number: pull.number,
  ...(pull.fork && !pull.maintainersMayPush
    ? { headOwner: pull.owner, headRepo: pull.repo, headRef: stackRef(pull.number), stacked: true }
    : { headOwner: pull.headOwner, headRepo: pull.headRepo, headRef: pull.headRef }),
  baseRef: pull.baseRef,
  headSha: pull.headSha,
  specPath,
})
