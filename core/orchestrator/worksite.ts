import type { PlannedChange } from '../contracts/index.ts'
import type { Tree } from '../dte/tree.ts'
import type { MissionRecord } from './types.ts'

export interface Landing {
  record: MissionRecord
  kind: 'apply' | 'rollback'
  batchId: string
  /** First line of the commit message. */
  title: string
  changes: PlannedChange[]
  /** Head that must stand there now, where the place has commits. */
  expectedHead?: string
  /** Tree that must stand there now. */
  expectedTree: string
  /** Tree that must stand there afterwards. */
  resultTree: string
  trailers: Record<string, string>
}
export interface Landed {
  /** The commit made, where the place has commits. */
  commit?: string
  tree: string
}

/** Where a mission's tree lives: a branch on GitHub, files that the server keeps, a working tree. */
export interface Worksite {
  /** The tree the mission is to be planned on, exact bytes; `headSha` where there are commits. */
  base(record: MissionRecord): Promise<{ tree: Tree; treeId: string; headSha?: string }>
  /** The tree (and head) that stand there now. */
  current(record: MissionRecord): Promise<{ treeId: string; headSha?: string }>
  /** Texts that stand there now at these paths; null where there is no file. */
  texts(record: MissionRecord, paths: string[]): Promise<Record<string, string | null>>
  /**
   * Makes exactly this change, or none of it. Idempotent by batch id and kind: where it has
   * landed already it answers what landed then.
   * @throws AtomicError `HEAD_MOVED`, `BATCH_CONFLICT`, `PLAN_CHANGED` when the tree would not be `resultTree`.
   */
  land(landing: Landing): Promise<Landed>
}
