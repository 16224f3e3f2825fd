import type { Tree } from '../tree.ts'

export interface TreeDifference {
  path: string
  /** How `actual` differs from `expected`: a file too many, one missing, other bytes, the same bytes with another mode. */
  kind: 'added' | 'removed' | 'modified' | 'mode'
}

/** Files in which two trees differ, in the order of their paths. */
export function treeDifferences(expected: Tree, actual: Tree): TreeDifference[] {
  const found: TreeDifference[] = []
  for (const [path, entry] of expected) {
    const other = actual.get(path)
    if (other === undefined) found.push({ path, kind: 'removed' })
    else if (other.oid !== entry.oid) found.push({ path, kind: 'modified' })
    else if (other.mode !== entry.mode) found.push({ path, kind: 'mode' })
  }
  for (const path of actual.keys()) if (!expected.has(path)) found.push({ path, kind: 'added' })
  return found.sort((a, b) => (a.path < b.path ? -1 : 1))
}
