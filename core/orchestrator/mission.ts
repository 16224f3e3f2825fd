import type { AtomicEventType } from '../contracts/event.ts'
import type { Actor, Batch, Checkpoint, CheckpointName, Mission } from '../contracts/index.ts'
import { checkpointNames } from '../contracts/index.ts'
import { AtomicError } from '../platform/errors.ts'
import type {
  Approval,
  MissionEvent,
  MissionPolicy,
  MissionRecord,
  PlanDetail,
  Problem,
  Verification,
} from './types.ts'

/**
 * The mission as a pure state machine: a record and a command give the next record, the events
 * to be recorded and the work to be done, or a refusal. No clock, no storage, no network.
 */

export type Work = 'plan' | 'execute' | 'verify' | 'finalize'
export type EventDraft = {
  type: AtomicEventType
  actor: Actor
  payload: Record<string, unknown>
  artifacts?: MissionEvent['artifacts']
}
export interface Outcome {
  record: MissionRecord
  events: EventDraft[]
  work: Work[]
}

/** Atomic itself, where it acts. */
export const atomicActor: Actor = { login: 'atomic', type: 'agent' }

const defaultActors = { plan: 'human', execute: 'agent', verify: 'agent', finalize: 'both' } as const

const start = (record: MissionRecord): Outcome => ({ record: structuredClone(record), events: [], work: [] })
const at = (record: MissionRecord, name: CheckpointName): Checkpoint =>
  record.mission.checkpoints[checkpointNames.indexOf(name)]!
export const checkpoint = at

/** Approvals a checkpoint needs. A checkpoint for people always needs one. */
export const quorum = (record: MissionRecord, name: CheckpointName): number => {
  const required = record.policy.approvals[name].required
  return at(record, name).actor === 'human' ? Math.max(1, required) : required
}

const open = (record: MissionRecord): void => {
  if (record.mission.status !== 'open')
    throw new AtomicError('MISSION_CLOSED', `Mission ${record.mission.missionId} is ${record.mission.status}.`)
}

const settledBefore = (record: MissionRecord, name: CheckpointName): boolean => {
  const index = checkpointNames.indexOf(name)
  const before = record.mission.checkpoints[index - 1]
  return before === undefined || before.status === 'approved' || before.status === 'completed'
}

const complete = (out: Outcome, name: CheckpointName, payload: Record<string, unknown> = {}): void => {
  const point = at(out.record, name)
  if (point.status === 'completed') return
  point.status = 'completed'
  out.events.push({ type: 'checkpoint.completed', actor: atomicActor, payload: { checkpoint: name, ...payload } })
}

/** Whose turn it is without anybody asking: agent checkpoints approve themselves. */
const settle = (out: Outcome): Outcome => {
  const { record } = out
  if (record.mission.status !== 'open') return out
  const turn: Record<CheckpointName, boolean> = {
    plan: false,
    execute: at(record, 'plan').status === 'approved' || at(record, 'plan').status === 'completed',
    verify: at(record, 'execute').status === 'completed',
    finalize: at(record, 'verify').status === 'completed',
  }
  for (const name of checkpointNames) {
    const point = at(record, name)
    if (!turn[name] || point.status !== 'pending' || quorum(record, name) > 0) continue
    point.status = 'approved'
    out.events.push({
      type: 'checkpoint.approved',
      actor: atomicActor,
      payload: {
        checkpoint: name,
        via: 'policy',
        automatic: true,
        policyDigest: record.policy.digest,
        ...bound(record, name),
        ...approvedTree(record),
      },
    })
    begin(out, name)
  }
  return out
}

const begin = (out: Outcome, name: CheckpointName): void => {
  if (name === 'execute' && out.record.drive === 'auto') out.work.push('execute')
  if (name === 'verify' || name === 'finalize') out.work.push(name)
}

const approvedTree = (record: MissionRecord): { resultTree?: string } =>
  record.plan ? { resultTree: record.plan.resultTree } : {}

