import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import ts from 'typescript'
import { byCodeUnit, normalizePath } from '../../paths.ts'
import { isRegular, type Tree, type TreeChanges } from '../../tree.ts'
import type { InstalledModules } from './installed-modules.ts'
import { blobText } from './source-cache.ts'

/** Where the tree stands for the compiler; nothing of this machine's disk is under it. */
const root = '/tree'
const libraries = '/lib'
/**
 * The declarations of the language, the same on every machine: beside the engine's own compiler, or in `lib`
 * where that is bundled with the engine.
 */
const bundledLibraries = join(import.meta.dirname, 'lib')
const libraryFolder = existsSync(join(bundledLibraries, 'lib.d.ts'))
  ? bundledLibraries
  : dirname(createRequire(import.meta.url).resolve('typescript'))

export const toVirtual = (path: string): string => (path === '' ? root : `${root}/${path}`)
/** The path in the tree; undefined for a library file. */
export const toTree = (name: string): string | undefined =>
  name === root ? '' : name.startsWith(`${root}/`) ? name.slice(root.length + 1) : undefined

export const isSource = (path: string): boolean => /\.[cm]?[jt]sx?$/.test(path)
/** Folders whose files are somebody else's, wherever they stand. */
export const isForeign = (path: string): boolean => /(^|\/)node_modules\//.test(path)

const readLibraries = new Map<string, string | undefined>()
function libraryText(name: string): string | undefined {
  if (!readLibraries.has(name)) {
    const file = join(libraryFolder, name)
    readLibraries.set(
      name,
      /^lib\.[\w.]*d\.ts$/.test(name) && existsSync(file) ? readFileSync(file, 'utf8') : undefined,
    )
  }
  return readLibraries.get(name)
}

let allLibraries: string[] | undefined
/** Every declaration file of the language's library. */
export function libraryTexts(): readonly string[] {
  allLibraries ??= readdirSync(libraryFolder).flatMap((name) => libraryText(name) ?? [])
  return allLibraries
}

interface Folder {
  files: Set<string>
  folders: Set<string>
}

/**
 * The tree as a file system for the compiler. Packages of the tree's own workspaces appear under
 * `node_modules` as links, as an installation would make them; a committed `node_modules` is not read. Where
 * an installation is given, everything else under `node_modules` is its.
 */
export class VirtualFiles implements ts.ModuleResolutionHost, ts.ParseConfigHost {
  readonly useCaseSensitiveFileNames = true
  #tree: Tree
  #folders = new Map<string, Folder>()
  #packages: [name: string, folder: string][] = []
  #paths: readonly string[] | undefined
  #structure: string | undefined
  readonly #installed: InstalledModules | undefined

  constructor(tree: Tree, installed?: InstalledModules) {
    this.#tree = tree
    this.#installed = installed
    for (const [path, entry] of tree) if (isRegular(entry)) this.#list(path)
    this.#findPackages()
  }

  get tree(): Tree {
    return this.#tree
  }

