import type { CheckpointName } from '../../contracts/index.ts'
import type { MissionPolicy } from '../types.ts'
import { agentPlace, holdsPlace, involvement, isAgent, list, type Owned, ownedPaths, owns, same } from './eligible.ts'
import type { ApprovalFact, Facts, Person } from './facts.ts'
import { type VerdictTree, verdict } from './tree.ts'

export interface MayApprove {
  allowed: boolean
  /** One sentence, for the person. */
  reason: string
  /** Somebody involved may only because of `solo`: evidence and pack say SELF_APPROVED. */
  selfApproved: boolean
  tree: VerdictTree
}

/** May this person approve (or reject) this checkpoint? Rejecting asks for a place, not for distance. */
export function mayApprove(
  policy: MissionPolicy,
  checkpoint: CheckpointName,
  person: Person,
  facts: Facts,
  decision: 'approve' | 'reject' = 'approve',
): MayApprove {
  return judge(policy, checkpoint, person, facts, decision, ownedPaths(facts))
}

function judge(
  policy: MissionPolicy,
  checkpoint: CheckpointName,
  person: Person,
  facts: Facts,
  decision: 'approve' | 'reject',
  owned: readonly Owned[],
): MayApprove {
  const answer = (children: VerdictTree[], reason: string, selfApproved = false): MayApprove => {
    const allowed = children.every((c) => c.verdict !== 'no')
    return {
      allowed,
      reason,
      selfApproved: allowed && selfApproved,
      tree: verdict(allowed, person.login, reason, children),
    }
  }
  if (isAgent(person)) {
    const agent = agentPlace(policy, checkpoint, person)
    return answer([verdict('skipped', 'person', 'bots are not people'), agent], agent.detail)
  }
  const place = holdsPlace(policy.approvals[checkpoint], person, facts, owned)
  const near = involvement(person, facts)
  const self = near !== undefined && decision === 'approve'
  const distance =
    near === undefined
      ? verdict(true, 'distance', 'not involved in the change')
      : decision === 'reject'
        ? verdict(true, 'distance', `${near}, and may reject it`)
        : policy.solo
          ? verdict(true, 'distance', `${near}; allowed by solo, recorded as SELF_APPROVED`)
          : verdict(false, 'distance', near)
  const reason =
    place.verdict === 'no'
      ? `${person.login} ${place.detail}.`
      : distance.verdict === 'no'
        ? `${person.login} ${near} and cannot approve it.`
        : `${person.login} may ${decision} ${checkpoint}.`
  return answer([place, distance], reason, self && policy.solo)
}

/** May this person decide alone in an emergency? Being involved is no hindrance there; being a bot is. */
export function mayOverride(policy: MissionPolicy, person: Person, facts: Facts): MayApprove {
  const from = policy.emergency
  if (!from || isAgent(person)) {
    const reason = from ? 'An agent never decides alone.' : 'Policy knows no emergency override.'
    return { allowed: false, reason, selfApproved: false, tree: verdict(false, person.login, reason) }
  }
  const rule = { required: 1, from: { ...from, codeowners: false }, reviews: false }
  const place = holdsPlace(rule, person, facts, [])
  const allowed = place.verdict === 'yes'
  const reason = allowed ? `${person.login} may decide alone.` : `${person.login} may not decide alone.`
  const selfApproved = allowed && involvement(person, facts) !== undefined
  return { allowed, reason, selfApproved, tree: verdict(allowed, person.login, reason, [place]) }
}

export interface Evaluation {
  satisfied: boolean
  /** Approvals that count. */
  have: number
  need: number
  /** Logins whose approvals count. */
  by: string[]
  /** One of them is involved in the change, and counts by `solo` only. */
  selfApproved: boolean
  tree: VerdictTree
}

