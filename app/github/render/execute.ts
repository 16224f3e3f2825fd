import type { Batch } from '../../../core/contracts/index.ts'
import { checkpoint } from '../../../core/orchestrator/approvals/counting.ts'
import type { MissionRecord } from '../../../core/orchestrator/types.ts'
import { code, fenced, plural, table, text } from './escape.ts'
import { approvalsText, approveCommand, whoText } from './facts.ts'
import { parts } from './plan.ts'
import { problemAnnotations, problemText } from './problem.ts'
import { type Standing, standing } from './standing.ts'
import { buttonsFor, stateOf } from './verdict.ts'
import type { Button, CheckView, MissionView } from './view.ts'

export const batchesOf = (record: MissionRecord): Batch[] => checkpoint(record, 'execute').batches ?? []
const rolledBack = (record: MissionRecord): number => batchesOf(record).filter((b) => b.status === 'rolled_back').length

/** `atomic/execute`: which batches have landed, each with its commit. */
export function executeCheck(view: MissionView): CheckView {
  const { record } = view
  const state = standing(record, 'execute')
  const batches = batchesOf(record)
  const undone = rolledBack(record)
  const undo: Button[] =
    batches.length > undone && state === 'done'
      ? [{ label: 'Roll back all', identifier: 'rollback', description: 'Land the inverse of every batch' }]
      : []
  return {
    name: 'execute',
    ...(state === 'done' && undone > 0 ? { status: 'completed', conclusion: 'neutral' } : stateOf(state)),
    title: title(record, state),
    summary: parts([
      problemText(record, 'execute'),
      next(record, state),
      batchTable(record),
      whoText(record, 'execute'),
    ]),
    annotations: problemAnnotations(record, 'execute'),
    buttons: [...buttonsFor(record, 'execute', state), ...undo],
  }
}

export function progress(record: MissionRecord): string {
  const batches = batchesOf(record)
  const total = Math.max(record.plan?.batches.length ?? 0, batches.length)
  const undone = rolledBack(record)
  const done = `${batches.length} of ${plural(total, 'batch', 'batches')} landed`
  return undone > 0 ? `${done}, ${undone} rolled back` : done
}

function title(record: MissionRecord, state: Standing): string {
  switch (state) {
    case 'not yet':
      return 'Waits for the plan'
    case 'asks a person':
      return `Waits for ${approvalsText(record, 'execute').replaceAll('`', '')}`
    case 'failed':
      return `Stopped: ${record.problem?.code ?? 'failed'} (${progress(record)})`
    case 'ended':
      return `Ended (${progress(record)})`
    case 'rejected':
      return 'Rejected'
    default:
      return progress(record)
  }
}

function next(record: MissionRecord, state: Standing): string | undefined {
  switch (state) {
    case 'not yet':
      return 'Begins when the plan is approved: one commit a batch, each compared with its planned tree before the branch moves.'
    case 'asks a person':
      return `**Waits for a person:** ${approvalsText(record, 'execute')}.\n\n${fenced(approveCommand(record, 'execute'), '')}`
    case 'done':
      return `Every tree that landed is the tree that was planned. To take a batch back: ${code('/atomic rollback BATCH')}, or ${code('all')}.`
    default:
      return undefined
  }
}

function batchTable(record: MissionRecord): string | undefined {
  const batches = batchesOf(record)
  if (batches.length === 0) return undefined
  const rows = batches.map((batch, index) => [
    String(index + 1),
    text(record.plan?.batches[index]?.title ?? 'Batch'),
    batch.commit ?? '',
    batch.status === 'applied' ? 'landed' : 'rolled back',
    code(batch.batchId),
  ])
  return table(['#', 'Change', 'Commit', 'State', 'Batch'], rows)
}
