import type { FileChange, PlannedChange } from '../contracts/index.ts'
import { diffTrees } from '../dte/diff/unified.ts'
import { applyChanges, blobEntry, blobId, type Tree, type TreeEntry } from '../dte/tree.ts'

const oid = (text: string | null): string | null => (text === null ? null : blobId(Buffer.from(text)))

/** Changes given as whole texts, with the ids and modes that git needs. */
export const plannedFrom = (files: readonly FileChange[], tree: Tree): PlannedChange[] =>
  files.map(({ path, before, after }) => ({
    path,
    before,
    after,
    beforeOid: oid(before),
    afterOid: oid(after),
    mode: after === null ? null : (tree.get(path)?.mode ?? '100644'),
  }))

/** The change that undoes these, given the tree without them. */
export const inverse = (changes: readonly PlannedChange[], without: Tree): PlannedChange[] =>
  changes.map(({ path, before, after, beforeOid, afterOid, mode }) => ({
    path,
    before: after,
    after: before,
    beforeOid: afterOid,
    afterOid: beforeOid,
    mode: beforeOid === null ? null : (without.get(path)?.mode ?? mode ?? '100644'),
  }))

/** The unified diff of some changes, as `git apply` takes it. */
export const diffOfChanges = (changes: readonly PlannedChange[]): string => {
  const before = new Map<string, TreeEntry>()
  const after = new Map<string, TreeEntry>()
  for (const change of changes) {
    if (change.before !== null) before.set(change.path, blobEntry(change.before))
    if (change.after !== null)
      after.set(change.path, blobEntry(change.after, (change.mode ?? '100644') as TreeEntry['mode']))
  }
  return diffTrees(before, after)
    .map((file) => file.text)
    .join('')
}

/** The tree after some changes; ids and modes suffice for its id. */
export const treeAfter = (tree: Tree, changes: readonly PlannedChange[]): Tree =>
  applyChanges(
    tree,
    new Map(
      changes.map(({ path, afterOid, mode }) => [
        path,
        afterOid === null || mode === null ? null : { mode: mode as TreeEntry['mode'], oid: afterOid },
      ]),
    ),
  )
