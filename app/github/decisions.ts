import type { CheckpointName } from '../../core/contracts/index.ts'
import { boundTo, counting, markOf } from '../../core/orchestrator/approvals/counting.ts'
import { involvement } from '../../core/orchestrator/approvals/eligible.ts'
import {
  evaluateApprovals,
  type MayApprove,
  mayApprove,
  mayOverride,
} from '../../core/orchestrator/approvals/evaluate.ts'
import type { ApprovalFact, Facts, Person } from '../../core/orchestrator/approvals/facts.ts'
import type { Decision } from '../../core/orchestrator/orchestrator.ts'
import type { Approval, MissionPolicy, MissionRecord } from '../../core/orchestrator/types.ts'
import { AtomicError } from '../../core/platform/errors.ts'
import type { GitHub } from './client.ts'
import { makerOf } from './landings.ts'
import type { Parts } from './parts.ts'
import { factsOf, personOf, policyOf, type Sender, senderOf } from './permissions.ts'
import type { PullRequest } from './pull-request.ts'
import { pullHeadOf } from './render/standing.ts'
import { readConfig } from './repository-config.ts'
import type { Said } from './said.ts'

/** A yes or no of somebody, as it was given on GitHub. */
export interface Given {
  checkpoint: CheckpointName
  decision: 'approve' | 'reject'
  sender: Sender
  via: Approval['via']
  reference?: string
  comment?: string
  /** Head that it names: all of it, or its beginning. */
  sha?: string
  /** What the pressed button stood for: `markOf` then. */
  mark?: string
  /** Decides alone, for this reason, where policy names the person for emergencies. */
  emergency?: string
  /** The words that it was given with: they count for what stood there already. */
  said?: Said
}

/** GitHub's times have whole seconds. */
const secondMs = 1_000

/**
 * Establishes the right to decide: head, policy and permission as GitHub has them now.
 * @throws AtomicError `NOT_ALLOWED`, `HEAD_MOVED`, `PLAN_CHANGED`, `MISSION_CLOSED`.
 */
export async function established(
  parts: Parts,
  github: GitHub,
  pull: PullRequest,
  record: MissionRecord,
  given: Given,
): Promise<Decision> {
  const { checkpoint, sender } = given
  await headStands(parts, pull, record)
  namesTheHead(pull, given)
  if (given.mark !== undefined && given.mark !== markOf(record, checkpoint))
    throw new AtomicError('PLAN_CHANGED', 'What this button stood for has changed since: look again.')
  if (given.decision === 'approve') {
    await planIsOlder(parts, record, given)
    if (given.said) {
      nothingTurned(given.said)
      // What stood when the words were read is what they were said of.
      await headStands(parts, { ...pull, ...given.said }, record)
    }
  }
  const policy = policyOf(await readConfig(github, { owner: pull.owner, repo: pull.repo }), pull, record)
  const facts = await factsOf(github, pull, record, policy)
  const person = await personOf(github, pull, policy, facts, sender)
  const alone = given.decision === 'approve' ? given.emergency : undefined
  if (alone?.trim() === '') throw new AtomicError('INVALID_REQUEST', 'An emergency override gives its reason.')
  const may =
    alone === undefined
      ? mayApprove(policy, checkpoint, person, facts, given.decision)
      : mayOverride(policy, person, facts)
  if (!may.allowed) throw new AtomicError('NOT_ALLOWED', may.reason)
  const bound = boundTo(record, checkpoint)
  const own: ApprovalFact = { checkpoint, person, via: given.via, policyDigest: policy.digest }
  return {
    checkpoint,
    decision: given.decision,
    actor: { login: sender.login, type: person.type ?? 'human' },
    ...bound,
    policyDigest: policy.digest,
    via: given.via,
    ...(given.comment === undefined ? {} : { comment: given.comment }),
    ...(given.reference === undefined ? {} : { reference: given.reference }),
    ...(may.selfApproved ? { selfApproved: true } : {}),
    ...overrideOf(alone, may, person, facts),
    policy:
      alone !== undefined
        ? decidedAlone(policy, checkpoint)
        : given.decision === 'approve'
          ? await withOthers(parts, github, pull, record, policy, facts, own)
          : policy,
  }
}

/** What the evidence says of a yes that the usual rule would not have taken. */
const overrideOf = (
  alone: string | undefined,
  may: MayApprove,
  person: Person,
  facts: Facts,
): Pick<Decision, 'override'> =>
  alone !== undefined
    ? { override: { kind: 'emergency', reason: alone.trim().slice(0, 500) } }
    : may.selfApproved
      ? {
          override: {
            kind: 'solo',
            reason: `${person.login} ${involvement(person, facts)}; policy lets the author approve (solo).`,
          },
        }
      : {}

