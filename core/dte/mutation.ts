import type { ChildRun } from './testing/child.ts'
import type { TestCommand } from './testing/command.ts'

/** Lines of one file that a change touched; both ends included, from 1. */
export interface LineRange {
  path: string
  from: number
  to: number
}

/** https://github.com/stryker-mutator/mutation-testing-elements/tree/master/packages/report-schema */
export interface MutantResult {
  id: string
  fileName: string
  mutatorName: string
  replacement?: string
  status: 'Killed' | 'Survived' | 'NoCoverage' | 'Timeout' | 'CompileError' | 'RuntimeError' | 'Ignored' | 'Pending'
  location: { start: { line: number; column: number }; end: { line: number; column: number } }
  coveredBy?: string[]
  killedBy?: string[]
}

export interface MutationRequest {
  /** Folder of the project, absolute. */
  cwd: string
  /** Folder for what the run leaves, absolute. */
  temp: string
  /** Paths relative to `cwd`. */
  lines: LineRange[]
  tests: TestCommand
  maxMutants: number
  /** Mutants of one line. */
  maxPerLine: number
  timeoutMs: number
  /** Folder, absolute, in which the engine finds what it left there for the next run on the same code around the lines. */
  memory?: string
  env: NodeJS.ProcessEnv
  show(chunk: Uint8Array): void
}

export interface MutationRun {
  engine: string
  mutants: MutantResult[]
  /** Mutants left out because of `maxMutants` and `maxPerLine`. */
  leftOut: number
  /** The time box closed before all of them were tested; those are `Pending`. */
  partial: boolean
  /** The engine’s own report, by the schema; absent where the run did not come to its end. */
  report?: unknown
  /** Names of the tests, by the ids in `coveredBy` and `killedBy`. */
  tests: ReadonlyMap<string, string>
  /** What the engine had to do without, and why, a clause each. */
  without: string[]
  /** Path of an HTML report. */
  html?: string
  run: ChildRun
}

/** What makes mutants and runs the tests on each. */
export interface MutationEngine {
  name: string
  /** Files in which it can make mutants. */
  handles(path: string): boolean
  /** @throws AtomicError `UNAVAILABLE` where the engine is not there and cannot be installed. */
  mutate(request: MutationRequest): Promise<MutationRun>
}
