import type { ApplyAnswer, ForecastAnswer, InvariantResult } from '../core/contracts/index.ts'
import type { ChangeMutation } from '../core/dte/mutate-change.ts'
import type { TreeDifference } from '../core/dte/trees/differences.ts'
import type { Range } from './base.ts'
import type { Expected } from './expected.ts'
import type { SpecFile } from './spec-file.ts'
import { redAtBase, type Tested } from './tests.ts'

/** All that a run found out; the summary, the outputs and the report are told from it. */
export interface Verified {
  range: Range
  file: SpecFile
  title: string
  answer: ApplyAnswer
  /** The plan digest that Atomic's commits name, where there are any. */
  plannedDigest?: string
  headTree: string
  expected: Expected
  differences: TreeDifference[]
  /** What commits by hand, on top of Atomic's, changed where the policy allows that. */
  edits: TreeDifference[]
  invariants: InvariantResult[]
  tests?: Tested
  /** There are dependencies, and no lock file. */
  unlocked: boolean
  mutation?: ChangeMutation
  /** Why no mutant could be tested, although that was asked for. */
  unmutated?: string
  forecast?: ForecastAnswer
  /** Where to read on; addresses by their names. */
  links: Record<string, string>
}

export const isPlanned = ({ plannedDigest, answer }: Verified): boolean =>
  plannedDigest === undefined || plannedDigest === answer.planDigest

/** Batches are still to come, and so far everything is as planned. */
export const isUnderWay = ({ expected, differences }: Verified): boolean =>
  expected.rolledBack === 0 && expected.landed < expected.planned && differences.length === 0

export const failures = (found: Verified): string[] => [
  ...(found.differences.length > 0
    ? [
        `${found.differences.length} ${found.differences.length === 1 ? 'file differs' : 'files differ'} from what the ChangeSpec derives`,
      ]
    : []),
  ...(isPlanned(found) ? [] : ['the derivation has another plan digest than the commits name']),
  ...found.invariants.filter((one) => !one.passed).map((one) => `invariant ${one.type} does not hold`),
  ...(found.tests?.head.passed === false
    ? [redAtBase(found.tests) ? 'the repository’s tests fail without the change, too' : 'the tests fail']
    : []),
  ...(found.mutation?.passed === false ? ['the mutation score is below its threshold'] : []),
  ...(found.unmutated === undefined ? [] : ['no mutant could be tested']),
]
