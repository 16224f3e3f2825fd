import type { InvariantResult } from '../../../core/contracts/index.ts'
import type { MissionRecord } from '../../../core/orchestrator/types.ts'
import { code, fenced, plural, table, text } from './escape.ts'
import { batchesOf } from './execute.ts'
import { approvalsText, approveCommand, whoText } from './facts.ts'
import { parts } from './plan.ts'
import { problemAnnotations, problemText } from './problem.ts'
import { type Standing, standing } from './standing.ts'
import { buttonsFor, stateOf } from './verdict.ts'
import type { Annotation, CheckView, MissionView } from './view.ts'

/** `atomic/verify`: is what landed what was planned, and does it hold? */
export function verifyCheck(view: MissionView): CheckView {
  const { record } = view
  const state = standing(record, 'verify')
  const undone = state === 'done' && batchesOf(record).some((b) => b.status === 'rolled_back')
  return {
    name: 'verify',
    ...(undone ? { status: 'completed', conclusion: 'neutral' } : stateOf(state)),
    title: undone ? 'Verified before the rollback' : title(record, state),
    summary: parts([problemText(record, 'verify'), next(record, state), results(record), whoText(record, 'verify')]),
    annotations: [...problemAnnotations(record, 'verify'), ...findings(record)],
    buttons: buttonsFor(record, 'verify', state),
  }
}

function title(record: MissionRecord, state: Standing): string {
  const { report } = record.verification
  switch (state) {
    case 'not yet':
      return 'Waits for the commits'
    case 'working':
      return report ? 'Checking the results' : 'Waits for the run in CI'
    case 'asks a person':
      return `Waits for ${approvalsText(record, 'verify').replaceAll('`', '')}`
    case 'done':
      return report?.mutation ? `Verified: mutation score ${report.mutation.score.toFixed(0)} %` : 'Verified'
    case 'rejected':
      return 'Rejected'
    case 'ended':
      return 'Ended'
    default:
      return `Failed: ${record.problem?.code ?? 'the change does not hold'}`
  }
}

function next(record: MissionRecord, state: Standing): string | undefined {
  switch (state) {
    case 'not yet':
      return 'Begins when the batches have landed: the change is derived again, its invariants are checked, and the tests run in CI.'
    case 'working':
      return record.verification.report
        ? undefined
        : `The workflow that runs the Action on ${code((record.landed?.headSha ?? record.pull?.headSha ?? '').slice(0, 7))} derives the change again, tests it and reports here.`
    case 'asks a person':
      return `**Waits for a person:** ${approvalsText(record, 'verify')}.\n\n${fenced(approveCommand(record, 'verify'), '')}`
    case 'failed':
      return `After a fix: ${code('/atomic retry verify')}. To take everything back: ${code('/atomic rollback all')}.`
    default:
      return undefined
  }
}

const mark = (passed: boolean): string => (passed ? '✅' : '❌')

function results(record: MissionRecord): string | undefined {
  const { derived, report } = record.verification
  const rows: string[][] = []
  if (derived) {
    rows.push([
      mark(derived.treeMatches),
      'Tree, derived by the app',
      `${code(derived.landedTree.slice(0, 12))} landed, ${code(derived.resultTree.slice(0, 12))} planned`,
    ])
    rows.push(...derived.invariants.map(invariantRow))
  }
  if (report) {
    rows.push([
      mark(report.treeMatches),
      'Tree, derived in CI',
      report.differences.length > 0 ? plural(report.differences.length, 'difference') : 'the same',
    ])
    if (report.tests)
      rows.push([mark(report.tests.passed), 'Tests', `${code(report.tests.command)}${tested(report.tests)}`])
    if (report.mutation) {
      const { score, killed, survived, noCoverage } = report.mutation
      rows.push([
        mark(report.passed),
        'Mutation',
        `${score.toFixed(1)} % (${killed} killed, ${survived} survived, ${noCoverage} not covered)`,
      ])
    }
    if (!derived) rows.push(...report.invariants.map(invariantRow))
  }
  if (rows.length === 0) return undefined
  const source =
    report && !report.trusted
      ? '\n\n_The run was **reported by the pull request**: its workflow is not the pinned one._'
      : ''
  return `${table(['', 'Check', 'Result'], rows)}${source}`
}

const tested = (tests: { total?: number | undefined; failed?: number | undefined }): string =>
  tests.total === undefined ? '' : `, ${tests.total} run, ${tests.failed ?? 0} failed`

const invariantRow = (result: InvariantResult): string[] => [
  mark(result.passed),
  `Invariant ${code(result.type)}`,
  text(result.message),
]

/** Where invariants do not hold, and where mutants survived. */
function findings(record: MissionRecord): Annotation[] {
  const { derived, report } = record.verification
  const survived = (report?.survivors ?? []).map((mutant) => ({
    path: mutant.path,
    start_line: mutant.line,
    end_line: mutant.endLine,
    annotation_level: 'warning' as const,
    title: `Mutant survived: ${mutant.mutator}`,
    message: `No test fails with this in its place: ${mutant.replacement || '(nothing)'}`,
  }))
  const failed = (derived?.invariants ?? report?.invariants ?? []).filter((i) => !i.passed)
  const broken = failed.flatMap((result) =>
    result.locations.map((location) => ({
      path: location.path,
      start_line: Math.max(1, location.line),
      end_line: Math.max(1, location.line),
      annotation_level: 'failure' as const,
      title: `Invariant ${result.type}`,
      message: location.message ?? result.message,
    })),
  )
  return [...broken, ...survived]
}
