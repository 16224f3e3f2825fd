import type { ApplyAnswer } from '../contracts/dte.ts'
import { checkChangeSpec } from './changespec.ts'
import { type RunOptions, runTask } from './runner.ts'
import type { Tree } from './tree.ts'

/**
 * Derives in a child process what a ChangeSpec does to a tree.
 * @param raw the spec as parsed, before defaults.
 * @throws AtomicError with a code of contract section 2.
 */
export async function deriveInChild(
  raw: unknown,
  tree: Tree,
  options: RunOptions = {},
): Promise<{ answer: ApplyAnswer; tree: Tree }> {
  checkChangeSpec(raw)
  return await runTask({ kind: 'derive', raw, tree }, options)
}
