import type { PlannedChange } from '../../core/contracts/index.ts'
import { blobId } from '../../core/dte/tree.ts'
import { AtomicError } from '../../core/platform/errors.ts'
import type { GitHub } from './client.ts'
import type { RepositoryName } from './tree-source.ts'

type Mode = '100644' | '100755' | '040000' | '160000' | '120000'
interface Entry {
  path: string
  mode: Mode
  type: 'blob' | 'commit'
  content?: string
  sha?: string | null
}

/** Contents travel in the request that makes the tree; beyond this size in several, one on top of the other. */
const maxContent = 8 * 1024 * 1024
const maxEntries = 5_000

/**
 * The entries that turn one tree into the next. Contents that git has already, such as those of
 * moved or binary files, are named by their id.
 */
export function entriesFor(changes: readonly PlannedChange[]): Entry[] {
  const known = new Set(changes.flatMap((c) => (c.beforeOid === null ? [] : [c.beforeOid])))
  return changes.map((change) => {
    const { path } = change
    if (change.afterOid === null) return { path, mode: '100644', type: 'blob', sha: null }
    const mode = (change.mode ?? '100644') as Mode
    const type = mode === '160000' ? 'commit' : 'blob'
    if (change.after === null || known.has(change.afterOid)) return { path, mode, type, sha: change.afterOid }
    if (blobId(Buffer.from(change.after)) !== change.afterOid)
      throw new AtomicError('PLAN_CHANGED', { detail: 'The content is not that of the planned blob.', place: path })
    return { path, mode, type, content: change.after }
  })
}

export function inRequests(entries: readonly Entry[]): Entry[][] {
  const requests: Entry[][] = [[]]
  let size = 0
  for (const entry of entries) {
    const more = entry.content?.length ?? 0
    const last = requests[requests.length - 1]!
    if (last.length > 0 && (size + more > maxContent || last.length >= maxEntries)) {
      requests.push([entry])
      size = more
    } else {
      last.push(entry)
      size += more
    }
  }
  return requests
}

/** Makes the tree on GitHub, where nothing points to it yet, and answers its id. */
export async function writeTree(
  github: GitHub,
  name: RepositoryName,
  base: string,
  changes: readonly PlannedChange[],
): Promise<string> {
  let tree = base
  for (const entries of inRequests(entriesFor(changes))) {
    if (entries.length === 0) continue
    const { data } = await github.request('POST /repos/{owner}/{repo}/git/trees', {
      ...name,
      base_tree: tree,
      tree: entries as never,
    })
    tree = data.sha
  }
  return tree
}
