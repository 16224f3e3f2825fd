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

const short = 65_536
const scratch = Buffer.allocUnsafe(short + 32)

/** https://git-scm.com/book/en/v2/Git-Internals-Git-Objects */
function objectId(type: 'blob' | 'tree', data: Uint8Array): Buffer {
  const head = `${type} ${data.length}\0`
  if (data.length > short) return createHash('sha1').update(head).update(data).digest()
  // In one piece, which is three times as fast for what is as short as most files and folders are.
  const at = scratch.write(head, 'latin1')
  scratch.set(data, at)
  return hash('sha1', scratch.subarray(0, at + data.length), 'buffer')
}

export const blobId = (data: Uint8Array): string => objectId('blob', data).toString('hex')

export function blobEntry(data: Uint8Array | string, mode: FileMode = '100644'): TreeEntry {
  if (typeof data !== 'string') return { mode, oid: blobId(data), data }
  const bytes = Buffer.from(data, 'utf8')
  const entry = { mode, oid: blobId(bytes), data: bytes }
  if (data.isWellFormed() && !data.includes('\0')) keepText(entry, data)
  return entry
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function decoded(data: Uint8Array): string | undefined {
  if (data.includes(0)) return undefined
  try {
    return utf8.decode(data)
  } catch {
    return undefined
  }
}

/** Texts of entries, while those live: a file is read for its words, its syntax, its lines and the answer. */
let texts = new WeakMap<TreeEntry, string>()
let textsHeld = 0
/** Most text that is kept, in UTF-16 units. */
const mostText = 48_000_000

function keepText(entry: TreeEntry, text: string): void {
  textsHeld += text.length
  if (textsHeld > mostText) {
    texts = new WeakMap()
    textsHeld = text.length
  }
  texts.set(entry, text)
}

/** The text of an entry, a byte order mark kept; undefined where its bytes are not UTF-8 or hold NUL. */
export function textOf(entry: TreeEntry | null | undefined): string | undefined {
  if (entry?.data === undefined) return undefined
  const known = texts.get(entry)
  if (known !== undefined) return known
  const text = decoded(entry.data)
  if (text !== undefined) keepText(entry, text)
  return text
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

const digests = new WeakMap<Tree, string>()

/** Tells trees apart as their git ids do, without hashing a folder: the same tree in another order only costs time. */
export function listingDigest(tree: Tree): string {
  let digest = digests.get(tree)
  if (digest === undefined) {
    const listing = [...tree].map(([path, { mode, oid }]) => `${path}\0${mode}\0${oid}\n`)
    digest = hash('sha256', listing.join(''))
    digests.set(tree, digest)
  }
  return digest
}

interface Folder {
  /** The hasher that may change it; others that share it copy it first. */
  owner: object
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
const newFolder = (owner: object): Folder => ({ owner, entries: new Map(), id: undefined, rows: undefined })

/** Keeps the ids of a tree's folders, so that after a change only the folders above it are hashed anew. */
export class TreeHasher {
  #owner = {}
  #root = newFolder(this.#owner)

  constructor(tree: Tree) {
    for (const [path, entry] of tree) this.set(path, entry)
  }

  /** Another of the same tree. What neither changes, they share. */
  fork(): TreeHasher {
    const other = new TreeHasher(new Map())
    other.#root = this.#root
    this.#owner = {}
    return other
  }

  set(path: string, entry: TreeEntry | null): void {
    const segments = path.split('/')
    const name = segments.pop() ?? ''
    this.#root = this.#own(this.#root)
    const trail: Folder[] = [this.#root]
    let folder = this.#root
    for (const segment of segments) {
      const there = folder.entries.get(segment)
      if (there !== undefined && isFolder(there)) {
        const next = this.#own(there)
        if (next !== there) folder.entries.set(segment, next)
        folder = next
      } else {
        if (entry === null) return
        const next = newFolder(this.#owner)
        put(folder, segment, next)
        folder = next
      }
      trail.push(folder)
    }
    put(folder, name, entry)
    for (const above of trail) above.id = undefined
    // Git has no empty folders.
    for (let i = segments.length - 1; i >= 0 && trail[i + 1]?.entries.size === 0; i--) {
      put(trail[i] as Folder, segments[i] ?? '', null)
    }
  }

  #own(folder: Folder): Folder {
    return folder.owner === this.#owner ? folder : { ...folder, owner: this.#owner, entries: new Map(folder.entries) }
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

const hashers = new WeakMap<Tree, TreeHasher>()

/** A hasher that stands on a tree, whose folders are hashed once while the tree lives. */
export function hasherOf(tree: Tree): TreeHasher {
  let known = hashers.get(tree)
  if (known === undefined) {
    known = new TreeHasher(tree)
    known.id()
    hashers.set(tree, known)
  }
  return known.fork()
}