/** What an approval of this checkpoint binds to. */
const bound = (record: MissionRecord, name: CheckpointName): { planDigest?: string; headSha?: string } => {
  const headSha = name === 'plan' ? record.pull?.headSha : (record.landed?.headSha ?? record.pull?.headSha)
  return {
    ...(record.mission.planDigest === undefined ? {} : { planDigest: record.mission.planDigest }),
    ...(headSha === undefined ? {} : { headSha }),
  }
}
export const boundTo = bound

export const emptyCheckpoints = (): Checkpoint[] =>
  checkpointNames.map((name) => ({
    name,
    status: 'pending',
    actor: defaultActors[name],
    artifacts: [],
    ...(name === 'execute' ? { batches: [] } : {}),
  }))

export function created(record: MissionRecord, source: Record<string, unknown>): Outcome {
  const { mission, proposer, policy } = record
  const payload = { title: mission.title, risk: mission.risk, proposer, source, policyDigest: policy.digest }
  return { record, events: [{ type: 'mission.created', actor: proposer, payload }], work: [] }
}

/** The plan stands. A new plan drops the approvals of the one before it. */
export function planned(before: MissionRecord, plan: PlanDetail, event: Omit<EventDraft, 'type' | 'actor'>): Outcome {
  open(before)
  notBegun(before, 'A plan cannot change once execution has begun.')
  const out = start(before)
  const { record } = out
  delete record.problem
  delete record.stale
  record.plan = plan
  record.mission.planDigest = plan.digest
  const point = at(record, 'plan')
  point.artifacts = [plan.derivation]
  if (point.status === 'approved' && before.plan?.digest !== plan.digest) reopenPlan(record)
  out.events.push({ type: 'mission.planned', actor: atomicActor, ...event })
  return out
}

const reopenPlan = (record: MissionRecord): void => {
  at(record, 'plan').status = 'pending'
  const execute = at(record, 'execute')
  if (execute.status === 'approved') execute.status = 'pending'
}

const notBegun = (record: MissionRecord, detail: string): void => {
  if (at(record, 'plan').status === 'completed') throw new AtomicError('CHECKPOINT_ORDER', detail)
}

/** The spec, the head or the policy changed before execution began: what was planned no longer counts. */
export function unplanned(
  before: MissionRecord,
  change: Partial<Pick<MissionRecord, 'pull' | 'policy'>> & Partial<Pick<Mission, 'changeSpec' | 'title' | 'risk'>>,
): Outcome {
  open(before)
  notBegun(before, 'The ChangeSpec cannot change once plan is approved and execution has begun.')
  const out = start(before)
  const { pull, policy, ...mission } = change
  Object.assign(out.record, pull && { pull }, policy && { policy })
  Object.assign(out.record.mission, mission)
  if (counting(before, 'plan').length > 0)
    out.events.push({
      type: 'approval.withdrawn',
      actor: atomicActor,
      payload: { checkpoint: 'plan', reason: 'What was approved has changed: it is planned anew.' },
    })
  delete out.record.plan
  delete out.record.mission.planDigest
  delete out.record.problem
  delete out.record.stale
  reopenPlan(out.record)
  at(out.record, 'plan').artifacts = []
  out.work.push('plan')
  return out
}

export function failed(before: MissionRecord, problem: Problem): Outcome {
  const out = start(before)
  out.record.problem = problem
  return out
}

/** Approvals that count now: given for what stands now, not withdrawn, one a person. */
export function counting(record: MissionRecord, name: CheckpointName): Approval[] {
  const now = bound(record, name)
  const seen = new Map<string, Approval>()
  for (const approval of record.approvals) {
    if (approval.checkpoint !== name || approval.decision !== 'approve' || approval.withdrawn) continue
    if (now.planDigest !== undefined && approval.planDigest !== now.planDigest) continue
    if (record.pull && approval.headSha !== now.headSha) continue
    if (approval.policyDigest !== undefined && approval.policyDigest !== record.policy.digest) continue
    if (at(record, name).actor === 'human' && approval.actor.type !== 'human') continue
    seen.set(approval.actor.login.toLowerCase(), approval)
  }
  return [...seen.values()]
}

