import { join } from 'node:path'
import type { ChangeSpec } from '../core/contracts/index.ts'
import { type ChangeMutation, mutateChange } from '../core/dte/mutate-change.ts'
import { testCommand } from '../core/dte/testing/command.ts'
import type { Tree } from '../core/dte/tree.ts'
import type { Finding, Job } from './mode.ts'

const timeoutMs = 10 * 60_000
const usualMaxMutants = 50
const mostAnnotations = 30

/** The change of a run put to the test; undefined where there are no tests, or nothing to make a mutant in. */
export async function mutationOf(
  { inputs, run, env, log }: Job,
  change: { before: Tree; after: Tree; moved?: ReadonlyMap<string, string> },
  settings: ChangeSpec['mutation'],
): Promise<ChangeMutation | undefined> {
  const folder = inputs['working-directory']
  const cwd = join(run.workspace, folder)
  const tests = testCommand(cwd, inputs['test-command'])
  if (tests === undefined) return undefined
  const threshold = inputs['mutation-threshold'] ?? settings?.minScore
  const maxMutants = settings?.maxMutants ?? usualMaxMutants
  return log.group('Mutants in the changed lines', () =>
    log.foreign((show) =>
      mutateChange({
        ...change,
        folder,
        ...(threshold === undefined ? {} : { threshold }),
        request: { cwd, temp: run.temp, tests, maxMutants, timeoutMs, env, show },
      }),
    ),
  )
}

/** One annotation a survivor, at its line; a failure only where a threshold is missed. */
export function mutationFindings({ survivors, threshold, passed, result }: ChangeMutation): Finding[] {
  const lines = survivors.slice(0, mostAnnotations).map(
    (m): Finding => ({
      kind: 'warning',
      title: m.status === 'Survived' ? 'No test notices this mutant' : 'No test runs this line',
      message: `${m.mutatorName}: replaced by ${JSON.stringify(m.replacement ?? '')}, and all tests still pass. Add a test that fails then.`,
      file: m.fileName,
      line: m.location.start.line,
      column: m.location.start.column,
    }),
  )
  if (passed) return lines
  return [
    ...lines,
    {
      kind: 'error',
      title: 'Mutation score too low',
      message: `${result.score} of 100, and ${threshold} is asked for.`,
    },
  ]
}
