import type { PlannedBatch } from '../../contracts/dte.ts'
import { AtomicError } from '../../platform/errors.ts'
import { blobEntry, type FileMode, type Tree, type TreeChanges, type TreeEntry } from '../tree.ts'

/**
 * What planned batches make of a tree, with the bytes to write. Bytes that are no text stand in
 * the tree already, under the path they had before.
 * @throws AtomicError `PLAN_CHANGED` where a text is not the one that its id names.
 */
export function plannedEntries(batches: readonly PlannedBatch[], tree: Tree): TreeChanges {
  const byId = new Map<string, Uint8Array>()
  for (const { oid, data } of tree.values()) if (data !== undefined) byId.set(oid, data)
  const changes = new Map<string, TreeEntry | null>()
  for (const { path, after, afterOid, mode } of batches.flatMap((batch) => batch.changes)) {
    if (afterOid === null) {
      changes.set(path, null)
      continue
    }
    const data = after === null ? byId.get(afterOid) : Buffer.from(after, 'utf8')
    const entry = data === undefined ? undefined : blobEntry(data, (mode ?? '100644') as FileMode)
    if (entry?.oid !== afterOid)
      throw new AtomicError('PLAN_CHANGED', `The text of ${path} is not the one that was planned.`)
    changes.set(path, entry)
  }
  for (const [path, entry] of changes) {
    const before = tree.get(path)
    if (entry?.oid === before?.oid && entry?.mode === before?.mode) changes.delete(path)
  }
  return changes
}
