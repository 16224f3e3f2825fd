import { code, details, fenced, text } from './escape.ts'
import {
  approvalsText,
  approveCommand,
  batchesTable,
  identities,
  operationsTable,
  sizeOf,
  usd,
  whoText,
} from './facts.ts'
import { problemAnnotations, problemText } from './problem.ts'
import { type Standing, standing, tally } from './standing.ts'
import { buttonsFor, stateOf } from './verdict.ts'
import type { CheckView, MissionView } from './view.ts'

/** `atomic/plan`: what would change, and whose yes is missing. */
export function planCheck(view: MissionView): CheckView {
  const { record } = view
  const state = standing(record, 'plan')
  return {
    name: 'plan',
    ...stateOf(state),
    title: title(view, state),
    summary: parts([
      problemText(record, 'plan'),
      next(view, state),
      facts(view),
      whoText(record, 'plan'),
      identities(record),
    ]),
    ...textOf(view),
    annotations: problemAnnotations(record, 'plan'),
    buttons: buttonsFor(record, 'plan', state),
  }
}

export const parts = (all: (string | undefined)[]): string =>
  all.filter((p) => p !== undefined && p !== '').join('\n\n')

function title({ record }: MissionView, state: Standing): string {
  const { have, need } = tally(record, 'plan')
  const size = record.plan ? sizeOf(record.plan) : ''
  switch (state) {
    case 'working':
      return 'Planning'
    case 'asks a person':
      return `${have.length} of ${need} approved: ${size}`
    case 'failed':
      return `No plan: ${record.problem?.code ?? 'failed'}`
    case 'rejected':
      return 'Rejected'
    case 'ended':
      return 'Cancelled'
    default:
      return `Approved: ${size}`
  }
}

function next({ record }: MissionView, state: Standing): string | undefined {
  switch (state) {
    case 'asks a person':
      return `${stackText(record)}**Waits for a person:** ${approvalsText(record, 'plan')}. Read the diff below, then press **Approve plan** or comment\n\n${fenced(approveCommand(record, 'plan'), '')}`
    case 'working':
      return 'The change is being derived from the tree of the head commit.'
    case 'approved':
      return `Approved by ${tally(record, 'plan').have.map(code).join(', ') || 'policy'}. Execution follows by itself.`
    case 'done':
      return `Approved by ${tally(record, 'plan').have.map(code).join(', ') || 'policy'}.`
    case 'rejected':
    case 'ended':
      return 'The mission has ended; nothing more will change.'
    default:
      return undefined
  }
}

/** What an approval pushes besides the batches, where the pull request comes from a fork. */
const stackText = ({ pull }: MissionView['record']): string =>
  pull?.stacked
    ? `**From a fork that cannot be written here.** With the approval its commits are pushed to ${code(pull.headRef)} in this repository, where workflows run on them, and the batches on top; a pull request of its own carries both. Read the fork's code before you approve.\n\n`
    : ''

function facts({ record }: MissionView): string | undefined {
  const { plan, mission } = record
  if (!plan) return undefined
  const forecast = plan.forecast ? `, forecast ${usd(plan.forecast.usdEstimate)}` : ''
  const warnings = plan.warnings.map((w) => `- ${text(w)}`).join('\n')
  return parts([
    `**${text(mission.title)}**: ${sizeOf(plan)}, risk ${mission.risk}${forecast}.`,
    warnings === '' ? undefined : `**Warnings**\n\n${warnings}`,
    operationsTable(plan, mission.changeSpec),
    details('Batches', batchesTable(plan)),
  ])
}

function textOf({ record, diff, page }: MissionView): Pick<CheckView, 'text'> {
  if (!record.plan) return {}
  if (diff === undefined) return { text: 'The diff is withheld: the gateway found what must not be shown.' }
  const where = page === undefined ? 'in the audit pack' : `on the [mission page](${page})`
  const note = diff.left > 0 ? `\n\n${diff.left} more lines are ${where}.` : ''
  return { text: `### What would change\n\n${fenced(diff.shown, 'diff')}${note}` }
}