/** @throws AtomicError `MISSION_CLOSED`, `CHECKPOINT_ORDER`, `PLAN_CHANGED`, `NOT_ALLOWED`, `INVALID_REQUEST`. */
export function decided(before: MissionRecord, given: Approval): Outcome {
  const name = given.checkpoint
  const point = at(before, name)
  if (given.decision === 'approve' && point.status === 'completed') return start(before)
  open(before)
  if (!settledBefore(before, name))
    throw new AtomicError(
      'CHECKPOINT_ORDER',
      `${name} cannot be decided before ${checkpointNames[checkpointNames.indexOf(name) - 1]} is approved.`,
    )
  allowed(before, given)
  if (given.decision === 'reject') return rejected(before, given)
  matches(before, given)
  const out = start(before)
  const { record } = out
  const mine = counting(record, name).find((a) => a.actor.login.toLowerCase() === given.actor.login.toLowerCase())
  if (mine) return out
  record.approvals.push(given)
  out.events.push({
    type: 'checkpoint.approved',
    actor: given.actor,
    payload: { ...approvalPayload(given), ...approvedTree(record) },
  })
  const now = at(record, name)
  if (now.status !== 'approved' && counting(record, name).length >= Math.max(1, quorum(record, name))) {
    now.status = 'approved'
    // Without planned batches nobody but the caller knows when execution is done: asking for verification says so.
    if (name === 'verify') complete(out, 'execute')
    begin(out, name)
  }
  return settle(out)
}

const allowed = (record: MissionRecord, given: Approval): void => {
  if (at(record, given.checkpoint).actor === 'human' && given.actor.type !== 'human')
    throw new AtomicError('NOT_ALLOWED', `${given.checkpoint} is decided by people; ${given.actor.login} is an agent.`)
  if (
    at(record, given.checkpoint).actor === 'agent' &&
    given.actor.type === 'agent' &&
    quorum(record, given.checkpoint) > 0
  )
    throw new AtomicError('NOT_ALLOWED', `Policy asks for a person at ${given.checkpoint}.`)
}

const matches = (record: MissionRecord, given: Approval): void => {
  const now = bound(record, given.checkpoint)
  if (given.checkpoint === 'plan' && record.mission.changeSpec !== undefined && now.planDigest === undefined)
    throw new AtomicError('PLAN_CHANGED', 'There is no plan to approve now: it is being made, or it failed.')
  const missing: { path: string; message: string }[] = []
  if (now.planDigest !== undefined && given.planDigest === undefined)
    missing.push({ path: 'planDigest', message: 'required: the digest of the plan that is approved' })
  if (record.pull && given.headSha === undefined)
    missing.push({ path: 'headSha', message: 'required: the head commit that is approved' })
  if (missing.length > 0)
    throw new AtomicError('INVALID_REQUEST', { detail: 'An approval names what it approves.', errors: missing })
  if (now.planDigest !== given.planDigest)
    throw new AtomicError(
      'PLAN_CHANGED',
      `The plan is now ${now.planDigest ?? 'without a digest'}, not ${given.planDigest}.`,
    )
  if (record.pull && now.headSha !== given.headSha)
    throw new AtomicError('PLAN_CHANGED', `The head is now ${now.headSha}, not ${given.headSha}.`)
  if (record.stale)
    throw new AtomicError('PLAN_CHANGED', `A push by somebody else moved the head to ${record.stale.headSha}.`)
}

const approvalPayload = (a: Approval): Record<string, unknown> => {
  const { actor: _, at: __, withdrawn: ___, decision: ____, ...rest } = a
  return rest
}

const rejected = (before: MissionRecord, given: Approval): Outcome => {
  const out = start(before)
  out.record.approvals.push(given)
  at(out.record, given.checkpoint).status = 'rejected'
  out.record.mission.status = 'rejected'
  out.events.push({
    type: 'checkpoint.rejected',
    actor: given.actor,
    payload: { ...approvalPayload(given), final: true },
  })
  return out
}

