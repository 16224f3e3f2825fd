import { Failure, invalid } from '../failure.ts'
import { fold, type Json, type Pull, type Repo } from '../state.ts'
import type { World } from '../world.ts'
import type { Actor } from './actor.ts'
import { gitPerson } from './commits.ts'
import { markMerged, refreshPullRefs, tellPull } from './pull-heads.ts'
import { refMoved } from './refs.ts'

export interface OpenPullInput {
  title: string
  head: string
  base: string
  body?: string | null
  draft?: boolean
  maintainer_can_modify?: boolean
}

/** `owner:branch` of a fork, or a branch of the repository itself. */
function headOf(world: World, repo: Repo, head: string): { headRef: string; fork?: Repo } {
  const [owner, ...rest] = head.split(':')
  if (rest.length === 0 || fold(owner!) === fold(repo.owner)) return { headRef: head.replace(/^[^:]+:/, '') }
  const fork = [...world.repos.values()].find((it) => it.parent === repo.id && fold(it.owner) === fold(owner!))
  if (!fork) throw invalid('PullRequest', 'head', 'invalid')
  return { headRef: rest.join(':'), fork }
}

export function openPull(world: World, repo: Repo, input: OpenPullInput, actor: Actor): Promise<Pull> {
  return world.lock(repo).run(async () => {
    const git = world.git(repo)
    const { headRef, fork } = headOf(world, repo, input.head)
    const head = await world.git(fork ?? repo).ref(`refs/heads/${headRef}`)
    const base = await git.ref(`refs/heads/${input.base}`)
    if (!head) throw invalid('PullRequest', 'head', 'invalid')
    if (!base) throw invalid('PullRequest', 'base', 'invalid')
    const custom = (message: string): Failure =>
      new Failure(422, 'Validation Failed', { errors: [{ resource: 'PullRequest', code: 'custom', message }] })
    if (await git.isAncestor(head.sha, base.sha)) throw custom(`No commits between ${input.base} and ${headRef}`)
    for (const it of repo.pulls.values()) {
      if (it.state === 'open' && it.headRepo === fork?.id && it.headRef === headRef && it.baseRef === input.base) {
        throw custom(`A pull request already exists for ${(fork ?? repo).owner}:${headRef}.`)
      }
    }
    const now = world.time()
    const pull: Pull = {
      id: world.id(),
      number: repo.nextNumber,
      title: input.title,
      body: input.body ?? null,
      user: actor.login,
      state: 'open',
      draft: input.draft ?? false,
      headRef,
      headSha: head.sha,
      ...(fork ? { headRepo: fork.id, maintainerCanModify: input.maintainer_can_modify ?? true } : {}),
      baseRef: input.base,
      baseSha: base.sha,
      labels: [],
      requestedReviewers: [],
      createdAt: now,
      updatedAt: now,
    }
    repo.nextNumber += 1
    repo.pulls.set(pull.number, pull)
    await refreshPullRefs(world, repo, pull)
    await tellPull(world, repo, pull, 'opened', actor)
    return pull
  })
}

export interface EditPullInput {
  title?: string
  body?: string | null
  base?: string
  state?: 'open' | 'closed'
}

/** Changes its words or its state; each change is told as GitHub tells it. */
export function editPull(world: World, repo: Repo, pull: Pull, input: EditPullInput, actor: Actor): Promise<void> {
  return world.lock(repo).run(async () => {
    const changes: Json = {}
    if (input.title !== undefined && input.title !== pull.title) {
      changes.title = { from: pull.title }
      pull.title = input.title
    }
    if (input.body !== undefined && input.body !== pull.body) {
      changes.body = { from: pull.body ?? '' }
      pull.body = input.body
    }
    if (input.base !== undefined && input.base !== pull.baseRef) {
      const base = await world.git(repo).ref(`refs/heads/${input.base}`)
      if (!base) throw invalid('PullRequest', 'base', 'invalid')
      changes.base = { ref: { from: pull.baseRef }, sha: { from: pull.baseSha } }
      pull.baseRef = input.base
      pull.turns = [...(pull.turns ?? []), { kind: 'BASE_REF_CHANGED_EVENT', at: world.time() }]
      pull.baseSha = base.sha
      await refreshPullRefs(world, repo, pull)
    }
    pull.updatedAt = world.time()
    if (Object.keys(changes).length > 0) await tellPull(world, repo, pull, 'edited', actor, { changes })
    if (input.state === undefined || input.state === pull.state) return
    if (pull.mergedAt !== undefined) throw invalid('PullRequest', 'state', 'invalid')
    pull.state = input.state
    if (input.state === 'closed') {
      pull.closedAt = pull.updatedAt
    } else {
      delete pull.closedAt
      const from = world.repos.get(pull.headRepo ?? repo.id) ?? repo
      const head = await world.git(from).ref(`refs/heads/${pull.headRef}`)
      if (!head) throw invalid('PullRequest', 'state', 'invalid')
      pull.headSha = head.sha
      await refreshPullRefs(world, repo, pull)
    }
    await tellPull(world, repo, pull, input.state === 'closed' ? 'closed' : 'reopened', actor)
  })
}

export function setDraft(world: World, repo: Repo, pull: Pull, draft: boolean, actor: Actor): Promise<void> {
  return world.lock(repo).run(async () => {
    if (pull.draft === draft) return
    pull.draft = draft
    pull.updatedAt = world.time()
    await tellPull(world, repo, pull, draft ? 'converted_to_draft' : 'ready_for_review', actor)
  })
}

/** Merges as the button does; answers the new commit on the base branch. */
export function mergePull(
  world: World,
  repo: Repo,
  pull: Pull,
  input: { sha?: string; merge_method?: 'merge' | 'squash' | 'rebase'; commit_title?: string; commit_message?: string },
  actor: Actor,
): Promise<string> {
  return world.lock(repo).run(async () => {
    const git = world.git(repo)
    if (pull.state !== 'open') throw new Failure(405, 'Pull Request is not mergeable')
    if (input.sha !== undefined && input.sha !== pull.headSha) {
      throw new Failure(409, 'Head branch was modified. Review and try the merge again.')
    }
    const ref = `refs/heads/${pull.baseRef}`
    const base = (await git.ref(ref))!.sha
    const tree = await git.mergeTree(base, pull.headSha)
    if (tree === undefined) throw new Failure(405, 'Pull Request is not mergeable')
    const squash = input.merge_method === 'squash'
    const title =
      input.commit_title ??
      (squash
        ? `${pull.title} (#${pull.number})`
        : `Merge pull request #${pull.number} from ${repo.owner}/${pull.headRef}`)
    const sha = await git.writeCommit({
      tree,
      parents: squash ? [base] : [base, pull.headSha],
      author: gitPerson(world, actor.login),
      committer: { name: 'GitHub', email: 'noreply@github.com', date: world.time() },
      message: `${title}\n\n${input.commit_message ?? pull.title}`,
    })
    repo.signed.add(sha)
    await git.moveRef(ref, sha, base)
    await markMerged(world, repo, pull, sha, actor)
    await refMoved(world, repo, { ref, before: base, after: sha }, actor)
    return sha
  })
}
