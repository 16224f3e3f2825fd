import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { TestResult } from '../../contracts/index.ts'
import { type ChildLimits, runChild, type Stopped, shellCommand } from './child.ts'
import type { TestCommand } from './command.ts'
import { countCases } from './junit.ts'
import { junitFromTap } from './tap.ts'

export interface TestRun extends TestResult {
  /** What ended them before their own end. */
  stopped?: Stopped
  /** The last of what the tests printed. */
  tail: string
}

const maxReport = 16 * 1024 ** 2

/** What was printed, as far as a report may go. */
function printout(): { take(chunk: Uint8Array): void; text(): string } {
  const chunks: Uint8Array[] = []
  let size = 0
  return {
    take(chunk) {
      size += chunk.length
      if (size <= maxReport) chunks.push(chunk)
      else chunks.length = 0
    },
    text: () => Buffer.concat(chunks).toString('utf8'),
  }
}

function readReport(file: string, { runner }: TestCommand, printed: string | undefined): string | undefined {
  try {
    if (printed !== undefined) return (runner?.toJUnit ?? junitFromTap)(printed)
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
    const { command, env: added, printed } = tests.reporting(file)
    const output = printout()
    const done = await runChild(shellCommand(command), {
      cwd,
      env: { ...env, CI: 'true', ...added },
      limits,
      show,
      ...(printed ? { listen: output.take } : {}),
    })
    const junit = readReport(file, tests, printed ? output.text() : undefined)
    return {
      command: tests.command,
      passed: done.exitCode === 0 && done.stopped === undefined,
      exitCode: done.exitCode,
      durationMs: done.durationMs,
      ...(junit === undefined ? {} : { junit, ...countCases(junit) }),
      ...(done.stopped === undefined ? {} : { stopped: done.stopped }),
      tail: done.tail,
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
