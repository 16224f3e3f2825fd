import type { Actor, Batch, Checkpoint, CheckpointName, Mission } from '../contracts/index.ts'
import { checkpointNames } from '../contracts/index.ts'
import { AtomicError } from '../platform/errors.ts'
import { checkpoint as at, counting } from './approvals/counting.ts'
import {
  atomicActor,
  complete,
  type EventDraft,
  type Outcome,
  open,
  planStands,
  reopenPlan,
  settle,
  settledBefore,
  start,
} from './outcome.ts'
import type { MissionPolicy, MissionRecord, PlanDetail, Problem, Verification } from './types.ts'

/**
 * The mission as a pure state machine: a record and a command give the next record, the events
 * to be recorded and the work to be done, or a refusal. No clock, no storage, no network.
 */

const defaultActors = { plan: 'human', execute: 'agent', verify: 'agent', finalize: 'both' } as const

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

const notBegun = (record: MissionRecord, detail: string): void => {
  if (at(record, 'plan').status === 'completed') throw new AtomicError('CHECKPOINT_ORDER', detail)
}

/** The spec, the head or the policy changed before execution began: what was planned no longer counts. */
export function unplanned(
  before: MissionRecord,
  change: Partial<Pick<MissionRecord, 'pull' | 'policy'>> & Partial<Pick<Mission, 'changeSpec' | 'title' | 'risk'>>,
  time: string,
): Outcome {
  open(before)
  notBegun(before, 'The ChangeSpec cannot change once plan is approved and execution has begun.')
  const out = start(before)
  const { pull, policy, ...mission } = change
  Object.assign(out.record, pull && { pull }, policy && { policy })
  Object.assign(out.record.mission, mission)
  const reason = 'What was approved has changed: it is planned anew.'
  if (counting(before, 'plan').length > 0)
    out.events.push({ type: 'approval.withdrawn', actor: atomicActor, payload: { checkpoint: 'plan', reason } })
  // Stale for good: should everything change back, people are asked again all the same.
  for (const approval of out.record.approvals)
    if (approval.decision === 'approve') approval.withdrawn ??= { at: time, by: atomicActor, reason }
  if (before.plan) out.record.replaced = before.pull ? { headSha: before.pull.headSha } : {}
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
  return unplanned(record, { pull: { ...record.pull, headSha } }, time)
}

/** Execution begins: plan is done. */
export function began(before: MissionRecord): Outcome {
  open(before)
  const execute = at(before, 'execute')
  if (at(before, 'plan').status === 'pending')
    throw new AtomicError('CHECKPOINT_ORDER', 'No batch is applied before plan is approved.')
  if (execute.status === 'completed') throw new AtomicError('CHECKPOINT_ORDER', 'Every planned batch has been applied.')
  if (!planStands(before))
    throw new AtomicError('NOT_ALLOWED', 'The approval of the plan was taken back: it has to be approved again.')
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
  } else if (current === 'execute' && !planStands(record)) {
    throw new AtomicError('NOT_ALLOWED', 'The plan has to be approved again before the batches that are left land.')
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
