import { pullFacts, pullShape } from '../shapes/pull.ts'
import type { Json, Pull, Repo } from '../state.ts'
import type { World } from '../world.ts'
import type { Actor } from './actor.ts'

export async function tellPull(
  world: World,
  repo: Repo,
  pull: Pull,
  action: string,
  actor: Actor,
  more: Json = {},
): Promise<void> {
  const pull_request = pullShape(world, repo, pull, await pullFacts(world, repo, pull))
  const payload = { number: pull.number, pull_request, ...more }
  world.hooks.emit({ name: 'pull_request', action, repo, sender: actor.login, payload })
}

/** Keeps `refs/pull/N/head` and, where it merges cleanly, `refs/pull/N/merge`. */
export async function refreshPullRefs(world: World, repo: Repo, pull: Pull): Promise<void> {
  const git = world.git(repo)
  const head = `refs/pull/${pull.number}/head`
  await git.moveRef(head, pull.headSha, (await git.ref(head))?.sha)
  const merge = `refs/pull/${pull.number}/merge`
  const before = (await git.ref(merge))?.sha
  const baseTip = (await git.ref(`refs/heads/${pull.baseRef}`))?.sha ?? pull.baseSha
  const tree = await git.mergeTree(baseTip, pull.headSha)
  if (tree === undefined) {
    if (before !== undefined) await git.moveRef(merge, undefined, before)
    delete pull.mergeCommitSha
    return
  }
  const by = { name: 'GitHub', email: 'noreply@github.com', date: world.time() }
  const message = `Merge ${pull.headSha} into ${baseTip}`
  const sha = await git.writeCommit({ tree, parents: [baseTip, pull.headSha], author: by, committer: by, message })
  await git.moveRef(merge, sha, before)
  pull.mergeCommitSha = sha
}

export async function markMerged(world: World, repo: Repo, pull: Pull, sha: string, actor: Actor): Promise<void> {
  const now = world.time()
  pull.state = 'closed'
  pull.closedAt = now
  pull.mergedAt = now
  pull.updatedAt = now
  pull.mergedBy = actor.login
  pull.mergeCommitSha = sha
  await tellPull(world, repo, pull, 'closed', actor)
}

/** A branch has moved: open pull requests from it follow; those into it may turn out merged. */
export async function branchMoved(
  world: World,
  repo: Repo,
  branch: string,
  before: string | undefined,
  after: string | undefined,
  actor: Actor,
): Promise<void> {
  const parent = repo.parent === undefined ? undefined : world.repos.get(repo.parent)
  for (const pull of parent?.pulls.values() ?? [])
    if (pull.state === 'open' && pull.headRepo === repo.id && pull.headRef === branch)
      await headMoved(world, parent!, pull, before, after, actor)
  for (const pull of repo.pulls.values()) {
    if (pull.state !== 'open') continue
    if (pull.headRepo === undefined && pull.headRef === branch) {
      await headMoved(world, repo, pull, before, after, actor)
    } else if (pull.baseRef === branch && after !== undefined) {
      if (await world.git(repo).isAncestor(pull.headSha, after)) await markMerged(world, repo, pull, after, actor)
      else await refreshPullRefs(world, repo, pull)
    }
  }
}

async function headMoved(
  world: World,
  repo: Repo,
  pull: Pull,
  before: string | undefined,
  after: string | undefined,
  actor: Actor,
): Promise<void> {
  pull.updatedAt = world.time()
  if (after === undefined) {
    pull.state = 'closed'
    pull.closedAt = pull.updatedAt
    await tellPull(world, repo, pull, 'closed', actor)
    return
  }
  if (before !== undefined && !(await world.git(repo).isAncestor(before, after)))
    pull.turns = [...(pull.turns ?? []), { kind: 'HEAD_REF_FORCE_PUSHED_EVENT', at: pull.updatedAt }]
  pull.headSha = after
  pull.baseSha = (await world.git(repo).ref(`refs/heads/${pull.baseRef}`))?.sha ?? pull.baseSha
  await refreshPullRefs(world, repo, pull)
  await tellPull(world, repo, pull, 'synchronize', actor, { before, after })
}
