import type { ChangeMutation } from '../core/dte/mutate-change.ts'
import type { TestRun } from '../core/dte/testing/run.ts'
import { isAtomicError } from '../core/platform/errors.ts'
import { forecastText } from './forecast.ts'
import { capped, code, details, fenced, plain, table } from './markdown.ts'
import type { Outcome } from './mode.ts'
import { whoRan } from './mutation.ts'
import { stops } from './test-findings.ts'
import { redAtBase } from './tests.ts'
import { failures, isUnderWay, type Verified } from './verified.ts'

const most = 50
const kinds = { added: 'not part of the plan', removed: 'missing', modified: 'other content', mode: 'other mode' }
const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`
const mark = (passed: boolean): string => (passed ? '✅' : '❌')

function verdict(found: Verified): string {
  const reasons = failures(found)
  if (reasons.length > 0) return `## ❌ Not verified: ${plain(reasons.join('; '))}`
  const { landed, planned, rolledBack } = found.expected
  if (isUnderWay(found)) return `## ⏳ ${landed} of ${planned} batches have landed, as planned so far`
  if (rolledBack > 0) return `## ↩️ ${rolledBack} of ${planned} batches are rolled back, and the rest stands as planned`
  const { length } = found.edits
  if (length > 0) {
    const files = length === 1 ? 'one file was' : `${length} files were`
    return `## ✅ Verified: Atomic’s commits are exactly what the ChangeSpec derives; ${files} changed by hand on top`
  }
  return '## ✅ Verified: the head is exactly what the ChangeSpec derives'
}

function facts(found: Verified): string {
  const { range, file, answer, headTree, expected, tests } = found
  const basis = { trailers: 'named by Atomic’s commits', input: 'given by base-ref', 'merge-base': 'merge base' }[
    range.basis
  ]
  return table(
    ['', ''],
    [
      ['ChangeSpec', `${code(file.path)} — ${plain(found.title)}`],
      ['Base', `${code(range.base.slice(0, 12))} (${basis})`],
      ['Head', `${code(range.head.sha.slice(0, 12))}, tree ${code(headTree.slice(0, 12))}`],
      ['Derived tree', code(answer.resultTree.slice(0, 12))],
      ['Plan digest', code(answer.planDigest)],
      ['Engine', plain(answer.engine)],
      [
        'Batches',
        `${expected.landed} of ${expected.planned} stand${expected.rolledBack > 0 ? `, ${expected.rolledBack} rolled back` : ''}`,
      ],
      ['Tests', testsRow(tests)],
      ...(tests?.base === undefined ? [] : [['Tests at the base', told(tests.base)]]),
      ...(found.forecast === undefined ? [] : [['Cost', forecastText(found.forecast)]]),
      ...(found.unlocked ? [['Dependencies', '⚠️ no lock file: another run may install others']] : []),
    ],
  )
}

function told({ passed, command, durationMs, total, failed, stopped }: TestRun): string {
  const counted = total === undefined ? '' : `, ${total} tests, ${failed ?? 0} failed`
  return `${mark(passed)} ${code(command)} in ${seconds(durationMs)}${counted}${stopped === undefined ? '' : `, ${stops[stopped]}`}`
}

const testsRow = (tests: Verified['tests']): string =>
  tests === undefined ? '⚠️ none: no test command was given, and package.json has no test script' : told(tests.head)

const listed = (found: Verified['differences']): string => {
  const rows = found.slice(0, most).map(({ path, kind }) => [code(path), kinds[kind]])
  return `${table(['File', 'How'], rows)}${found.length > most ? `\n… and ${found.length - most} more\n` : ''}`
}

function differences({ differences: found, edits, range }: Verified): string {
  const own = range.onTop.map(
    ({ sha, author, subject }) => `- ${code(sha.slice(0, 12))} ${plain(subject)} (${plain(author)})`,
  )
  const onTop = own.length === 0 ? '' : `\nCommits on top of Atomic’s:\n\n${capped(own, most)}\n`
  return [
    ...(found.length === 0 ? [] : [`### Files that differ from the derivation\n\n${listed(found)}`]),
    ...(edits.length === 0 ? [] : [`### Changed by hand, as the policy allows\n\n${listed(edits)}`]),
    ...(found.length + edits.length === 0 ? [] : [onTop]),
  ].join('\n')
}