  /** Takes over a changed tree; true when files came or went. */
  advance(tree: Tree, changes: TreeChanges): boolean {
    let structure = false
    for (const [path, entry] of changes) {
      if (isRegular(entry) !== isRegular(this.#tree.get(path))) structure = true
      if (path.endsWith('.json')) structure = true
    }
    this.#tree = tree
    if (structure) {
      this.#paths = undefined
      this.#structure = undefined
      this.#folders = new Map()
      for (const [path, entry] of tree) if (isRegular(entry)) this.#list(path)
      this.#findPackages()
    }
    return structure
  }

  /** Installed packages are read, and with them what is found by that. */
  get hasInstalled(): boolean {
    return this.#installed !== undefined
  }

  oid(path: string): string | undefined {
    return this.#tree.get(path)?.oid ?? (isForeign(path) ? this.#installed?.id(path) : undefined)
  }

  text(path: string): string | undefined {
    return blobText(this.#tree.get(path))
  }

  /** Paths of the regular files, dependencies left out, in the order of code units. */
  paths(): readonly string[] {
    this.#paths ??= [...this.#tree.keys()].filter((p) => !isForeign(p) && isRegular(this.#tree.get(p))).sort(byCodeUnit)
    return this.#paths
  }

  /** Names all that decides where an import leads and which files a configuration takes: paths, and what JSON files say. */
  get structure(): string {
    if (this.#structure === undefined) {
      const hash = createHash('sha256').update(`${this.#installed?.folder ?? ''}\n`)
      for (const path of this.paths()) hash.update(`${path}\0${path.endsWith('.json') ? this.oid(path) : ''}\n`)
      this.#structure = hash.digest('hex')
    }
    return this.#structure
  }

  readonly fileExists = (name: string): boolean => {
    const library = libraryName(name)
    if (library !== undefined) return libraryText(library) !== undefined
    const path = this.#real(name)
    return path === undefined ? this.#below(name, (at, by) => by.isFile(at)) === true : isRegular(this.#tree.get(path))
  }

  readonly readFile = (name: string): string | undefined => {
    const library = libraryName(name)
    if (library !== undefined) return libraryText(library)
    const path = this.#real(name)
    // A byte order mark stays: the scanner takes it for a space, and positions are those of the bytes.
    return path === undefined ? this.#below(name, (at, by) => by.text(at)) : this.text(path)
  }

  readonly directoryExists = (name: string): boolean => {
    if (name === `${root}/node_modules` || name === libraries) return true
    const path = this.#real(name)
    if (path !== undefined) return this.#folders.has(path)
    const scope = /^\/tree\/node_modules\/(@[^/]+)$/.exec(name)?.[1]
    if (scope !== undefined && this.#packages.some(([p]) => p.startsWith(`${scope}/`))) return true
    return this.#below(name, (at, by) => by.isFolder(at)) === true
  }

  readonly entries = (name: string): { files: string[]; directories: string[] } => {
    const path = toTree(name)
    const installed = this.#below(name, (at, by) => by.list(at))
    if (installed !== undefined) return installed
    const found = path === undefined || isForeign(`${path}/`) ? undefined : this.#folders.get(path)
    return {
      files: [...(found?.files ?? [])].sort(byCodeUnit),
      directories: [...(found?.folders ?? [])].sort(byCodeUnit),
    }
  }

  readonly getDirectories = (name: string): string[] => {
    const path = this.#real(name)
    if (path === undefined) return this.#below(name, (at, by) => by.list(at).directories) ?? []
    return [...(this.#folders.get(path)?.folders ?? [])].sort(byCodeUnit)
  }

  readonly realpath = (name: string): string => {
    const path = libraryName(name) === undefined ? this.#real(name) : undefined
    return path === undefined ? (this.#below(name, (at, by) => toVirtual(by.real(at))) ?? name) : toVirtual(path)
  }

  readonly readDirectory = (
    folder: string,
    extensions: readonly string[],
    excludes: readonly string[] | undefined,
    includes: readonly string[],
    depth?: number,
  ): string[] => {
    return internal.matchFiles(folder, extensions, excludes, includes, true, root, depth, this.entries, (p) => p)
  }

  #list(path: string): void {
    if (isForeign(path)) return
    const segments = path.split('/')
    const name = segments.pop() as string
    let at = ''
    let folder = this.#folder(at)
    for (const segment of segments) {
      folder.folders.add(segment)
      at = at === '' ? segment : `${at}/${segment}`
      folder = this.#folder(at)
    }
    folder.files.add(name)
  }

  #folder(path: string): Folder {
    let folder = this.#folders.get(path)
    if (folder === undefined) {
      folder = { files: new Set(), folders: new Set() }
      this.#folders.set(path, folder)
    }
    return folder
  }

  #findPackages(): void {
    this.#packages = []
    for (const [path, folder] of this.#folders) {
      if (path === '' || !folder.files.has('package.json')) continue
      const name = packageName(this.text(`${path}/package.json`))
      if (name !== undefined) this.#packages.push([name, path])
    }
    this.#packages.sort((a, b) => byCodeUnit(a[0], b[0]) || byCodeUnit(a[1], b[1]))
  }

  /** Asks the installation about a name below a `node_modules`; undefined where there is none, or it is elsewhere. */
  #below<T>(name: string, ask: (path: string, installed: InstalledModules) => T): T | undefined {
    const path = this.#installed === undefined ? undefined : toTree(name)
    return path === undefined || this.#installed === undefined || !isForeign(`${path}/`)
      ? undefined
      : ask(path, this.#installed)
  }

  /** The path in the tree behind a name, links of workspaces followed; undefined when it leaves the tree. */
  #real(name: string): string | undefined {
    const path = toTree(name)
    if (path === undefined) return undefined
    if (path.startsWith('node_modules/')) {
      const rest = path.slice('node_modules/'.length)
      for (const [pkg, folder] of this.#packages) {
        if (rest === pkg) return folder
        if (rest.startsWith(`${pkg}/`)) return `${folder}/${rest.slice(pkg.length + 1)}`
      }
      return undefined
    }
    return isForeign(`${path}/`) ? undefined : normalizePath(path)
  }
}

const libraryName = (name: string): string | undefined =>
  name.startsWith(`${libraries}/`) ? name.slice(libraries.length + 1) : undefined

function packageName(text: string | undefined): string | undefined {
  try {
    const name = (JSON.parse(text ?? '') as { name?: unknown }).name
    return typeof name === 'string' && /^(@[\w.-]+\/)?[\w.-]+$/.test(name) ? name : undefined
  } catch {
    return undefined
  }
}

/** What this compiler version offers but does not declare; the version is pinned, and a test asserts that they are there. */
const internal = ts as unknown as {
  matchFiles(
    path: string,
    extensions: readonly string[],
    excludes: readonly string[] | undefined,
    includes: readonly string[],
    caseSensitive: boolean,
    currentDirectory: string,
    depth: number | undefined,
    entries: (path: string) => { files: readonly string[]; directories: readonly string[] },
    realpath: (path: string) => string,
  ): string[]
}

const librarySources = new Map<string, ts.SourceFile>()

/** A library file, parsed once for all programs that ask for it alike. */
export function librarySource(name: string, options: ts.CreateSourceFileOptions): ts.SourceFile | undefined {
  const key = `${name} ${options.languageVersion} ${options.impliedNodeFormat ?? ''}`
  let source = librarySources.get(key)
  const text = libraryName(name) === undefined ? undefined : libraryText(libraryName(name) as string)
  if (source === undefined && text !== undefined) {
    source = ts.createSourceFile(name, text, options, true)
    librarySources.set(key, source)
  }
  return source
}

export const libraryLocation = libraries
export const virtualRoot = root
