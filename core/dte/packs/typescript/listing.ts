import { createHash } from 'node:crypto'
import { byCodeUnit } from '../../paths.ts'
import { isRegular, type Tree, textOf } from '../../tree.ts'

/** Folders whose files are somebody else's, wherever they stand. */
export const isForeign = (path: string): boolean => /(^|\/)node_modules\//.test(path)

interface Folder {
  files: Set<string>
  folders: Set<string>
}

/** What the paths of a tree say, and its JSON files: found once for each tree. */
class Listing {
  /** Of the regular files, dependencies left out, in the order of code units. */
  readonly paths: readonly string[]
  readonly folders: ReadonlyMap<string, Folder>
  /** Packages of the tree's own workspaces. */
  readonly packages: readonly (readonly [name: string, folder: string])[]
  /** Names all that decides where an import leads and which files a configuration takes. */
  readonly structure: string

  constructor(tree: Tree) {
    this.paths = [...tree.keys()].filter((p) => !isForeign(p) && isRegular(tree.get(p))).sort(byCodeUnit)
    this.folders = foldersOf(this.paths)
    this.packages = packagesOf(this.folders, tree)
    const said = this.paths.map((path) => `${path}\0${path.endsWith('.json') ? tree.get(path)?.oid : ''}\n`)
    this.structure = createHash('sha256').update(said.join('')).digest('hex')
  }
}

const known = new WeakMap<Tree, Listing>()

export function listingOf(tree: Tree): Listing {
  let listing = known.get(tree)
  if (listing === undefined) {
    listing = new Listing(tree)
    known.set(tree, listing)
  }
  return listing
}

function foldersOf(paths: readonly string[]): Map<string, Folder> {
  const folders = new Map<string, Folder>([['', { files: new Set(), folders: new Set() }]])
  const folderAt = (path: string): Folder => {
    let folder = folders.get(path)
    if (folder !== undefined) return folder
    folder = { files: new Set(), folders: new Set() }
    folders.set(path, folder)
    const slash = path.lastIndexOf('/')
    folderAt(path.slice(0, Math.max(0, slash))).folders.add(path.slice(slash + 1))
    return folder
  }
  for (const path of paths) {
    const slash = path.lastIndexOf('/')
    folderAt(path.slice(0, Math.max(0, slash))).files.add(path.slice(slash + 1))
  }
  return folders
}

function packagesOf(folders: ReadonlyMap<string, Folder>, tree: Tree): [name: string, folder: string][] {
  const packages: [string, string][] = []
  for (const [path, folder] of folders) {
    if (path === '' || !folder.files.has('package.json')) continue
    const name = packageName(textOf(tree.get(`${path}/package.json`)))
    if (name !== undefined) packages.push([name, path])
  }
  return packages.sort((a, b) => byCodeUnit(a[0], b[0]) || byCodeUnit(a[1], b[1]))
}

function packageName(text: string | undefined): string | undefined {
  try {
    const name = (JSON.parse(text ?? '') as { name?: unknown }).name
    return typeof name === 'string' && /^(@[\w.-]+\/)?[\w.-]+$/.test(name) ? name : undefined
  } catch {
    return undefined
  }
}
