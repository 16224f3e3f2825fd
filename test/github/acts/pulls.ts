import { Failure, invalid } from '../failure.ts'
import type { Json, Pull, Repo } from '../state.ts'
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
}

export function openPull(world: World, repo: Repo, input: OpenPullInput, actor: Actor): Promise<Pull> {
  return world.lock(repo).run(async () => {
    const git = world.git(repo)
    const headRef = input.head.replace(/^[^:]+:/, '')
    const head = await git.ref(`refs/heads/${headRef}`)
    const base = await git.ref(`refs/heads/${input.base}`)
    if (!head) throw invalid('PullRequest', 'head', 'invalid')
    if (!base) throw invalid('PullRequest', 'base', 'invalid')
    const custom = (message: string): Failure =>
      new Failure(422, 'Validation Failed', { errors: [{ resource: 'PullRequest', code: 'custom', message }] })
    if (await git.isAncestor(head.sha, base.sha)) throw custom(`No commits between ${input.base} and ${headRef}`)
    for (const it of repo.pulls.values()) {
      if (it.state === 'open' && it.headRef === headRef && it.baseRef === input.base) {
        throw custom(`A pull request already exists for ${repo.owner}:${headRef}.`)
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
      const head = await world.git(repo).ref(`refs/heads/${pull.headRef}`)
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
