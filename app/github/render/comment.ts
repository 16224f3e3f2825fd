import { checkpointNames } from '../../../core/contracts/index.ts'
import { help } from '../../../core/orchestrator/commands/help.ts'
import { cut, maxComment } from './cut.ts'
import { code, details, fenced, table, text } from './escape.ts'
import { progress } from './execute.ts'
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
import { parts } from './plan.ts'
import { problemText } from './problem.ts'
import { currentCheckpoint, type Standing, standing } from './standing.ts'
import type { MissionView } from './view.ts'

/** An answer to the last command that needed words, and to whom. */
export interface Notice {
  login: string
  text: string
}

/** By this the app finds its one comment on a pull request again. */
export const marker = (pull: { owner: string; repo: string; number: number }): string =>
  `<!-- atomic:${pull.owner}/${pull.repo}#${pull.number} -->`.toLowerCase()

const marks: Record<Standing, string> = {
  'not yet': '⚪',
  working: '🔄',
  'asks a person': '🟡',
  approved: '✅',
  done: '✅',
  failed: '❌',
  rejected: '⛔',
  ended: '⚫',
}

/** The one comment of the app on a pull request: the verdict first, then the table, then what to do. */
export function missionComment(view: MissionView, notice: Notice | undefined): string {
  const { record, page } = view
  const name = currentCheckpoint(record)
  const link = page === undefined ? undefined : `[Mission page](${page})`
  const body = parts([
    `### Atomic: ${text(record.mission.title)}`,
    verdict(view),
    problemText(record, name),
    checkpointTable(view),
    todo(view),
    noticeText(notice),
    record.plan &&
      details(
        'Operations and batches',
        parts([operationsTable(record.plan, record.mission.changeSpec), batchesTable(record.plan)]),
      ),
    whoText(record, name),
    helpText,
    identities(record),
    link,
  ])
  return cut(body, maxComment, link ?? 'The rest did not fit.')
}

/** Where there is no mission, but something to say. */
export const plainComment = (notice: Notice): string => parts(['### Atomic', noticeText(notice), helpText])

const noticeText = (notice: Notice | undefined): string | undefined =>
  notice && `> **To ${code(notice.login)}:** ${notice.text.replace(/\n/g, '\n> ')}`

function verdict({ record }: MissionView): string {
  const { mission, plan } = record
  const name = currentCheckpoint(record)
  const size = plan ? `: ${sizeOf(plan)}` : ''
  if (mission.status === 'completed') return `**Done.** ${progress(record)}; the audit pack is written.`
  if (mission.status === 'cancelled') return '**Cancelled.** Nothing more will change.'
  if (mission.status === 'rejected') return '**Rejected.** Nothing more will change.'
  switch (standing(record, name)) {
    case 'asks a person':
      return `**${capital(name)} waits for a person**${size}.`
    case 'failed':
      return `**Stopped at ${name}.**`
    case 'approved':
      return `**Approved**${size}. Execution follows.`
    case 'not yet':
      return `**Waits for the step before ${name}.**`
    default:
      return `**${working[name]}**${name === 'execute' ? `: ${progress(record)}` : ''}`
  }
}

const working = {
  plan: 'Planning',
  execute: 'Committing',
  verify: 'Waiting for the verification in CI',
  finalize: 'Writing the audit pack',
}
const capital = (word: string): string => word[0]!.toUpperCase() + word.slice(1)

function checkpointTable({ record }: MissionView): string {
  const rows = checkpointNames.map((name, index) => {
    const state = standing(record, name)
    return [`${index + 1} ${name}`, `${marks[state]} ${state}`, detailOf(record, name, state)]
  })
  return table(['Checkpoint', 'State', 'Detail'], rows)
}

function detailOf(record: MissionView['record'], name: (typeof checkpointNames)[number], state: Standing): string {
  if (state === 'not yet' || state === 'ended') return ''
  if (state === 'failed' && record.problem?.checkpoint === name) return code(record.problem.code)
  const { plan, verification, pack } = record
  switch (name) {
    case 'plan': {
      const forecast = plan?.forecast ? `, forecast ${usd(plan.forecast.usdEstimate)}` : ''
      return plan ? `${approvalsText(record, 'plan')}; risk ${record.mission.risk}${forecast}` : ''
    }
    case 'execute':
      return progress(record)
    case 'verify': {
      const score = verification.report?.mutation?.score
      const trees = verification.derived?.treeMatches ? 'trees match' : ''
      return [trees, score === undefined ? '' : `mutation score ${score.toFixed(1)} %`].filter(Boolean).join(', ')
    }
    default:
      return pack ? `audit pack ${code(pack.digest.slice(0, 19))}` : ''
  }
}

function todo({ record, page }: MissionView): string | undefined {
  const name = currentCheckpoint(record)
  if (standing(record, name) !== 'asks a person') return undefined
  const where =
    page === undefined
      ? `the check run ${code(`atomic/${name}`)}`
      : `the check run ${code(`atomic/${name}`)} or on the [mission page](${page})`
  return `**What to do:** read it in ${where}, then comment\n\n${fenced(approveCommand(record, name), '')}`
}

const helpText = details(
  'Commands',
  table(
    ['Comment', 'Does'],
    help.map(({ usage, summary }) => [code(usage), text(summary)]),
  ),
)