const decidedAlone = (policy: MissionPolicy, checkpoint: CheckpointName): MissionPolicy => ({
  ...policy,
  approvals: { ...policy.approvals, [checkpoint]: { ...policy.approvals[checkpoint], required: 1 } },
})

/** Head and base that the mission knows must be those that GitHub has. */
async function headStands(parts: Parts, pull: PullRequest, record: MissionRecord): Promise<void> {
  if (pull.state !== 'open') throw new AtomicError('MISSION_CLOSED', 'The pull request is closed.')
  baseStands(pull, record)
  if (record.stale || pull.headSha === pullHeadOf(record)) return
  const made = await makerOf(parts.store, { owner: pull.headOwner, repo: pull.headRepo }, pull.headSha)
  if (made !== record.mission.missionId)
    throw new AtomicError('HEAD_MOVED', `The head is now ${pull.headSha.slice(0, 7)}; its plan is being made.`)
}

/** @throws AtomicError `PLAN_CHANGED` where the pull request now goes into another branch. */
export function baseStands(pull: PullRequest, { pull: known }: MissionRecord): void {
  if (known && known.baseRef !== pull.baseRef)
    throw new AtomicError('PLAN_CHANGED', `The base is now ${pull.baseRef}, not ${known.baseRef}.`)
}

function namesTheHead(pull: PullRequest, { sha }: Given): void {
  if (sha !== undefined && !pull.headSha.startsWith(sha.toLowerCase()))
    throw new AtomicError('HEAD_MOVED', `The head is ${pull.headSha.slice(0, 7)}, not ${sha.slice(0, 7)}.`)
}

/**
 * People mean what they saw: a plan made after their words is not it, unless they name a commit that
 * only this one was made on. Where there was another plan to mean, of this mission or of one before
 * it, the second in which both came decides against them.
 */
async function planIsOlder(parts: Parts, record: MissionRecord, { sha, said }: Given): Promise<void> {
  const { mission, plan, replaced, pull } = record
  if (!said || !plan || !pull) return
  const all = await parts.orchestrator.ofPull(pull.owner, pull.repo, pull.number)
  const before = all.filter((other) => other.mission.missionId !== mission.missionId).map((other) => other.pull)
  const others = replaced ? [replaced, ...before] : before
  if (sha !== undefined && others.every((other) => other?.headSha !== pull.headSha)) return
  const latest = Date.parse(said.at) + (others.length > 0 ? 0 : secondMs)
  if (Date.parse(plan.plannedAt) >= latest)
    throw new AtomicError('PLAN_CHANGED', 'The plan was made after this was written.')
}

/**
 * Turned to another base branch and back, or pushed over and set back, a pull request stands as
 * before: what was said in between was said of something else. The second in which both came
 * decides against the words.
 */
function nothingTurned({ at, turnedAt }: Said): void {
  if (turnedAt !== undefined && Date.parse(turnedAt) >= Date.parse(at))
    throw new AtomicError(
      'PLAN_CHANGED',
      'The base branch was changed, or the head set back by force, when this was written or after it: look again, and say it again.',
    )
}

/**
 * The approvals given before, held against permissions as they are now: who lost theirs counts no
 * more. Where code owners are still missing, one more approval is asked for.
 */
async function withOthers(
  parts: Parts,
  github: GitHub,
  pull: PullRequest,
  record: MissionRecord,
  policy: MissionPolicy,
  facts: Facts,
  own: ApprovalFact,
): Promise<MissionPolicy> {
  const { checkpoint } = own
  const approvals = [own]
  for (const approval of counting({ ...record, policy }, checkpoint)) {
    if (approval.actor.login.toLowerCase() === own.person.login.toLowerCase()) continue
    const person = await personOf(github, pull, policy, facts, senderOf(approval))
    const may = mayApprove(policy, checkpoint, person, facts)
    if (may.allowed) approvals.push({ checkpoint, person, via: approval.via })
    else
      await parts.orchestrator.withdraw(
        record.mission.missionId,
        { checkpoint, login: approval.actor.login },
        { login: 'atomic', type: 'agent' },
        may.reason,
      )
  }
  const { satisfied, have } = evaluateApprovals(policy, checkpoint, { ...facts, approvals })
  const rule = policy.approvals[checkpoint]
  if (satisfied || have < rule.required || rule.required === 0) return policy
  return { ...policy, approvals: { ...policy.approvals, [checkpoint]: { ...rule, required: have + 1 } } }
}
