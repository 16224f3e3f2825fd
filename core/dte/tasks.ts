import type { ChangeSpec, Invariant, InvariantResult } from '../contracts/index.ts'
import type { FieldError } from '../platform/errors.ts'
import type { ReasonCode } from '../platform/reasons.ts'
import type { PackedAnswer } from './packed-answer.ts'
import type { FileMode, Tree } from './tree.ts'

/** What the child is asked, and what it answers. */
export type Task =
  | { kind: 'derive'; spec: ChangeSpec; raw: unknown; tree: Tree }
  | {
      kind: 'check'
      before: Tree
      after: Tree
      invariants: readonly Invariant[]
      changeSpec?: ChangeSpec
      installed?: string
    }

export interface TaskResults {
  derive: PackedAnswer
  check: InvariantResult[]
}

/** A tree as it crosses to the child: its bytes go once, and so does its listing while the child keeps it. */
export interface ListedTree {
  id: string
  entries?: [path: string, mode: FileMode, oid: string][]
}
type Listed<T> = { [K in keyof T]: T[K] extends Tree ? ListedTree : T[K] }

/** A task as it crosses the boundary, by structured clone. */
export interface Request {
  task: Task extends infer T ? (T extends Task ? Listed<T> : never) : never
  /** Contents that the child has not been given yet, by object id. */
  blobs: [oid: string, data: Uint8Array][]
  /** The child shall let go of the contents that it holds. */
  forget: boolean
  /** Ids of the trees that it keeps from now on. */
  keep: string[]
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
