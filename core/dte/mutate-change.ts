import type { MutationResult } from '../contracts/mission.ts'
import { changedLines, productLines } from './changed-lines.ts'
import type { MutantResult, MutationRequest } from './mutation.ts'
import { mutationResult } from './mutation-result.ts'
import { engines } from './mutators/index.ts'
import { type Tree, textOf } from './tree.ts'

export interface ChangeMutation {
  engine: string
  result: MutationResult
  /** Mutants that no test noticed; paths from the root of the tree. */
  survivors: MutantResult[]
  threshold?: number
  passed: boolean
  /** The time box closed before all were tested. */
  partial: boolean
  /** Mutants left out by the limit on their number. */
  leftOut: number
  /** Path of an HTML report. */
  html?: string
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
  request: Omit<MutationRequest, 'lines'>
}): Promise<ChangeMutation | undefined> {
  const { before, after, moved, folder, threshold, request } = options
  const lines = productLines(changedLines(before, after, moved), folder)
  const engine = engines.find((one) => lines.some(({ path }) => one.handles(path)))
  if (engine === undefined) return undefined
  const run = await engine.mutate({ ...request, lines: lines.filter(({ path }) => engine.handles(path)) })
  const fromRoot = (path: string): string => (folder === '' ? path : `${folder}/${path}`)
  const sources = new Map(run.mutants.map(({ fileName }) => [fileName, textOf(after.get(fromRoot(fileName))) ?? '']))
  const result = mutationResult(run, sources)
  return {
    engine: run.engine,
    result,
    survivors: run.mutants
      .filter(({ status }) => status === 'Survived' || status === 'NoCoverage')
      .map((mutant) => ({ ...mutant, fileName: fromRoot(mutant.fileName) })),
    ...(threshold === undefined ? {} : { threshold }),
    passed: threshold === undefined || result.score >= threshold,
    partial: run.partial,
    leftOut: run.leftOut,
    ...(run.html === undefined ? {} : { html: run.html }),
  }
}
