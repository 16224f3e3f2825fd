import { unprocessable } from '../failure.ts'
import type { Repo } from '../state.ts'
import type { World } from '../world.ts'
import type { Actor } from './actor.ts'
import { suitesForPush } from './check-suites.ts'
import { protectionOf } from './protection.ts'
import { branchMoved } from './pull-heads.ts'
import { pushPayload } from './push-payload.ts'

export interface RefMove {
  ref: string
  /** Undefined: there was none. */
  before: string | undefined
  /** Undefined: it goes away. */
  after: string | undefined
}

/** What follows from a ref that has moved, however it was moved: webhooks, suites, pull requests. */
export async function refMoved(world: World, repo: Repo, move: RefMove, actor: Actor): Promise<void> {
  const git = world.git(repo)
  const { ref, before, after } = move
  if (before === after || !/^refs\/(heads|tags)\//.test(ref)) return
  const forced = before !== undefined && after !== undefined && !(await git.isAncestor(before, after))
  repo.pushedAt = world.time()
  const kind = ref.startsWith('refs/tags/') ? 'tag' : 'branch'
  const named = { ref: ref.replace(/^refs\/(heads|tags)\//, ''), ref_type: kind, pusher_type: 'user' }
  const hook = { repo, sender: actor.login }
  if (before === undefined) {
    const payload = { ...named, master_branch: repo.defaultBranch, description: null }
    world.hooks.emit({ ...hook, name: 'create', payload })
  }
  if (after === undefined) world.hooks.emit({ ...hook, name: 'delete', payload: named })
  const payload = await pushPayload(world, repo, { ...move, forced, login: actor.login })
  world.hooks.emit({ ...hook, name: 'push', payload })
  if (kind !== 'branch') return
  if (after !== undefined) await suitesForPush(world, repo, named.ref, before, after, actor)
  await branchMoved(world, repo, named.ref, before, after, actor)
}

export interface RefChange {
  ref: string
  /** Undefined: away with it. */
  after: string | undefined
  force?: boolean
  /** Where it must stand now; null: it must not be there. */
  expected?: string | null
}

/** Moves refs as the API does: forwards only, unless forced; all of them or none; one writer at a time. */
export function moveRefs(world: World, repo: Repo, changes: RefChange[], actor: Actor): Promise<void> {
  return world.lock(repo).run(async () => {
    const moves: RefMove[] = []
    for (const change of changes) moves.push(await permitted(world, repo, change))
    const git = world.git(repo)
    for (const { ref, after, before } of moves) {
      if (!(await git.moveRef(ref, after, before))) throw unprocessable('Reference cannot be updated')
    }
    for (const move of moves) await refMoved(world, repo, move, actor)
  })
}

/** Moves one ref that is there, or makes one that is not. */
export function moveRef(
  world: World,
  repo: Repo,
  change: RefChange & { create?: boolean },
  actor: Actor,
): Promise<void> {
  return world.lock(repo).run(async () => {
    const before = await world.git(repo).ref(change.ref)
    if (change.create && before) throw unprocessable('Reference already exists')
    if (!change.create && !before) throw unprocessable('Reference does not exist')
    const move = await permitted(world, repo, change)
    if (!(await world.git(repo).moveRef(move.ref, move.after, move.before))) {
      throw unprocessable('Reference cannot be updated')
    }
    await refMoved(world, repo, move, actor)
  })
}

async function permitted(world: World, repo: Repo, change: RefChange): Promise<RefMove> {
  const git = world.git(repo)
  const { ref, after, expected } = change
  if (!git.validRefName(ref)) throw unprocessable(`${ref} is not a valid ref name.`)
  const before = (await git.ref(ref))?.sha
  if (expected !== undefined && (before ?? null) !== expected) {
    throw unprocessable(`Expected branch to point to "${expected}" but it did not. Pull and try again.`)
  }
  if (after !== undefined && !(await git.info(after))) throw unprocessable('Object does not exist')
  const protection = ref.startsWith('refs/heads/') ? protectionOf(repo, ref.slice(11)) : undefined
  if (before !== undefined && after !== undefined && !(await git.isAncestor(before, after))) {
    if (!change.force) throw unprocessable('Update is not a fast forward')
    if (protection && !protection.allowForcePushes) throw unprocessable('Cannot force-push to this branch')
  }
  if (protection && after === undefined) throw unprocessable('Cannot delete this branch')
  if (protection?.requiredReviews && before !== undefined) {
    throw unprocessable('Changes must be made through a pull request.')
  }
  return { ref, before, after }
}
