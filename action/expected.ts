import type { ApplyAnswer } from '../core/contracts/index.ts'
import type { Tree } from '../core/dte/tree.ts'
import { treeAfter } from '../core/orchestrator/changes.ts'
import type { Range } from './base.ts'

/** What should stand at the head, by the plan and by what Atomic's commits say has landed. */
export interface Expected {
  tree: Tree
  /** Batches that stand there, of those that were planned. */
  landed: number
  planned: number
  rolledBack: number
}

/**
 * The tree to find at the head: all planned batches where no commit of Atomic's says otherwise, else
 * those that were applied and not rolled back.
 */
export function expectedTree(
  base: Tree,
  { batches }: Pick<ApplyAnswer, 'batches'>,
  landings: Range['landings'],
): Expected {
  const order = [...new Set(landings.filter((l) => l.kind === 'apply').map((l) => l.batchId))]
  const gone = new Set(landings.filter((l) => l.kind === 'rollback').map((l) => l.batchId))
  const standing =
    landings.length === 0 ? batches : batches.filter((_, i) => order[i] !== undefined && !gone.has(order[i]))
  const tree = standing.reduce<Tree>((now, batch) => treeAfter(now, batch.changes), base)
  return { tree, landed: standing.length, planned: batches.length, rolledBack: gone.size }
}
