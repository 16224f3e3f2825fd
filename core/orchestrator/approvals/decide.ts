import { type Actor, type CheckpointName, checkpointNames } from '../../contracts/index.ts'
import { AtomicError } from '../../platform/errors.ts'
import {
  approvedTree,
  begin,
  complete,
  type Outcome,
  open,
  reopenPlan,
  settle,
  settledBefore,
  start,
} from '../outcome.ts'
import type { Approval, Binding, MissionRecord } from '../types.ts'
import { boundTo, checkpoint, counting, differing, holds, quorum } from './counting.ts'

/** @throws AtomicError `MISSION_CLOSED`, `CHECKPOINT_ORDER`, `PLAN_CHANGED`, `NOT_ALLOWED`, `INVALID_REQUEST`. */
export function decided(before: MissionRecord, given: Approval): Outcome {
  const name = given.checkpoint
  const point = checkpoint(before, name)
  if (given.decision === 'approve' && point.status === 'completed' && !stopped(before, name)) return start(before)
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
  record.approvals.push({ ...boundTo(record, name), ...given })
  out.events.push({
    type: 'checkpoint.approved',
    actor: given.actor,
    payload: { ...boundTo(record, name), ...approvalPayload(given), ...approvedTree(record) },
  })
  const now = checkpoint(record, name)
  const enough = counting(record, name).length >= Math.max(1, quorum(record, name))
  if (enough && now.status === 'completed') resume(out)
  else if (enough && now.status !== 'approved') {
    now.status = 'approved'
    // Without planned batches nobody but the caller knows when execution is done: asking for verification says so.
    if (name === 'verify') complete(out, 'execute')
    begin(out, name)
  }
  return settle(out)
}

/** Execution had begun on approvals that do not suffice any more: they are asked for again. */
const stopped = (record: MissionRecord, name: CheckpointName): boolean =>
  name === 'plan' && checkpoint(record, 'execute').status === 'pending' && !holds(record, 'plan')

/** The plan is approved again in the middle: the batches that are left may land. */
function resume(out: Outcome): void {
  const { record } = out
  if (record.problem?.checkpoint === 'execute' && record.problem.code === 'NOT_ALLOWED') delete record.problem
  const execute = checkpoint(record, 'execute')
  if (quorum(record, 'execute') === 0 || !holds(record, 'execute')) return
  execute.status = 'approved'
  begin(out, 'execute')
}

const allowed = (record: MissionRecord, given: Approval): void => {
  const { actor } = checkpoint(record, given.checkpoint)
  if (actor === 'human' && given.actor.type !== 'human')
    throw new AtomicError('NOT_ALLOWED', `${given.checkpoint} is decided by people; ${given.actor.login} is an agent.`)
  if (actor === 'agent' && given.actor.type === 'agent' && quorum(record, given.checkpoint) > 0)
    throw new AtomicError('NOT_ALLOWED', `Policy asks for a person at ${given.checkpoint}.`)
}

const matches = (record: MissionRecord, given: Approval): void => {
  const now = boundTo(record, given.checkpoint)
  if (given.checkpoint === 'plan' && record.mission.changeSpec !== undefined && now.planDigest === undefined)
    throw new AtomicError('PLAN_CHANGED', 'There is no plan to approve now: it is being made, or it failed.')
  const missing: { path: string; message: string }[] = []
  if (now.planDigest !== undefined && given.planDigest === undefined)
    missing.push({ path: 'planDigest', message: 'required: the digest of the plan that is approved' })
  if (record.pull && given.headSha === undefined)
    missing.push({ path: 'headSha', message: 'required: the head commit that is approved' })
  if (missing.length > 0)
    throw new AtomicError('INVALID_REQUEST', { detail: 'An approval names what it approves.', errors: missing })
  const says: { [F in keyof Binding]-?: string } = {
    planDigest: 'The plan',
    headSha: 'The head',
    baseRef: 'The base branch',
    baseTree: 'The tree that the plan was made on',
    repository: 'The repository',
    pullRequest: 'The pull request',
  }
  for (const field of differing({ ...now, ...given }, now).concat(
    given.planDigest && !now.planDigest ? ['planDigest'] : [],
  ))
    throw new AtomicError(
      'PLAN_CHANGED',
      `${says[field]} is now ${now[field] ?? 'without a digest'}, not ${given[field]}.`,
    )
  if (given.policyDigest !== undefined && given.policyDigest !== record.policy.digest)
    throw new AtomicError('PLAN_CHANGED', 'The approval policy has changed meanwhile.')
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
  checkpoint(out.record, given.checkpoint).status = 'rejected'
  out.record.mission.status = 'rejected'
  out.events.push({
    type: 'checkpoint.rejected',
    actor: given.actor,
    payload: { ...approvalPayload(given), final: true },
  })
  return out
}

/**
 * Takes approvals back. One that has been acted on stays in the record, withdrawn, and nothing
 * more starts on it: in the middle of execution the batches that are left wait for another.
 */
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
    takeBack(record, approval.checkpoint, time)
  }
  return out
}

function takeBack(record: MissionRecord, name: CheckpointName, time: string): void {
  const point = checkpoint(record, name)
  if (record.mission.status !== 'open') return
  if (counting(record, name).length >= Math.max(1, quorum(record, name))) return
  if (point.status === 'approved') {
    if (name === 'plan') reopenPlan(record)
    else point.status = 'pending'
  }
  const execute = checkpoint(record, 'execute')
  if (name !== 'plan' || point.status !== 'completed' || execute.status !== 'approved') return
  execute.status = 'pending'
  record.problem = {
    checkpoint: 'execute',
    code: 'NOT_ALLOWED',
    detail: 'The approval of the plan was taken back in the middle of its execution.',
    next: 'Approve the plan again to let the batches that are left land, or roll back.',
    at: time,
  }
}
