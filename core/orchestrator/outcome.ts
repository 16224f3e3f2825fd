import type { AtomicEventType } from '../contracts/event.ts'
import { type Actor, type CheckpointName, checkpointNames } from '../contracts/index.ts'
import { AtomicError } from '../platform/errors.ts'
import { boundTo, checkpoint, holds, quorum } from './approvals/counting.ts'
import type { MissionEvent, MissionRecord } from './types.ts'

/** What a transition of a mission comes to, and the steps that several transitions share. */

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

export const start = (record: MissionRecord): Outcome => ({ record: structuredClone(record), events: [], work: [] })

/** @throws AtomicError `MISSION_CLOSED` */
export const open = (record: MissionRecord): void => {
  if (record.mission.status !== 'open')
    throw new AtomicError('MISSION_CLOSED', `Mission ${record.mission.missionId} is ${record.mission.status}.`)
}

export const settledBefore = (record: MissionRecord, name: CheckpointName): boolean => {
  const before = record.mission.checkpoints[checkpointNames.indexOf(name) - 1]
  return before === undefined || before.status === 'approved' || before.status === 'completed'
}

export const complete = (out: Outcome, name: CheckpointName, payload: Record<string, unknown> = {}): void => {
  const point = checkpoint(out.record, name)
  if (point.status === 'completed') return
  point.status = 'completed'
  out.events.push({ type: 'checkpoint.completed', actor: atomicActor, payload: { checkpoint: name, ...payload } })
}

/** Whose turn it is without anybody asking: agent checkpoints approve themselves. */
export const settle = (out: Outcome): Outcome => {
  const { record } = out
  if (record.mission.status !== 'open') return out
  const turn: Record<CheckpointName, boolean> = {
    plan: false,
    execute: planStands(record),
    verify: checkpoint(record, 'execute').status === 'completed',
    finalize: checkpoint(record, 'verify').status === 'completed',
  }
  for (const name of checkpointNames) {
    const point = checkpoint(record, name)
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
        ...boundTo(record, name),
        ...approvedTree(record),
      },
    })
    begin(out, name)
  }
  return out
}

/** Approved, and once execution has begun still so: an approval may be taken back in the middle. */
export const planStands = (record: MissionRecord): boolean => {
  const { status } = checkpoint(record, 'plan')
  return status === 'approved' || (status === 'completed' && holds(record, 'plan'))
}

export const begin = (out: Outcome, name: CheckpointName): void => {
  if (name === 'execute' && out.record.drive === 'auto') out.work.push('execute')
  if (name === 'verify' || name === 'finalize') out.work.push(name)
}

export const approvedTree = (record: MissionRecord): { resultTree?: string } =>
  record.plan ? { resultTree: record.plan.resultTree } : {}

export const reopenPlan = (record: MissionRecord): void => {
  checkpoint(record, 'plan').status = 'pending'
  const execute = checkpoint(record, 'execute')
  if (execute.status === 'approved') execute.status = 'pending'
}