/** Do the approvals so far satisfy the policy of a checkpoint? */
export function evaluateApprovals(policy: MissionPolicy, checkpoint: CheckpointName, facts: Facts): Evaluation {
  const rule = policy.approvals[checkpoint]
  const owned = ownedPaths(facts)
  const mine = facts.approvals.filter((a) => a.checkpoint === checkpoint)
  const counted: Person[] = []
  let selfApproved = false
  let rejected = false
  const judged = mine.map((approval) => {
    const { person } = approval
    const title = `${person.login} (${approval.via ?? 'comment'})`
    const voided = whyVoid(approval, policy, facts, rule.reviews)
    if (voided !== undefined) return verdict('skipped', title, voided)
    const may = judge(policy, checkpoint, person, facts, approval.decision ?? 'approve', owned)
    if (!may.allowed) return verdict('no', title, may.reason, may.tree.children)
    if (approval.decision === 'reject') {
      rejected = true
      return verdict('no', title, 'rejects')
    }
    if (isAgent(person)) return verdict('skipped', title, 'an agent never counts as a person')
    if (counted.some((c) => same(c.login, person.login))) return verdict('skipped', title, 'counted already')
    counted.push(person)
    selfApproved ||= may.selfApproved
    return verdict('yes', title, 'counts', may.tree.children)
  })
  const enough = counted.length >= rule.required
  const children = [
    verdict(
      enough ? 'yes' : 'waiting',
      'approvals',
      `${counted.length} of ${rule.required} from ${whoMay(policy, checkpoint)}`,
      judged,
    ),
  ]
  const owners = rule.from.codeowners && rule.required > 0 ? ownersVerdict(owned, counted) : undefined
  if (owners !== undefined) children.push(owners)
  const satisfied = enough && !rejected && (owners === undefined || owners.verdict === 'yes')
  const detail = rejected
    ? 'rejected'
    : satisfied
      ? rule.required === 0
        ? 'asks for nobody'
        : `approved by ${list(counted.map((c) => c.login))}`
      : enough
        ? 'waits for code owners'
        : `waits for ${rule.required - counted.length} more`
  return {
    satisfied,
    have: counted.length,
    need: rule.required,
    by: counted.map((c) => c.login),
    selfApproved,
    tree: verdict(rejected ? 'no' : satisfied ? 'yes' : 'waiting', checkpoint, detail, children),
  }
}

/** Why an approval does not count whoever gave it. */
function whyVoid(approval: ApprovalFact, policy: MissionPolicy, facts: Facts, reviews: boolean): string | undefined {
  if (approval.withdrawn) return 'withdrawn'
  if (approval.stale) return 'stale: the branch was pushed to since'
  if (approval.via === 'review' && !reviews) return 'reviews do not count here'
  const { current } = facts
  const moved = (given: string | undefined, now: string | undefined): boolean => now !== undefined && given !== now
  if (moved(approval.headSha, current?.headSha)) return 'given for another head'
  if (moved(approval.planDigest, current?.planDigest)) return 'given for another plan'
  if (moved(approval.policyDigest, current?.policyDigest)) return 'given under another policy'
  if (approval.policyDigest !== undefined && approval.policyDigest !== policy.digest)
    return 'given under another policy'
  return undefined
}

function ownersVerdict(owned: readonly Owned[], counted: readonly Person[]): VerdictTree {
  const byOwners = new Map<string, { owners: string[]; paths: string[]; covered: boolean }>()
  for (const { path, line } of owned) {
    const key = line.owners.join(' ')
    const group = byOwners.get(key) ?? { owners: line.owners, paths: [], covered: counted.some((p) => owns(p, line)) }
    group.paths.push(path)
    byOwners.set(key, group)
  }
  const groups = [...byOwners.values()]
  const missing = groups.filter((g) => !g.covered)
  const children = groups.map((g) =>
    verdict(
      g.covered ? 'yes' : 'waiting',
      g.owners.map((o) => `@${o}`).join(' '),
      `${g.covered ? 'covers' : 'must cover'} ${list(g.paths)}`,
    ),
  )
  if (groups.length === 0) return verdict('yes', 'code owners', 'no touched file has owners')
  return missing.length === 0
    ? verdict('yes', 'code owners', 'every touched file that has owners is covered', children)
    : verdict(
        'waiting',
        'code owners',
        `${missing.length} of ${groups.length} groups of owners have not approved`,
        children,
      )
}

/** In words: whose approval counts. */
export function whoMay(policy: MissionPolicy, checkpoint: CheckpointName): string {
  const { roles, teams, users, codeowners } = policy.approvals[checkpoint].from
  const who = [
    ...(roles.length > 0 ? [`people with role ${roles.join(', ')}`] : []),
    ...(teams.length > 0 ? [`team ${teams.join(', ')}`] : []),
    ...(users.length > 0 ? [users.join(', ')] : []),
    ...(codeowners ? ['owners of the touched files'] : []),
  ]
  return `${who.length > 0 ? who.join(' or ') : 'nobody: no role, team or user is named'}${policy.solo ? ', the author included' : ''}`
}