/** Takes approvals back. One that has been acted on stays in the record, withdrawn, and nothing more starts on it. */
export function withdrawn(
  before: MissionRecord,
  which: { checkpoint?: CheckpointName; reference?: string; login?: string },
  by: Actor,
  reason: string,
  time: string,
): Outcome {
  const out = start(before)
  const { record } = out
  for (const approval of record.approvals) {
    if (approval.withdrawn || approval.decision !== 'approve') continue
    if (which.checkpoint !== undefined && approval.checkpoint !== which.checkpoint) continue
    if (which.reference !== undefined && approval.reference !== which.reference) continue
    if (which.login !== undefined && approval.actor.login.toLowerCase() !== which.login.toLowerCase()) continue
    approval.withdrawn = { at: time, by, reason }
    out.events.push({
      type: 'approval.withdrawn',
      actor: by,
      payload: {
        checkpoint: approval.checkpoint,
        login: approval.actor.login,
        ...(approval.reference === undefined ? {} : { reference: approval.reference }),
        reason,
      },
    })
    const point = at(record, approval.checkpoint)
    if (record.mission.status !== 'open' || point.status !== 'approved') continue
    if (counting(record, approval.checkpoint).length >= Math.max(1, quorum(record, approval.checkpoint))) continue
    if (approval.checkpoint === 'plan') reopenPlan(record)
    else point.status = 'pending'
  }
  return out
}

/** A push that is not the mission's own. */
export function headMoved(before: MissionRecord, headSha: string, time: string): Outcome {
  const out = start(before)
  const { record } = out
  if (record.mission.status !== 'open' || !record.pull) return out
  if (headSha === (record.landed?.headSha ?? record.pull.headSha) || headSha === record.stale?.headSha) return out
  record.stale = { headSha, at: time }
  if (at(record, 'plan').status === 'completed') {
    record.problem = {
      checkpoint: at(record, 'execute').status === 'completed' ? 'verify' : 'execute',
      code: 'HEAD_MOVED',
      detail: `A push by somebody else moved the branch to ${headSha.slice(0, 7)} after execution had begun.`,
      next: 'Roll back, or remove that push, then /atomic retry; or cancel and propose anew.',
      at: time,
    }
    return out
  }
  return unplanned(record, { pull: { ...record.pull, headSha } })
}

/** Execution begins: plan is done. */
export function began(before: MissionRecord): Outcome {
  open(before)
  const execute = at(before, 'execute')
  if (at(before, 'plan').status === 'pending')
    throw new AtomicError('CHECKPOINT_ORDER', 'No batch is applied before plan is approved.')
  if (execute.status === 'completed') throw new AtomicError('CHECKPOINT_ORDER', 'Every planned batch has been applied.')
  if (execute.status !== 'approved') throw new AtomicError('CHECKPOINT_ORDER', 'execute is not approved.')
  if (before.stale)
    throw new AtomicError('HEAD_MOVED', `A push by somebody else moved the head to ${before.stale.headSha}.`)
  const out = start(before)
  delete out.record.problem
  complete(out, 'plan')
  return out
}

export function batchApplied(
  before: MissionRecord,
  batch: Batch,
  changes: string,
  landed: { headSha?: string; tree: string },
  event: Omit<EventDraft, 'type' | 'actor'>,
): Outcome {
  const out = start(before)
  const { record } = out
  const execute = at(record, 'execute')
  execute.batches!.push({ ...batch, files: [] })
  record.batchChanges[batch.batchId] = changes
  execute.artifacts.push(changes)
  record.landed = landed
  out.events.push({ type: 'batch.applied', actor: atomicActor, ...event })
  if (record.plan && execute.batches!.length >= record.plan.batches.length)
    complete(out, 'execute', { resultTree: landed.tree })
  return settle(out)
}

export function batchRolledBack(
  before: MissionRecord,
  batchId: string,
  landed: { headSha?: string; tree: string },
  by: Actor,
  event: Omit<EventDraft, 'type' | 'actor'>,
): Outcome {
  const out = start(before)
  const { record } = out
  const batch = at(record, 'execute').batches!.find((b) => b.batchId === batchId)!
  batch.status = 'rolled_back'
  record.landed = landed
  out.events.push({ type: 'batch.rolled_back', actor: by, ...event })
  return out
}

