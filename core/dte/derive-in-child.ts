import type { ApplyAnswer } from '../contracts/dte.ts'
import { canonicalDigest } from '../platform/canonical.ts'
import { checkChangeSpec } from './changespec.ts'
import { unpackAnswer } from './packed-answer.ts'
import { type RunOptions, runTask } from './runner.ts'
import { applyChanges, listingDigest, type Tree } from './tree.ts'

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
  const { spec } = checkChangeSpec(raw)
  const key = canonicalDigest({ raw, base: listingDigest(tree) })
  const known = remembered.get(key)
  if (known !== undefined) return known
  const { answer, changes } = unpackAnswer(await runTask({ kind: 'derive', spec, raw, tree }, options), tree)
  const derived = { answer: frozen(answer), tree: applyChanges(tree, changes) }
  remembered.set(key, derived)
  for (const oldest of remembered.keys()) if (remembered.size > mostRemembered) remembered.delete(oldest)
  return derived
}

/** What is remembered is shared by all who ask, so nobody may change it. */
function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  for (const part of Object.values(value)) frozen(part)
  return Object.freeze(value)
}
