import { AtomicError } from '../../platform/errors.ts'
import type { FileMode, Tree, TreeEntry } from '../tree.ts'
import { type Git, nulFields, pathText } from './git.ts'

const modes = new Set<string>(['100644', '100755', '120000', '160000'])

interface Listed {
  path: string
  mode: FileMode
  oid: string
  size: number
}

/** A line of `git ls-tree -l`: mode, type, id, size (`-` for a submodule), TAB, path. */
function listed(field: Buffer): Listed {
  const tab = field.indexOf(9)
  const [mode, , oid, size] = field.subarray(0, tab).toString('latin1').split(/ +/)
  const path = pathText(field.subarray(tab + 1))
  if (mode === undefined || oid === undefined || !modes.has(mode)) {
    throw new AtomicError('INVALID_REQUEST', `${path} has the mode ${mode}, which git no longer writes.`)
  }
  if (oid.length !== 40) {
    throw new AtomicError(
      'INVALID_REQUEST',
      'This repository names objects by SHA-256; Atomic reads SHA-1 repositories.',
    )
  }
  return { path, mode: mode as FileMode, oid, size: size === '-' ? 0 : Number(size) }
}

/** Contents by id, exact bytes. The protocol: https://git-scm.com/docs/git-cat-file#_batch_output */
async function readBlobs(git: Git, oids: readonly string[], maxBytes: number): Promise<Map<string, Uint8Array>> {
  const blobs = new Map<string, Uint8Array>()
  if (oids.length === 0) return blobs
  const headers = oids.length * 64
  const out = await git(['cat-file', '--batch', '--buffer'], {
    input: `${oids.join('\n')}\n`,
    maxBytes: maxBytes + headers,
  })
  for (let at = 0; at < out.length; ) {
    const end = out.indexOf(10, at)
    const [oid, type, size] = out.subarray(at, end).toString('latin1').split(' ')
    if (oid === undefined || type !== 'blob') throw new AtomicError('NOT_FOUND', `Object ${oid} is not in this clone.`)
    const from = end + 1
    const to = from + Number(size)
    blobs.set(oid, out.subarray(from, to))
    at = to + 1
  }
  return blobs
}

export interface CommitTree {
  tree: Tree
  treeId: string
}

async function list(git: Git, treeish: string): Promise<{ files: Listed[]; treeId: string }> {
  const treeId = (await git(['rev-parse', '--verify', '--end-of-options', `${treeish}^{tree}`])).toString().trim()
  return { files: nulFields(await git(['ls-tree', '-r', '-z', '-l', '--full-tree', treeId])).map(listed), treeId }
}

/** Paths, modes and ids of the tree of a commit or of a tree object, without the contents. */
export async function listCommitTree(git: Git, treeish: string): Promise<CommitTree> {
  const { files, treeId } = await list(git, treeish)
  return { tree: new Map(files.map(({ path, mode, oid }) => [path, { mode, oid }])), treeId }
}

/**
 * The tree of a commit or of a tree object, exact bytes as git keeps them.
 * @throws AtomicError `RESOURCE_LIMIT` where it holds more than `maxBytes`, `NOT_FOUND` where an object is missing.
 */
export async function readCommitTree(git: Git, treeish: string, maxBytes = 512 * 1024 ** 2): Promise<CommitTree> {
  const { files, treeId } = await list(git, treeish)
  const blobs = new Map(files.filter((f) => f.mode !== '160000').map((f) => [f.oid, f.size]))
  const total = [...blobs.values()].reduce((sum, size) => sum + size, 0)
  if (total > maxBytes) {
    throw new AtomicError('RESOURCE_LIMIT', `The tree holds ${total} bytes; at most ${maxBytes} are read.`)
  }
  const data = await readBlobs(git, [...blobs.keys()], maxBytes)
  const tree = new Map<string, TreeEntry>()
  for (const { path, mode, oid } of files) {
    const bytes = data.get(oid)
    tree.set(path, { mode, oid, ...(mode === '160000' || bytes === undefined ? {} : { data: bytes }) })
  }
  return { tree, treeId }
}