/** Results came in; what they mean is decided by `verdict`. */
export function verified(
  before: MissionRecord,
  verification: Verification,
  verdict: 'passed' | 'failed' | 'waiting',
  event: Omit<EventDraft, 'type' | 'actor'> | undefined,
  problem?: Problem,
): Outcome {
  open(before)
  const out = start(before)
  const { record } = out
  record.verification = verification
  const point = at(record, 'verify')
  if (point.status === 'completed') return out
  delete record.problem
  if (event) out.events.push({ type: 'verify.completed', actor: atomicActor, ...event })
  if (verdict === 'failed') {
    point.status = 'rejected'
    out.events.push({
      type: 'checkpoint.rejected',
      actor: atomicActor,
      payload: { checkpoint: 'verify', automatic: true, final: false, ...(problem ? { reason: problem.detail } : {}) },
    })
    if (problem) record.problem = problem
  } else if (verdict === 'passed') {
    complete(out, 'verify')
  }
  return settle(out)
}

/** The last events of a mission; only the pack is missing now. */
export function closing(before: MissionRecord, payload: Record<string, unknown>): Outcome {
  open(before)
  const out = start(before)
  if (before.closing) return out
  if (at(before, 'finalize').status !== 'approved')
    throw new AtomicError('CHECKPOINT_ORDER', 'finalize is not approved.')
  out.record.closing = true
  out.events.push({ type: 'checkpoint.completed', actor: atomicActor, payload: { checkpoint: 'finalize' } })
  out.events.push({ type: 'mission.completed', actor: atomicActor, payload })
  return out
}

export function packed(before: MissionRecord, pack: NonNullable<MissionRecord['pack']>, treeSize: number): Outcome {
  const out = start(before)
  const { record } = out
  record.pack = pack
  const point = at(record, 'finalize')
  if (record.closing && record.mission.status === 'open') {
    point.status = 'completed'
    record.mission.status = 'completed'
    delete record.problem
  }
  if (!point.artifacts.includes(pack.digest)) point.artifacts.push(pack.digest)
  out.events.push({
    type: 'pack.exported',
    actor: atomicActor,
    payload: { digest: pack.digest, size: pack.size, treeSize },
  })
  return out
}

export function cancelled(before: MissionRecord, by: Actor, reason: string): Outcome {
  if (before.mission.status === 'cancelled') return start(before)
  open(before)
  const out = start(before)
  out.record.mission.status = 'cancelled'
  out.events.push({ type: 'mission.cancelled', actor: by, payload: { reason } })
  return out
}

/** Puts the current checkpoint's work on again. */
export function retried(before: MissionRecord, name?: CheckpointName): Outcome {
  open(before)
  const out = start(before)
  const { record } = out
  const current = name ?? checkpointNames.find((n) => at(record, n).status !== 'completed')!
  if (!settledBefore(record, current)) throw new AtomicError('CHECKPOINT_ORDER', `It is not ${current}’s turn.`)
  if (at(record, current).status === 'completed') throw new AtomicError('CHECKPOINT_ORDER', `${current} is completed.`)
  delete record.problem
  const point = at(record, current)
  if (current === 'plan') {
    if (point.status === 'pending') out.work.push('plan')
  } else if (current === 'verify' && point.status === 'rejected') {
    point.status = 'approved'
    record.verification = {}
    out.work.push('verify')
  } else if (point.status === 'approved' && (current !== 'execute' || record.drive === 'auto')) {
    out.work.push(current)
  }
  return out
}

/** Policy of a mission that no repository speaks for: one person's yes to the plan. */
export const plainPolicy = (digestOf: (value: unknown) => string): MissionPolicy => {
  const from = { roles: [], teams: [], users: [], codeowners: false }
  const rule = (required: number) => ({ required, from, reviews: false })
  const approvals = { plan: rule(1), execute: rule(0), verify: rule(0), finalize: rule(0) }
  const policy = { approvals, solo: true, agents: [], verify: { required: false } }
  return { ...policy, digest: digestOf(policy) }
}
