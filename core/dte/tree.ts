import { createHash, hash } from 'node:crypto'
import { AtomicError } from '../platform/errors.ts'
import { checkPath } from './paths.ts'

/** A git tree in memory: what a derivation reads, and all that it reads. */

export type FileMode = '100644' | '100755' | '120000' | '160000'

export interface TreeEntry {
  mode: FileMode
  /** Git object id (SHA-1) of the blob; of the commit for a submodule. */
  oid: string
  /** Absent for a submodule only. */
  data?: Uint8Array
}

/** Path → entry; paths use `/`, have no leading `/`, and come in no particular order. */
export type Tree = ReadonlyMap<string, TreeEntry>

/** Path → entry that stands there afterwards; null where none does. */
export type TreeChanges = ReadonlyMap<string, TreeEntry | null>

/** Reads the tree of a repository at a ref, exact bytes. @throws AtomicError `NOT_FOUND` where the caller may not read it. */
export interface TreeSource {
  read(
    repository: { owner: string; repo: string; ref: string },
    caller: { login: string; type: 'human' | 'agent'; scopes: readonly string[] },
  ): Promise<{ tree: Tree; treeId: string; commit?: string }>
}

/** https://git-scm.com/book/en/v2/Git-Internals-Git-Objects */
function objectId(type: 'blob' | 'tree', data: Uint8Array): Buffer {
  // In one piece, which is three times as fast for what is as short as most files and folders are.
  const head = Buffer.from(`${type} ${data.length}\0`)
  if (data.length < 65_536) return hash('sha1', Buffer.concat([head, data]), 'buffer')
  return createHash('sha1').update(head).update(data).digest()
}

export const blobId = (data: Uint8Array): string => objectId('blob', data).toString('hex')

export function blobEntry(data: Uint8Array | string, mode: FileMode = '100644'): TreeEntry {
  const bytes = typeof data === 'string' ? Buffer.from(data, 'utf8') : data
  return { mode, oid: blobId(bytes), data: bytes }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The text of an entry, a byte order mark kept; undefined where its bytes are not UTF-8 or hold NUL. */
export function textOf(entry: TreeEntry | null | undefined): string | undefined {
  if (entry?.data === undefined || entry.data.includes(0)) return undefined
  try {
    return utf8.decode(entry.data)
  } catch {
    return undefined
  }
}

export const isRegular = (entry: TreeEntry | null | undefined): entry is TreeEntry & { data: Uint8Array } =>
  entry?.data !== undefined && (entry.mode === '100644' || entry.mode === '100755')

/** A tree of regular files, mode 100644. @throws AtomicError `PATH_ESCAPES`, `PATH_TAKEN` */
export function treeFromFiles(files: Readonly<Record<string, string>>): Tree {
  const tree = new Map<string, TreeEntry>()
  for (const [path, text] of Object.entries(files)) {
    checkPath(path)
    tree.set(path, blobEntry(text))
  }
  for (const path of tree.keys()) {
    for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', slash + 1)) {
      const parent = path.slice(0, slash)
      if (tree.has(parent)) throw new AtomicError('PATH_TAKEN', `${parent} is a file, so ${path} cannot be.`)
    }
  }
  return tree
}

export function applyChanges(tree: Tree, changes: TreeChanges): Tree {
  if (changes.size === 0) return tree
  const next = new Map(tree)
  for (const [path, entry] of changes) {
    if (entry === null) next.delete(path)
    else next.set(path, entry)
  }
  return next
}

interface Folder {
  entries: Map<string, TreeEntry | Folder>
  id: Buffer | undefined
  /** Names as git sorts them, kept while none comes or goes. */
  rows: Row[] | undefined
}
interface Row {
  name: string
  key: Buffer
  /** Mode and name as they stand in the folder's object, for each mode. */
  heads: Map<string, Buffer>
}
const isFolder = (x: TreeEntry | Folder): x is Folder => 'entries' in x
const newFolder = (): Folder => ({ entries: new Map(), id: undefined, rows: undefined })

/** Keeps the ids of a tree's folders, so that after a change only the folders above it are hashed anew. */
export class TreeHasher {
  readonly #root = newFolder()

  constructor(tree: Tree) {
    for (const [path, entry] of tree) this.set(path, entry)
  }

  set(path: string, entry: TreeEntry | null): void {
    const segments = path.split('/')
    const name = segments.pop() ?? ''
    const trail: Folder[] = [this.#root]
    let folder = this.#root
    for (const segment of segments) {
      let next = folder.entries.get(segment)
      if (next === undefined || !isFolder(next)) {
        if (entry === null) return
        next = newFolder()
        put(folder, segment, next)
      }
      folder = next
      trail.push(folder)
    }
    put(folder, name, entry)
    for (const above of trail) above.id = undefined
    // Git has no empty folders.
    for (let i = segments.length - 1; i >= 0 && trail[i + 1]?.entries.size === 0; i--) {
      put(trail[i] as Folder, segments[i] ?? '', null)
    }
  }

  apply(changes: TreeChanges): this {
    // Removals first: a file may make room for a folder of its name.
    for (const [path, entry] of changes) if (entry === null) this.set(path, null)
    for (const [path, entry] of changes) if (entry !== null) this.set(path, entry)
    return this
  }

  id(): string {
    return this.#hash(this.#root).toString('hex')
  }

  #hash(folder: Folder): Buffer {
    if (folder.id !== undefined) return folder.id
    folder.rows ??= rowsOf(folder)
    const parts: Buffer[] = []
    for (const { name, heads } of folder.rows) {
      const entry = folder.entries.get(name) as TreeEntry | Folder
      const mode = isFolder(entry) ? '40000' : entry.mode
      let head = heads.get(mode)
      if (head === undefined) {
        head = Buffer.from(`${mode} ${name}\0`, 'utf8')
        heads.set(mode, head)
      }
      parts.push(head, isFolder(entry) ? this.#hash(entry) : Buffer.from(entry.oid, 'hex'))
    }
    folder.id = objectId('tree', Buffer.concat(parts))
    return folder.id
  }
}

function put(folder: Folder, name: string, entry: TreeEntry | Folder | null): void {
  const before = folder.entries.get(name)
  if (entry === null) folder.entries.delete(name)
  else folder.entries.set(name, entry)
  if (entry === null || before === undefined || isFolder(before) !== isFolder(entry)) folder.rows = undefined
}

/** Git sorts by bytes, a folder as if its name ended in "/". */
function rowsOf(folder: Folder): Row[] {
  const rows = [...folder.entries].map(([name, entry]) => ({
    name,
    key: Buffer.from(isFolder(entry) ? `${name}/` : name, 'utf8'),
    heads: new Map<string, Buffer>(),
  }))
  return rows.sort((a, b) => Buffer.compare(a.key, b.key))
}

/** The git tree id (SHA-1) that a commit of exactly these files has. */
export const treeId = (tree: Tree): string => new TreeHasher(tree).id()