function invariants({ invariants: results }: Verified): string {
  if (results.length === 0) return ''
  const rows = results.map(({ type, passed, message, durationMs }) => [
    mark(passed),
    code(type),
    plain(message),
    seconds(durationMs),
  ])
  return `### Invariants\n\n${table(['', 'Invariant', 'Result', 'Time'], rows)}`
}

export function mutationSection(found: ChangeMutation): string {
  const { result, survivors, threshold, partial, leftOut, without, recalled, passed } = found
  const { score, killed, survived, timeout, noCoverage } = result
  const asked = threshold === undefined ? 'no threshold' : `threshold ${threshold}`
  const caveats = [
    ...(partial ? ['the time box closed before all mutants were tested'] : []),
    ...(leftOut > 0 ? [`${leftOut} mutants were left out by the limits on their number`] : []),
    ...without.map(plain),
    ...(recalled ? ['nothing has changed since the run that found this'] : []),
  ]
  const rows = survivors
    .slice(0, most)
    .map((m) => [
      code(`${m.fileName}:${m.location.start.line}`),
      `${code(short(m.original))} → ${code(short(m.replacement ?? ''))}`,
      plain(whoRan(m)),
      plain(m.suggestion),
    ])
  const more = survivors.length > most ? `\n… and ${survivors.length - most} more\n` : ''
  return [
    '### Mutants in the changed lines\n',
    `${mark(passed)} Score **${score}** (${asked}): ${killed} killed, ${timeout} timed out, ${survived} survived, ${noCoverage} not covered.`,
    ...(caveats.length === 0 ? [] : [`\n⚠️ ${caveats.join('; ')}.`]),
    ...(rows.length === 0
      ? []
      : [`\n${table(['Line', 'Fault made', 'What happened', 'The missing test'], rows)}${more}`]),
    '',
  ].join('\n')
}

const short = (text: string): string => {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length > 80 ? `${line.slice(0, 80)}…` : line || ' '
}

function failedTests({ tests }: Verified): string {
  if (tests === undefined || tests.head.passed) return ''
  const broken = (tests.broken ?? []).map((name) => `- ${plain(name)}`)
  return [
    ...(redAtBase(tests)
      ? ['> ⚠️ The tests fail at the base as well: this is the repository’s problem, and not the change’s.\n']
      : []),
    ...(broken.length === 0 ? [] : [`### Tests that fail by this change\n\n${capped(broken, most)}\n`]),
    details(`The last lines of ${plain(tests.head.command)}`, fenced(tests.head.tail.slice(-6_000))),
  ].join('\n')
}

export function verifiedSummary(found: Verified): string {
  const { mutation, unmutated, answer, links } = found
  return [
    verdict(found),
    '',
    facts(found),
    differences(found),
    invariants(found),
    ...(mutation === undefined ? [] : [mutationSection(mutation)]),
    ...(unmutated === undefined
      ? []
      : [`### Mutants in the changed lines\n\n❌ None was tested.\n\n${fenced(unmutated)}\n`]),
    failedTests(found),
    ...answer.warnings.map((warning) => `> ⚠️ ${plain(warning)}\n`),
    Object.entries(links)
      .map(([name, url]) => `[${name}](${encodeURI(url)})`)
      .join(' · '),
  ].join('\n')
}

/** Nothing could be judged: why, where, and what to do. */
export function refused(error: unknown): Outcome {
  const known = isAtomicError(error)
  const message = error instanceof Error ? error.message : String(error)
  const code_ = known ? error.code : 'INTERNAL'
  const [file, line, column] = (known ? (error.place ?? '') : '').split(':')
  const fields = known ? (error.errors ?? []).map(({ path, message: own }) => `- ${code(path)} ${plain(own)}`) : []
  const operation = known && error.operation !== undefined ? ` (operation ${error.operation})` : ''
  return {
    passed: false,
    outputs: {},
    findings: [
      {
        kind: 'error',
        title: code_,
        message: `${message}${operation}${known ? ` ${error.next}` : ''}`,
        ...(file ? { file } : {}),
        ...(line ? { line: Number(line) } : {}),
        ...(column ? { column: Number(column) } : {}),
      },
    ],
    summary: [
      `## ❌ ${code_}: ${plain(message)}${operation}`,
      '',
      ...(known && error.place !== undefined ? [`At ${code(error.place)}.`, ''] : []),
      ...fields,
      ...(known ? ['', plain(error.next)] : []),
      '',
    ].join('\n'),
  }
}
