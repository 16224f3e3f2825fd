import type { CheckpointName, Mission } from '../../../core/contracts/index.ts'
import { whoMay } from '../../../core/orchestrator/approvals/evaluate.ts'
import type { MissionRecord, PlanDetail } from '../../../core/orchestrator/types.ts'
import { code, details, plural, short, table, text } from './escape.ts'
import { describeOperation } from './operation.ts'
import { headOf, tally } from './standing.ts'

export const sizeOf = (plan: PlanDetail): string =>
  `${plural(plan.stats.files, 'file')} (+${plan.stats.insertions} −${plan.stats.deletions}) in ${plural(plan.batches.length, 'batch', 'batches')}`

export const usd = (value: number): string => `$${value.toFixed(value !== 0 && value < 0.01 ? 4 : 2)}`

export const approvalsText = (record: MissionRecord, name: CheckpointName): string => {
  const { have, need } = tally(record, name)
  const by = have.length > 0 ? ` (${have.map(code).join(', ')})` : ''
  return `${have.length} of ${plural(need, 'approval')}${by}`
}

/** Whose approval counts, where one is asked for. */
export const whoText = (record: MissionRecord, name: CheckpointName): string | undefined =>
  tally(record, name).need === 0 ? undefined : `Counts: ${text(whoMay(record.policy, name))}.`

/** The command that approves exactly what is shown. */
export const approveCommand = (record: MissionRecord, name: CheckpointName): string =>
  `/atomic approve ${name} ${short(headOf(record) ?? '')}`.trim()

export const operationsTable = (plan: PlanDetail, spec: Mission['changeSpec']): string =>
  table(
    ['#', 'Operation', 'Files', 'Edits'],
    plan.operations.map((operation, index) => [
      String(index),
      operation.op === 'patch'
        ? `${code('patch')} (hand-written)`
        : code(describeOperation(spec?.operations[index]) || operation.op),
      String(operation.filesChanged),
      String(operation.edits),
    ]),
  )

const shownPaths = 5

export const batchesTable = (plan: PlanDetail): string =>
  table(
    ['Batch', 'Change', 'Files'],
    plan.batches.map((batch) => {
      const more = batch.paths.length - shownPaths
      const paths = batch.paths.slice(0, shownPaths).map(code).join(', ')
      return [String(batch.index + 1), text(batch.title), more > 0 ? `${paths} and ${more} more` : paths]
    }),
  )

export const identities = (record: MissionRecord): string => {
  const { plan, mission } = record
  const rows = [
    ['Mission', code(mission.missionId)],
    ...(record.pull ? [['Planned on', code(record.pull.headSha)]] : []),
    ...(plan
      ? [
          ['Plan digest', code(plan.digest)],
          ['Base tree', code(plan.baseTree)],
          ['Result tree', code(plan.resultTree)],
          ['Engine', code(plan.engine)],
        ]
      : []),
    ['Policy digest', code(record.policy.digest)],
  ]
  return details('Identities', table(['What', 'Value'], rows))
}
