import { type AppRecord, fold, type Permissions, type Repo, type Role, type Token } from './state.ts'
import type { World } from './world.ts'

/** Who is calling, as far as a token says. */
export type Caller =
  | { kind: 'anonymous'; name: string }
  | { kind: 'app'; name: string; app: AppRecord }
  | { kind: 'user'; name: string; token: Token }
  | { kind: 'bot'; name: string; token: Token; appId: number; permissions: Permissions }

const rank: Record<Role, number> = { none: 0, read: 1, triage: 2, write: 3, maintain: 4, admin: 5 }
export const atLeast = (role: Role, least: Role): boolean => rank[role] >= rank[least]

/** A person's role: the highest of their own, their teams' and their organisation's. */
export function roleOf(world: World, repo: Repo, login: string): Role {
  const who = fold(login)
  if (fold(repo.owner) === who) return 'admin'
  const organization = world.organization(repo.owner)
  const roles: Role[] = [repo.roles.get(who) ?? (repo.private ? 'none' : 'read')]
  if (organization?.members.get(who) === 'admin') roles.push('admin')
  else if (organization?.members.has(who)) roles.push('read')
  for (const [slug, role] of repo.teamRoles) if (organization?.teams.get(slug)?.members.has(who)) roles.push(role)
  return roles.reduce((a, b) => (rank[b] > rank[a] ? b : a))
}

function mayRead(world: World, caller: Caller, repo: Repo): boolean {
  if (caller.kind === 'bot') return !repo.private || reaches(world, caller, repo)
  if (caller.kind === 'user') return atLeast(roleOf(world, repo, caller.name), 'read')
  return !repo.private && caller.kind === 'anonymous'
}

/** Whether an installation's or a workflow's token is for this repository. */
function reaches(world: World, caller: Caller & { kind: 'bot' }, repo: Repo): boolean {
  const { token } = caller
  if (token.repositories && !token.repositories.has(repo.id)) return false
  if (token.installationId === undefined) return token.repositories !== undefined
  const installation = world.installations.get(token.installationId)
  return installation !== undefined && world.covers(installation, repo)
}

/** A fork's owner may let the maintainers of a pull request push, and with them their apps. */
function letIn(world: World, caller: Caller & { kind: 'bot' }, fork: Repo): boolean {
  const parent = fork.parent === undefined ? undefined : world.repos.get(fork.parent)
  if (!parent || !reaches(world, caller, parent)) return false
  return [...parent.pulls.values()].some(
    (it) => it.state === 'open' && it.headRepo === fork.id && it.maintainerCanModify === true,
  )
}

/** Levels of a permission as a caller has it: `checks:write` may be needed, `write` covers `read`. */
export function allows(world: World, caller: Caller, repo: Repo, need: string): boolean {
  const [name, level] = need.split(':') as [string, string]
  if (caller.kind === 'bot') {
    if (!reaches(world, caller, repo) && !(['contents', 'metadata'].includes(name) && letIn(world, caller, repo)))
      return !repo.private && level === 'read'
    const has = caller.permissions[name]
    return name === 'metadata' || has === 'admin' || has === 'write' || (has === 'read' && level === 'read')
  }
  if (caller.kind !== 'user') return level === 'read' && mayRead(world, caller, repo) && name !== 'administration'
  const role = roleOf(world, repo, caller.name)
  if (name === 'administration') return atLeast(role, 'admin')
  if (level === 'read' || name === 'issues' || name === 'pull_requests') return atLeast(role, 'read')
  return name !== 'checks' && atLeast(role, 'write')
}
