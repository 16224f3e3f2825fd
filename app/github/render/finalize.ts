import type { MissionRecord } from '../../../core/orchestrator/types.ts'
import { code, fenced, table } from './escape.ts'
import { approvalsText, approveCommand, whoText } from './facts.ts'
import { parts } from './plan.ts'
import { problemAnnotations, problemText } from './problem.ts'
import { type Standing, standing } from './standing.ts'
import { buttonsFor, stateOf } from './verdict.ts'
import type { CheckView, MissionView } from './view.ts'

/** `atomic/finalize`: the audit pack is written and the mission closed. */
export function finalizeCheck(view: MissionView): CheckView {
  const { record } = view
  const state = standing(record, 'finalize')
  return {
    name: 'finalize',
    ...stateOf(state),
    title: title(record, state),
    summary: parts([problemText(record, 'finalize'), next(record, state), pack(view), whoText(record, 'finalize')]),
    annotations: problemAnnotations(record, 'finalize'),
    buttons: buttonsFor(record, 'finalize', state),
  }
}

function title(record: MissionRecord, state: Standing): string {
  switch (state) {
    case 'not yet':
      return 'Waits for verification'
    case 'working':
      return 'Writing the audit pack'
    case 'asks a person':
      return `Waits for ${approvalsText(record, 'finalize').replaceAll('`', '')}`
    case 'done':
      return 'The audit pack is written'
    case 'failed':
      return `Failed: ${record.problem?.code ?? 'no pack'}`
    case 'rejected':
      return 'Rejected'
    default:
      return 'Ended'
  }
}

function next(record: MissionRecord, state: Standing): string | undefined {
  if (state === 'asks a person')
    return `**Waits for a person:** ${approvalsText(record, 'finalize')}.\n\n${fenced(approveCommand(record, 'finalize'), '')}`
  if (state === 'not yet') return 'When verification has passed, the audit pack is written and the mission closed.'
  return undefined
}

function pack({ record, page }: MissionView): string | undefined {
  if (!record.pack) return undefined
  const rows = [
    ['SHA-256', code(record.pack.digest)],
    ['Size', `${record.pack.size} bytes`],
  ]
  const where = page === undefined ? '' : `Download it on the [mission page](${page}). `
  return `${table(['Audit pack', ''], rows)}\n\n${where}Check it offline: ${code('npx atomic verify-pack FILE --key VKEY')}.`
}
