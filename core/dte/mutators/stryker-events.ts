import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import type { MutantResult } from '../mutation.ts'

/** What the plugin wrote down of a run. */
export interface Events {
  plan?: MutantResult[]
  leftOut: number
  tested: MutantResult[]
  report?: StrykerReport
}

/** https://github.com/stryker-mutator/mutation-testing-elements/tree/master/packages/report-schema */
export interface StrykerReport {
  files: Record<string, { source: string; mutants: MutantResult[] }>
  testFiles?: Record<string, { tests: { id: string; name: string }[] }>
}

/** The report without the folders of this machine. */
function withoutPlaces(report: object): StrykerReport {
  const { config: _config, projectRoot: _root, system: _system, ...rest } = report as Record<string, unknown>
  return rest as unknown as StrykerReport
}

/** Plans count lines and columns from 0, results from 1. */
const fromOne = (mutant: MutantResult): MutantResult => {
  const { start, end } = mutant.location
  const moved = (at: typeof start): typeof start => ({ line: at.line + 1, column: at.column + 1 })
  return { ...mutant, location: { start: moved(start), end: moved(end) } }
}

/** Paths of mutants relative to the project's folder. A line that was not written to its end is left out. */
export function readEvents(file: string, cwd: string): Events {
  const events: Events = { tested: [], leftOut: 0 }
  let text = ''
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    return events
  }
  const here = (mutant: MutantResult): MutantResult => ({
    ...mutant,
    fileName: relative(cwd, mutant.fileName).replaceAll('\\', '/'),
  })
  for (const line of text.split('\n')) {
    if (line === '' || !line.endsWith('}')) continue
    const event = JSON.parse(line) as {
      plan?: MutantResult[]
      leftOut?: number
      tested?: MutantResult
      report?: object
    }
    if (event.plan !== undefined) events.plan = event.plan.map(here).map(fromOne)
    if (event.leftOut !== undefined) events.leftOut = event.leftOut
    if (event.tested !== undefined) events.tested.push(here(event.tested))
    if (event.report !== undefined) events.report = withoutPlaces(event.report)
  }
  return events
}

/** What was tested, and what was planned and not reached. In a report, tests have other ids than while they run. */
export function settled({ plan = [], tested, report }: Events): MutantResult[] {
  const reported = new Map(
    Object.values(report?.files ?? {}).flatMap(({ mutants }) => mutants.map((m) => [m.id, m] as const)),
  )
  const done = new Map(
    tested.map((mutant) => {
      const { coveredBy, killedBy } = reported.get(mutant.id) ?? mutant
      const { coveredBy: _, killedBy: __, ...rest } = mutant
      return [mutant.id, { ...rest, ...(coveredBy && { coveredBy }), ...(killedBy && { killedBy }) }]
    }),
  )
  for (const mutant of plan) if (!done.has(mutant.id)) done.set(mutant.id, { ...mutant, status: 'Pending' })
  return [...done.values()].sort((a, b) => Number(a.id) - Number(b.id))
}

/** The names of tests by their ids. */
export const testNames = (report: StrykerReport | undefined): Map<string, string> =>
  new Map(
    Object.values(report?.testFiles ?? {}).flatMap(({ tests }) => tests.map(({ id, name }) => [id, name] as const)),
  )
