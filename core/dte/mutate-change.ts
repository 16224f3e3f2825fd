import type { MutationResult } from '../contracts/mission.ts'
import { changedLines, productLines } from './changed-lines.ts'
import type { MutantResult, MutationRequest, MutationRun } from './mutation.ts'
import { openMemory } from './mutation-memory.ts'
import { mutationResult } from './mutation-result.ts'
import { engines } from './mutators/index.ts'
import { missingTest, textAt } from './mutators/missing-test.ts'
import { type Tree, textOf } from './tree.ts'

/** A mutant that no test noticed. */
export interface Survivor extends MutantResult {
  /** What stood there. */
  original: string
  /** Names of the tests that ran, and passed all the same; absent where the engine cannot tell. */
  ran?: string[]
  /** The test that is missing, in a sentence. */
  suggestion: string
}

export interface ChangeMutation {
  engine: string
  result: MutationResult
  /** Mutants that no test noticed; paths from the root of the tree. */
  survivors: Survivor[]
  threshold?: number
  passed: boolean
  /** The time box closed before all were tested. */
  partial: boolean
  /** Mutants left out by the limit on their number. */
  leftOut: number
  /** What the engine had to do without, and why, a clause each. */
  without: string[]
  /** Nothing has changed since a run before, whose result this is. */
  recalled: boolean
  /** Path of an HTML report. */
  html?: string
}

/** Mutants of a change, and of one of its lines, where nobody says otherwise. */
const usual = { maxMutants: 50, maxPerLine: 5 }

function survivorsOf(
  run: MutationRun,
  sources: ReadonlyMap<string, string>,
  fromRoot: (path: string) => string,
): Survivor[] {
  return run.mutants
    .filter(({ status }) => status === 'Survived' || status === 'NoCoverage')
    .map((mutant) => {
      const original = textAt(sources.get(mutant.fileName) ?? '', mutant.location)
      const ran = mutant.coveredBy?.flatMap((id) => run.tests.get(id) ?? [])
      return {
        ...mutant,
        fileName: fromRoot(mutant.fileName),
        original,
        ...(ran === undefined || ran.length === 0 ? {} : { ran }),
        suggestion: missingTest(mutant, original),
      }
    })
}

/**
 * Asks whether the tests would notice a fault in the lines that a change touched; undefined where
 * there is no line in which a mutant can be made.
 * @throws AtomicError `UNAVAILABLE` where the engine cannot run, also because the tests fail as they are.
 */
export async function mutateChange(options: {
  before: Tree
  after: Tree
  moved?: ReadonlyMap<string, string>
  /** Folder of the project in the tree, `` for its root; the request's `cwd` is that folder. */
  folder: string
  threshold?: number
  /** Folder, absolute, for what is kept from one run to the next. */
  memory?: string
  request: Omit<MutationRequest, 'lines' | 'maxMutants' | 'maxPerLine' | 'memory'> & { maxMutants?: number | undefined }
}): Promise<ChangeMutation | undefined> {
  const { before, after, moved, folder, threshold } = options
  const lines = productLines(changedLines(before, after, moved), folder)
  const engine = engines.find((one) => lines.some(({ path }) => one.handles(path)))
  if (engine === undefined) return undefined
  const { maxMutants = usual.maxMutants, ...given } = options.request
  const request: MutationRequest = {
    ...given,
    maxMutants,
    maxPerLine: usual.maxPerLine,
    lines: lines.filter(({ path }) => engine.handles(path)),
  }
  const memory = options.memory === undefined ? undefined : openMemory(options.memory, after, folder, request)
  const recalled = memory?.recall()
  const run = recalled ?? (await engine.mutate(memory === undefined ? request : { ...request, memory: memory.folder }))
  if (recalled === undefined) memory?.remember(run)
  const fromRoot = (path: string): string => (folder === '' ? path : `${folder}/${path}`)
  const sources = new Map(run.mutants.map(({ fileName }) => [fileName, textOf(after.get(fromRoot(fileName))) ?? '']))
  const result = mutationResult(run, sources)
  return {
    engine: run.engine,
    result,
    survivors: survivorsOf(run, sources, fromRoot),
    ...(threshold === undefined ? {} : { threshold }),
    passed: threshold === undefined || result.score >= threshold,
    partial: run.partial,
    leftOut: run.leftOut,
    without: run.without,
    recalled: recalled !== undefined,
    ...(run.html === undefined ? {} : { html: run.html }),
  }
}
