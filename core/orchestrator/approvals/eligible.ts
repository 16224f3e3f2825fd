import type { CheckpointName } from '../../contracts/index.ts'
import type { ApprovalRule, MissionPolicy } from '../types.ts'
import { type OwnerLine, ownerLine, parseCodeowners } from './codeowners.ts'
import type { Facts, Person } from './facts.ts'
import { type VerdictTree, verdict } from './tree.ts'

export const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase()

export interface Owned {
  path: string
  line: OwnerLine
}

/** Touched paths that have owners. */
export function ownedPaths(facts: Pick<Facts, 'codeowners' | 'paths'>): Owned[] {
  const lines = facts.codeowners === undefined ? [] : parseCodeowners(facts.codeowners)
  return facts.paths.flatMap((path) => {
    const line = ownerLine(lines, path)
    return line === undefined || line.owners.length === 0 ? [] : [{ path, line }]
  })
}

export function owns(person: Person, line: OwnerLine): boolean {
  const names = [person.login, ...(person.teams ?? []), ...(person.emails ?? [])].map((n) => n.toLowerCase())
  return line.owners.some((owner) => names.includes(owner))
}

const inTeam = (person: Person, team: string, organisation?: string): boolean => {
  const full = team.replace(/^@/, '')
  const named = full.includes('/') || organisation === undefined ? full : `${organisation}/${full}`
  return (person.teams ?? []).some((t) => same(t, named))
}

/** Roles, teams, users: one is enough. Owning a touched file is too, where code owners are asked for. */
export function holdsPlace(rule: ApprovalRule, person: Person, facts: Facts, owned: readonly Owned[]): VerdictTree {
  const { roles, teams, users, codeowners } = rule.from
  const role = person.role ?? 'none'
  const children: VerdictTree[] = []
  if (roles.length > 0) {
    const ok = roles.some((r) => same(r, role))
    children.push(verdict(ok, 'role', `${role}; one of ${roles.join(', ')} counts`))
  }
  if (teams.length > 0) {
    const team = teams.find((t) => inTeam(person, t, facts.organisation))
    children.push(verdict(team !== undefined, 'team', team ?? `in none of ${teams.join(', ')}`))
  }
  if (users.length > 0) {
    const ok = users.some((u) => same(u.replace(/^@/, ''), person.login))
    children.push(verdict(ok, 'user', ok ? 'named' : 'not named'))
  }
  if (codeowners) {
    const mine = owned.filter((o) => owns(person, o.line))
    children.push(
      verdict(
        mine.length > 0,
        'code owner',
        mine.length > 0 ? `of ${list(mine.map((o) => o.path))}` : 'of no touched file',
      ),
    )
  }
  const ok = children.some((c) => c.verdict === 'yes')
  return verdict(ok, 'place', ok ? 'may approve here' : 'has no place that counts here', children)
}

/** Why somebody is too close to the change to judge it; undefined when not. */
export function involvement(person: Person, facts: Facts): string | undefined {
  if (same(person.login, facts.proposer)) return 'proposed the change'
  if ((facts.authors ?? []).some((a) => same(a, person.login))) return 'wrote commits of the change'
  if ([facts.dispatcher ?? []].flat().some((d) => same(d, person.login))) return 'set off the run that made the change'
  return undefined
}

export const isAgent = (person: Person): boolean =>
  person.type === 'agent' || person.bot === true || person.app !== undefined || /\[bot\]$/i.test(person.login)

/** Default actors of the contract, section 1. */
const agentMayFill: Record<CheckpointName, boolean> = { plan: false, execute: true, verify: true, finalize: true }

/** A listed app may fill a checkpoint of agents; it never counts as a person. */
export function agentPlace(policy: MissionPolicy, checkpoint: CheckpointName, person: Person): VerdictTree {
  const slug = person.app ?? person.login.replace(/\[bot\]$/i, '')
  if (!policy.agents.some((a) => same(a, slug))) return verdict(false, 'agent', `${slug} is not listed under agents`)
  if (!agentMayFill[checkpoint]) return verdict(false, 'agent', `${checkpoint} is for people`)
  if (policy.approvals[checkpoint].required > 0) return verdict(false, 'agent', 'policy asks for people here')
  return verdict(true, 'agent', `${slug} is listed, and ${checkpoint} may be filled by an agent`)
}

/** A few names, and how many more. */
export const list = (names: readonly string[], most = 3): string =>
  names.length <= most ? names.join(', ') : `${names.slice(0, most).join(', ')} and ${names.length - most} more`
