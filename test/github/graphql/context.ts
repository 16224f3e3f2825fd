import type { Actor } from '../acts/actor.ts'
import { allows } from '../caller.ts'
import type { Call } from '../route.ts'
import { fullName, type Repo } from '../state.ts'
import type { World } from '../world.ts'
import { GraphQlRefusal } from './refusal.ts'

/** What resolvers are given: who asks, and of which GitHub. */
export interface Context {
  world: World
  call: Call
  /** Passed along, since a repository and its pull requests show each other. */
  repositoryNode(context: Context, repo: Repo): object
}

export function readable({ world, call }: Context, owner: string, name: string): Repo {
  const repo = world.repo(owner, name)
  if (!repo || !allows(world, call.caller, repo, 'metadata:read')) {
    throw new GraphQlRefusal('NOT_FOUND', `Could not resolve to a Repository with the name '${owner}/${name}'.`)
  }
  return repo
}

export function requirePermission({ world, call }: Context, repo: Repo, need: string): Actor {
  const { caller } = call
  if (!allows(world, caller, repo, need)) {
    const message =
      caller.kind === 'bot'
        ? 'Resource not accessible by integration'
        : `${caller.name} does not have the correct permissions on ${fullName(repo)}`
    throw new GraphQlRefusal('FORBIDDEN', message)
  }
  return { login: caller.name, ...(caller.kind === 'bot' ? { viaApp: caller.appId } : {}) }
}
