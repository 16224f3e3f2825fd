import type { ApplyAnswer } from '../contracts/dte.ts'
import type { Derivation } from './engine.ts'
import { type FileMode, isRegular, type Tree, type TreeChanges, type TreeEntry, textOf } from './tree.ts'

/** An answer without its texts: ids name them, and most of them are in the base, which the asker has. */
export interface PackedAnswer {
  answer: ApplyAnswer
  changes: [path: string, entry: { mode: FileMode; oid: string } | null][]
  /** Contents that the base does not hold, by object id. */
  blobs: [oid: string, data: Uint8Array][]
}

const ids = new WeakMap<Tree, ReadonlySet<string>>()

export function packAnswer({ answer, changes }: Derivation, base: Tree): PackedAnswer {
  const known = ids.get(base) ?? new Set([...base.values()].map((entry) => entry.oid))
  ids.set(base, known)
  const blobs = new Map<string, Uint8Array>()
  for (const entry of changes.values())
    if (entry?.data !== undefined && !known.has(entry.oid)) blobs.set(entry.oid, entry.data)
  const batches = answer.batches.map((batch) => ({
    ...batch,
    changes: batch.changes.map((change) => {
      const { after, afterOid } = change
      if (after !== null && afterOid !== null && !known.has(afterOid) && !blobs.has(afterOid))
        blobs.set(afterOid, Buffer.from(after, 'utf8'))
      return { ...change, before: null, after: null }
    }),
  }))
  return {
    answer: { ...answer, files: {}, batches },
    changes: [...changes].map(([path, entry]) => [path, entry && { mode: entry.mode, oid: entry.oid }]),
    blobs: [...blobs],
  }
}

/** The answer as it was packed, with the tree that its changes lead to. */
export function unpackAnswer(packed: PackedAnswer, base: Tree): { answer: ApplyAnswer; changes: TreeChanges } {
  const entries = new Map<string, TreeEntry>()
  for (const entry of base.values()) if (entry.data !== undefined) entries.set(entry.oid, entry)
  for (const [oid, data] of packed.blobs) entries.set(oid, { mode: '100644', oid, data })
  const texts = new Map<string, string | null>()
  const text = (oid: string | null): string | null => {
    if (oid === null) return null
    let known = texts.get(oid)
    if (known === undefined) {
      known = textOf(entries.get(oid)) ?? null
      texts.set(oid, known)
    }
    return known
  }
  const changes = new Map<string, TreeEntry | null>()
  const files: Record<string, string | null> = {}
  for (const [path, listed] of packed.changes) {
    const data = listed === null ? undefined : entries.get(listed.oid)?.data
    const entry = listed === null || data === undefined ? listed : { ...listed, data }
    changes.set(path, entry)
    const own = entry === null ? null : text(entry.oid)
    if (entry === null) files[path] = null
    else if (isRegular(entry) && own !== null) files[path] = own
  }
  const batches = packed.answer.batches.map((batch) => ({
    ...batch,
    changes: batch.changes.map((c) => ({ ...c, before: text(c.beforeOid), after: text(c.afterOid) })),
  }))
  return { answer: { ...packed.answer, files, batches }, changes }
}
