import type { Operation } from '../contracts/changespec.ts'
import type { Tree, TreeChanges } from './tree.ts'

export interface OperationOutcome {
  changes: TreeChanges
  /** Number of places edited. */
  edits: number
  /** New path → old path, where files moved. */
  moved: ReadonlyMap<string, string>
  warnings: string[]
}

export interface PackOptions {
  /** Path of the project file (`tsconfig.json`), when the spec names one. */
  project?: string
  /** May this file be edited? */
  inScope(path: string): boolean
}

/** A tree opened by a language pack. It stands on one tree at a time and reads nothing else. */
export interface PackSession {
  /**
   * What the operation would change on the tree where the session stands.
   * @throws AtomicError with a code of the ChangeSpec and the place, when it cannot be done safely.
   */
  run(operation: Exclude<Operation, { op: 'patch' }>): OperationOutcome
  /** Takes the session to the tree after these changes. */
  advance(tree: Tree, changes: TreeChanges): void
}

export interface LanguagePack {
  name: string
  /** Name and version of what decides the result, as it stands in the plan digest. */
  engine: string
  /** Does this pack read such a file? */
  handles(path: string): boolean
  open(tree: Tree, options: PackOptions): PackSession
}
