import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ChangeSpec } from '../core/contracts/index.ts'
import { type ChangeMutation, mutateChange, type Survivor } from '../core/dte/mutate-change.ts'
import { testCommand } from '../core/dte/testing/command.ts'
import type { Tree } from '../core/dte/tree.ts'
import { leave } from './leave.ts'
import { minutes } from './limits.ts'
import type { Finding, Job } from './mode.ts'

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
  return log.group('Mutants in the changed lines', () =>
    log.foreign((show) =>
      mutateChange({
        ...change,
        folder,
        ...(threshold === undefined ? {} : { threshold }),
        memory: join(run.temp, 'atomic-memory'),
        request: {
          cwd,
          temp: run.temp,
          tests,
          maxMutants: settings?.maxMutants,
          timeoutMs: minutes(env, 'ATOMIC_MUTATION_MINUTES', 10),
          env,
          show,
        },
      }),
    ),
  )
}

/** The mutation-testing report and its page, for later steps of the job; answers the report's path. */
export function leaveMutation(run: Job['run'], { result, html }: ChangeMutation): string {
  if (html !== undefined) leave(run, 'mutation.html', readFileSync(html))
  return leave(run, 'mutation.json', JSON.stringify(result.report))
}

const namedTests = 3

/** Which tests ran, in half a sentence. */
export function whoRan({ status, ran }: Survivor): string {
  if (status === 'NoCoverage') return 'no test runs it'
  if (ran === undefined) return 'all tests still pass'
  const names = ran.slice(0, namedTests).map((name) => JSON.stringify(name))
  const more = ran.length > namedTests ? ` and ${ran.length - namedTests} more` : ''
  return `${names.join(', ')}${more} still pass${ran.length === 1 ? 'es' : ''}`
}

const quoted = (code: string): string => JSON.stringify(code.length > 200 ? `${code.slice(0, 200)}…` : code)

/** One annotation a survivor, at its line; a failure only where a threshold is missed. */
export function mutationFindings({ survivors, threshold, passed, result }: ChangeMutation): Finding[] {
  const lines = survivors.slice(0, mostAnnotations).map(
    (m): Finding => ({
      kind: 'warning',
      title: m.status === 'Survived' ? 'No test notices this mutant' : 'No test runs this line',
      message: `${m.mutatorName}: ${quoted(m.original)} replaced by ${quoted(m.replacement ?? '')}, and ${whoRan(m)}. ${m.suggestion}`,
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
