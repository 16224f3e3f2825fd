import type { ApplyAnswer } from '../contracts/dte.ts'
import { canonicalDigest } from '../platform/canonical.ts'
import { checkChangeSpec } from './changespec.ts'
import { type RunOptions, runTask } from './runner.ts'
import { type Tree, treeId } from './tree.ts'

interface Derived {
  answer: ApplyAnswer
  tree: Tree
}

/** The last derivations, by all that decides them: a plan is often verified soon after it was made. */
const remembered = new Map<string, Derived>()
const mostRemembered = 2

/**
 * Derives in a child process what a ChangeSpec does to a tree.
 * @param raw the spec as parsed, before defaults.
 * @throws AtomicError with a code of contract section 2.
 */
export async function deriveInChild(raw: unknown, tree: Tree, options: RunOptions = {}): Promise<Derived> {
  checkChangeSpec(raw)
  const key = canonicalDigest({ raw, base: treeId(tree) })
  const known = remembered.get(key)
  // The answer is the caller's own to change; entries of trees never change.
  if (known !== undefined) return { answer: structuredClone(known.answer), tree: known.tree }
  const derived = await runTask({ kind: 'derive', raw, tree }, options)
  remembered.set(key, { answer: structuredClone(derived.answer), tree: derived.tree })
  for (const oldest of remembered.keys()) if (remembered.size > mostRemembered) remembered.delete(oldest)
  return derived
}
