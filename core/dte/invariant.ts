import type { ChangeSpec, Invariant, InvariantResult } from '../contracts/index.ts'
import type { Tree } from './tree.ts'

export interface InvariantContext {
  before: Tree
  after: Tree
  changeSpec?: ChangeSpec
  /** Folder, absolute, of a checkout whose installed packages have types: the same ones for before and after. */
  installed?: string
}

export type Finding = Omit<InvariantResult, 'type' | 'durationMs'>

/** One kind of statement that must hold of a result. */
export interface InvariantCheck<T extends Invariant['type'] = Invariant['type']> {
  type: T
  /** @throws AtomicError `INVALID_CHANGESPEC` where the statement itself cannot be read. */
  check(invariant: Extract<Invariant, { type: T }>, context: InvariantContext): Finding
}

/** Most places that an answer lists. */
export const maxLocations = 200
