import type { CheckpointName } from '../../../core/contracts/index.ts'
import { checkpointNames } from '../../../core/contracts/index.ts'
import { checkpoint, counting, quorum } from '../../../core/orchestrator/approvals/counting.ts'
import type { MissionRecord } from '../../../core/orchestrator/types.ts'

/** How one checkpoint of a mission stands, in the words that check runs and comment share. */
export type Standing = 'not yet' | 'working' | 'asks a person' | 'approved' | 'done' | 'failed' | 'rejected' | 'ended'

export function standing(record: MissionRecord, name: CheckpointName): Standing {
  const point = checkpoint(record, name)
  const { status } = record.mission
  if (point.status === 'completed') return 'done'
  if (status === 'cancelled') return 'ended'
  if (point.status === 'rejected') return status === 'rejected' ? 'rejected' : 'failed'
  if (status === 'rejected') return 'ended'
  if (record.problem?.checkpoint === name) return 'failed'
  if (point.status === 'approved') return name === 'plan' ? 'approved' : 'working'
  if (!itsTurn(record, name)) return 'not yet'
  if (name === 'plan' && !record.plan) return 'working'
  return quorum(record, name) > 0 ? 'asks a person' : 'working'
}

function itsTurn(record: MissionRecord, name: CheckpointName): boolean {
  const before = record.mission.checkpoints[checkpointNames.indexOf(name) - 1]
  if (!before) return true
  return before.status === 'completed' || (name === 'execute' && before.status === 'approved')
}

/** Approvals that count now, and how many are needed. */
export const tally = (record: MissionRecord, name: CheckpointName): { have: string[]; need: number } => ({
  have: counting(record, name).map((a) => a.actor.login),
  need: Math.max(quorum(record, name), 0),
})

/** The checkpoint that the mission stands at: the first that is not done. */
export const currentCheckpoint = (record: MissionRecord): CheckpointName =>
  checkpointNames.find((name) => checkpoint(record, name).status !== 'completed') ?? 'finalize'

/** Where the mission stands: its own last commit, or what it was planned on; or the push that came between. */
export const headOf = (record: MissionRecord): string | undefined =>
  record.stale?.headSha ?? record.landed?.headSha ?? record.pull?.headSha

/** Head that the pull request itself has, where nobody else has pushed: a stack leaves it where it was. */
export const pullHeadOf = (record: MissionRecord): string | undefined =>
  record.pull?.stacked && !record.stale ? record.pull.headSha : headOf(record)

/** Head that the check runs belong on. While batches land one after another, they stay where the plan was made. */
export const checksHead = (record: MissionRecord): string | undefined =>
  record.mission.status === 'open' && !record.stale && standing(record, 'execute') === 'working'
    ? record.pull?.headSha
    : headOf(record)
