import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { TestResult } from '../../contracts/index.ts'
import { type ChildLimits, runChild, shellCommand, withoutSecrets } from './child.ts'
import type { TestCommand } from './command.ts'
import { countCases } from './junit.ts'

export interface TestRun extends TestResult {
  timedOut: boolean
  /** The last of what the tests printed. */
  tail: string
}

const maxReport = 16 * 1024 ** 2

function readReport(file: string, { runner }: TestCommand): string | undefined {
  try {
    if (statSync(file).size > maxReport) return undefined
    const text = readFileSync(file, 'utf8')
    if (text.trim() === '') return undefined
    return runner?.toJUnit === undefined ? text : runner.toJUnit(text)
  } catch {
    // A runner that broke down leaves no report, or half of one; its exit code has said so.
    return undefined
  }
}

/** Runs the tests of a repository, as their own command does, without tokens and within limits. */
export async function runTests(
  tests: TestCommand,
  options: { cwd: string; temp: string; env: NodeJS.ProcessEnv; limits: ChildLimits; show(chunk: Uint8Array): void },
): Promise<TestRun> {
  const { cwd, temp, env, limits, show } = options
  const folder = mkdtempSync(join(temp, 'atomic-tests-'))
  try {
    const file = join(folder, 'report')
    const { command, env: added } = tests.reporting(file)
    const done = await runChild(shellCommand(command), {
      cwd,
      env: { ...withoutSecrets(env), CI: 'true', ...added },
      limits,
      show,
    })
    const junit = readReport(file, tests)
    return {
      command: tests.command,
      passed: done.exitCode === 0 && !done.timedOut,
      exitCode: done.exitCode,
      durationMs: done.durationMs,
      ...(junit === undefined ? {} : { junit, ...countCases(junit) }),
      timedOut: done.timedOut,
      tail: done.tail,
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
