import type { ApplyAnswer, ChangeSpec, Invariant, InvariantResult } from '../contracts/index.ts'
import type { FieldError } from '../platform/errors.ts'
import type { ReasonCode } from '../platform/reasons.ts'
import type { Tree } from './tree.ts'

/** What the child is asked, and what it answers; all of it crosses the boundary by structured clone. */
export type Task =
  | { kind: 'derive'; raw: unknown; tree: Tree }
  | { kind: 'check'; before: Tree; after: Tree; invariants: readonly Invariant[]; changeSpec?: ChangeSpec }

export interface TaskResults {
  derive: { answer: ApplyAnswer; tree: Tree }
  check: InvariantResult[]
}

export interface Progress {
  done: number
  total: number
}

export type Reply =
  | { progress: Progress }
  | { value: TaskResults[keyof TaskResults] }
  | { refusal: { code: ReasonCode; detail: string; place?: string; operation?: number; errors?: FieldError[] } }
  | { failure: string }
