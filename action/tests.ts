import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { testCommand } from '../core/dte/testing/command.ts'
import { failedCases } from '../core/dte/testing/junit.ts'
import { runTests, type TestRun } from '../core/dte/testing/run.ts'
import type { Tree } from '../core/dte/tree.ts'
import { sameDependencies, withCopyOf } from './base-copy.ts'
import { minutes } from './limits.ts'
import type { Job } from './mode.ts'

/** What the repository's tests say of the head and, where they fail there, of the base. */
export interface Tested {
  head: TestRun
  /** Absent where the head's pass, or where the base cannot be tried. */
  base?: TestRun
  /** Test cases that fail at the head and not at the base; absent where the reports do not name them. */
  broken?: string[]
}

/** The tests failed before the change was made, too, and none fails by it: that is no fault of the change. */
export const redAtBase = ({ base, broken }: Tested): boolean =>
  base !== undefined && !base.passed && (broken ?? []).length === 0

const shown = 8 * 1024 ** 2

/** Undefined where a folder has no tests. */
async function testsIn(job: Job, folder: string, title: string): Promise<TestRun | undefined> {
  const { inputs, run, env, log } = job
  const cwd = join(folder, inputs['working-directory'])
  const tests = testCommand(cwd, inputs['test-command'])
  if (tests === undefined) return undefined
  const limits = { timeoutMs: minutes(env, 'ATOMIC_TEST_MINUTES', 30), shown }
  return log.group(`${title}: ${tests.command}`, () =>
    log.foreign((show) => runTests(tests, { cwd, temp: run.temp, env, limits, show })),
  )
}

async function testsAtBase(job: Job, base: { sha: string; tree: Tree }): Promise<TestRun | undefined> {
  try {
    return await withCopyOf(job, base.sha, base.tree, (folder) => testsIn(job, folder, 'Tests at the base'))
  } catch (error) {
    // It only tells failures apart: without it they count as the change's.
    job.log.info(`The base cannot be tested: ${error instanceof Error ? error.message : String(error)}`)
    return undefined
  }
}

function brokenBy(head: TestRun, base: TestRun): string[] | undefined {
  if (head.junit === undefined || base.junit === undefined) return undefined
  const before = new Set(failedCases(base.junit))
  return failedCases(head.junit).filter((name) => !before.has(name))
}

/** Runs the repository's tests; where they fail, those of the base too. Undefined where there are none. */
export async function testsOf(
  job: Job,
  base: { sha: string; tree: Tree },
  headTree: Tree,
): Promise<Tested | undefined> {
  const head = await testsIn(job, job.run.workspace, 'Tests')
  if (head === undefined) return undefined
  // A run that was stopped at a limit says nothing of single tests, and would be stopped again.
  if (head.passed || head.stopped !== undefined || !sameDependencies(base.tree, headTree)) return { head }
  const before = await testsAtBase(job, base)
  if (before === undefined) return { head }
  const broken = brokenBy(head, before)
  return { head, base: before, ...(broken === undefined ? {} : { broken }) }
}

const lockFile = /^(package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?)$/

/** Dependencies without a lock file: another run may install others, and answer otherwise. */
export function lacksLockFile({ inputs, run }: Job, tree: Tree): boolean {
  if ([...tree.keys()].some((path) => lockFile.test(path.split('/').at(-1) ?? ''))) return false
  const manifest = join(run.workspace, inputs['working-directory'], 'package.json')
  if (!existsSync(manifest)) return false
  try {
    const { dependencies = {}, devDependencies = {} } = JSON.parse(readFileSync(manifest, 'utf8')) as Record<
      string,
      object
    >
    return Object.keys({ ...dependencies, ...devDependencies }).length > 0
  } catch {
    return false
  }
}
