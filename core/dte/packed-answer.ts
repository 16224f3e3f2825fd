import type { ApplyAnswer } from '../contracts/dte.ts'
import type { Derivation } from './engine.ts'
import { originOf, type Splice, spliced } from './spliced.ts'
import { type FileMode, isRegular, type Tree, type TreeChanges, type TreeEntry, textOf } from './tree.ts'

/** An answer without its texts: ids name them, and most of them are in the base, which the asker has. */
export interface PackedAnswer {
  answer: ApplyAnswer
  changes: [path: string, entry: { mode: FileMode; oid: string } | null][]
  /** Contents that the base does not hold, by object id. */
  blobs: [oid: string, data: Uint8Array][]
  /** The same of those that a file of the base with some splices is: its path, and `start, end, text` of each. */
  edited: [oid: string, path: string, splices: (number | string)[]][]
}

const flat = (splices: readonly Splice[]): (number | string)[] =>
  splices.flatMap(({ start, end, text }) => [start, end, text])

const unflat = (values: readonly (number | string)[]): Splice[] =>
  Array.from({ length: values.length / 3 }, (_, i) => ({
    start: values[i * 3] as number,
    end: values[i * 3 + 1] as number,
    text: values[i * 3 + 2] as string,
  }))

const ids = new WeakMap<Tree, ReadonlySet<string>>()

export function packAnswer({ answer, changes }: Derivation, base: Tree): PackedAnswer {
  const known = ids.get(base) ?? new Set([...base.values()].map((entry) => entry.oid))
  ids.set(base, known)
  const blobs = new Map<string, Uint8Array>()
  const edited = new Map<string, PackedAnswer['edited'][0]>()
  for (const [path, entry] of changes) {
    if (entry?.data === undefined || known.has(entry.oid)) continue
    const origin = originOf(entry.data)
    if (origin !== undefined && origin.base === base.get(path)?.data)
      edited.set(entry.oid, [entry.oid, path, flat(origin.splices)])
    else blobs.set(entry.oid, entry.data)
  }
  const batches = answer.batches.map((batch) => ({
    ...batch,
    changes: batch.changes.map((change) => {
      const { after, afterOid } = change
      if (after !== null && afterOid !== null && !known.has(afterOid) && !blobs.has(afterOid) && !edited.has(afterOid))
        blobs.set(afterOid, Buffer.from(after, 'utf8'))
      return { ...change, before: null, after: null }
    }),
  }))
  return {
    answer: { ...answer, files: {}, batches },
    changes: [...changes].map(([path, entry]) => [path, entry && { mode: entry.mode, oid: entry.oid }]),
    blobs: [...blobs],
    edited: [...edited.values()],
  }
}

/** The answer as it was packed, with the tree that its changes lead to. */
export function unpackAnswer(packed: PackedAnswer, base: Tree): { answer: ApplyAnswer; changes: TreeChanges } {
  const entries = new Map<string, TreeEntry>()
  for (const entry of base.values()) if (entry.data !== undefined) entries.set(entry.oid, entry)
  for (const [oid, data] of packed.blobs) entries.set(oid, { mode: '100644', oid, data })
  for (const [oid, path, splices] of packed.edited)
    entries.set(oid, { mode: '100644', oid, data: spliced(base.get(path)?.data as Uint8Array, unflat(splices)) })
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
