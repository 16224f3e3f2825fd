import type { ChangeSpec, Invariant, VerifyAnswer } from '../contracts/index.ts'
import { AtomicError } from '../platform/errors.ts'
import { deriveInChild } from './derive-in-child.ts'
import { judgeReport } from './mutation-report.ts'
import { type RunOptions, runTask } from './runner.ts'
import { type Tree, treeId } from './tree.ts'

export interface Verification {
  before: Tree
  after: Tree
  changeSpec?: ChangeSpec
  /** Default: those of the ChangeSpec. */
  invariants?: readonly Invariant[]
  mutation?: { report?: unknown }
}

/** Is the result what the spec leads to, and does what must hold of it hold? */
export async function verify(given: Verification, options: RunOptions = {}): Promise<VerifyAnswer> {
  const { before, after, changeSpec } = given
  const invariants = given.invariants ?? changeSpec?.invariants ?? []
  const mutation = given.mutation === undefined ? undefined : judged(given.mutation)
  const treeMatches =
    changeSpec === undefined
      ? undefined
      : (await deriveInChild(changeSpec, before, options)).answer.resultTree === treeId(after)
  const results =
    invariants.length === 0
      ? []
      : await runTask(
          { kind: 'check', before, after, invariants, ...(changeSpec === undefined ? {} : { changeSpec }) },
          options,
        )
  const minScore = changeSpec?.mutation?.minScore
  return {
    passed:
      results.every((r) => r.passed) &&
      treeMatches !== false &&
      (mutation === undefined || minScore === undefined || mutation.score >= minScore),
    ...(treeMatches === undefined ? {} : { treeMatches }),
    invariants: results,
    ...(mutation === undefined ? {} : { mutation }),
  }
}

function judged({ report }: { report?: unknown }): VerifyAnswer['mutation'] {
  if (report === undefined) {
    throw new AtomicError(
      'EXECUTION_FORBIDDEN',
      'Mutation testing runs the repository’s tests; this server judges a report of it.',
    )
  }
  return judgeReport(report)
}
