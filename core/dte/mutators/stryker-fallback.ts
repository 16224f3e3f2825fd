import type { ChildRun } from '../testing/child.ts'
import type { Wanted } from './stryker-package.ts'

/** StrykerJS ran the tests as they are, and they came to no good end. Its type checker was ready by then. */
const stoppedInTests = ({ tail }: ChildRun): boolean => /in the initial test run/.test(tail)

/** The tests failed as they are: for good, or by chance. */
export const testsFailed = ({ tail }: ChildRun): boolean => /There were failed tests in the initial test run/.test(tail)

/** What to do without, after an attempt that tested nothing: what is to blame, the type checker or the runner's plugin. */
export function less({ runner, checked }: Wanted, run: ChildRun): Wanted | undefined {
  if (checked && !stoppedInTests(run) && (runner === undefined || /typescript/i.test(run.tail))) {
    return { checked: false, ...(runner === undefined ? {} : { runner }) }
  }
  return runner === undefined ? undefined : { checked }
}

/** Why an attempt came to nothing, as the program itself says it. */
export function faultIn({ tail }: ChildRun): string {
  const said = /error TS\d+: .*/.exec(tail) ?? /^.*(\bError\b|initial test run).*$/m.exec(tail)
  return (said?.[0] ?? 'it says nothing').trim().slice(0, 200)
}

export const withoutChecker = (why: string): string => `mutants that do not compile were tested as well (${why})`
const withoutPlugin = (name: string, why: string): string =>
  `all tests ran for each mutant, since StrykerJS’s plugin for ${name} does not work here (${why})`

/** What one has and the next has not. */
export const lost = (had: Wanted, has: Wanted, why: string): string[] => [
  ...(had.checked && !has.checked ? [withoutChecker(`its type checker: ${why}`)] : []),
  ...(had.runner !== undefined && has.runner === undefined ? [withoutPlugin(had.runner.name, why)] : []),
]

export const flaky =
  'the tests failed once as they are, and passed when they ran again, so that a mutant may be killed by chance'
