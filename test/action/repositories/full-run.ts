import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { testCommand as commandOf } from '../../../core/dte/testing/command.ts'
import { type Tree, textOf } from '../../../core/dte/tree.ts'

interface Mutant {
  mutatorName: string
  replacement?: string
  status: string
  location: { start: { line: number; column: number }; end: { line: number; column: number } }
}
/** What is used of a report by the mutation-testing schema. */
export interface Report {
  files: Record<string, { mutants: Mutant[] }>
}
export interface Difference {
  mutant: string
  ours: string
  full: string | undefined
}

const nameOf = (path: string, { mutatorName, replacement, location: { start, end } }: Mutant): string =>
  `${path}:${start.line}:${start.column}-${end.line}:${end.column} ${mutatorName} ${replacement ?? ''}`

const verdicts = ({ files }: Report): Map<string, string> =>
  new Map(
    Object.entries(files).flatMap(([path, { mutants }]) =>
      mutants.filter(({ status }) => status !== 'Ignored').map((m) => [nameOf(path, m), m.status] as const),
    ),
  )

/** The files that have mutants in a report; only those lines of them where all tests have to run for each mutant. */
const patterns = ({ files }: Report, whole: boolean): string[] =>
  Object.entries(files).flatMap(([path, { mutants }]) => {
    if (whole) return path
    const tested = mutants.filter(({ status }) => status !== 'Ignored')
    return [...new Set(tested.map(({ location: { start, end } }) => `${path}:${start.line}-${end.line}`))]
  })

/**
 * StrykerJS by itself, as its handbook has one configure it: no plugin of ours, nothing chosen, nothing
 * ignored, the whole of each file where its runner knows which test covers what, else every mutant of
 * the same lines.
 */
export async function fullRun(options: {
  report: Report
  tree: Tree
  modules: string
  testCommand: string
}): Promise<{ compared: number; differences: Difference[] }> {
  const { report, tree, modules, testCommand } = options
  const dir = mkdtempSync(join(tmpdir(), 'atomic-full-run-'))
  try {
    for (const [path, entry] of tree) {
      mkdirSync(dirname(join(dir, path)), { recursive: true })
      writeFileSync(join(dir, path), textOf(entry) ?? '')
    }
    symlinkSync(modules, join(dir, 'node_modules'))
    const tests = commandOf(dir, testCommand)!
    const runner = tests.runner?.stryker?.(tests.line)
    const packages = join(modules, '.atomic-stryker/node_modules/@stryker-mutator')
    const plugin = (name: string): string => join(packages, name, 'dist/src/index.js')
    const run = (checked: boolean): void => {
      const config = {
        mutate: patterns(report, runner !== undefined),
        testRunner: runner?.name ?? 'command',
        commandRunner: { command: testCommand },
        ...runner?.options,
        coverageAnalysis: runner === undefined ? 'off' : 'perTest',
        ...(checked ? { checkers: ['typescript'] } : {}),
        plugins: [
          ...(checked ? [plugin('typescript-checker')] : []),
          ...(runner === undefined ? [] : [plugin(`${runner.name}-runner`)]),
        ],
        // What is slow because the machine is busy is no endless loop.
        timeoutMS: 120_000,
        reporters: ['json'],
        jsonReporter: { fileName: 'report.json' },
        allowConsoleColors: false,
      }
      writeFileSync(join(dir, 'stryker.config.json'), JSON.stringify(config))
      execFileSync(process.execPath, [join(packages, 'core/bin/stryker.js'), 'run'], {
        cwd: dir,
        stdio: ['ignore', 'pipe', 'pipe'],
        timeout: 3_600_000,
      })
    }
    for (let [checked, tries] = [true, 3]; tries > 0; tries--) {
      try {
        run(checked)
        break
      } catch (error) {
        const { stdout, stderr } = error as { stdout?: Buffer; stderr?: Buffer }
        const said = `${stdout}${stderr}`
        // Its type checker refuses some configurations that TypeScript takes; then its handbook has one leave it out.
        if (/initialization of the "typescript" checker/.test(said)) checked = false
        // Tests that are bound to time fail by chance on a busy machine.
        else if (tries === 1 || !/failed tests in the initial test run/.test(said)) throw error
      }
    }
    const [ours, full] = [
      verdicts(report),
      verdicts(JSON.parse(readFileSync(join(dir, 'report.json'), 'utf8')) as Report),
    ]
    const differences = [...ours]
      .filter(([mutant, status]) => full.get(mutant) !== status)
      .map(([mutant, status]) => ({ mutant, ours: status, full: full.get(mutant) }))
    return { compared: ours.size, differences }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}
