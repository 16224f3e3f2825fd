import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import ts from 'typescript'
import { byCodeUnit, normalizePath } from '../../paths.ts'
import { isRegular, type Tree, type TreeChanges, textOf } from '../../tree.ts'
import type { InstalledModules } from './installed-modules.ts'
import { isForeign, listingOf } from './listing.ts'

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

/**
 * The tree as a file system for the compiler. Packages of the tree's own workspaces appear under
 * `node_modules` as links, as an installation would make them; a committed `node_modules` is not read. Where
 * an installation is given, everything else under `node_modules` is its.
 */
export class VirtualFiles implements ts.ModuleResolutionHost, ts.ParseConfigHost {
  readonly useCaseSensitiveFileNames = true
  #tree: Tree
  /** Holds while no file comes or goes, and no JSON file changes. */
  #listing
  readonly #installed: InstalledModules | undefined

  constructor(tree: Tree, installed?: InstalledModules) {
    this.#tree = tree
    this.#installed = installed
    this.#listing = listingOf(tree)
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
    if (structure) this.#listing = listingOf(tree)
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
    const entry = this.#tree.get(path)
    return isRegular(entry) ? textOf(entry) : undefined
  }

  /** Paths of the regular files, dependencies left out, in the order of code units. */
  paths(): readonly string[] {
    return this.#listing.paths
  }

  /** Names all that decides where an import leads and which files a configuration takes: paths, and what JSON files say. */
  get structure(): string {
    return `${this.#installed?.folder ?? ''}\n${this.#listing.structure}`
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
    if (path !== undefined) return this.#listing.folders.has(path)
    const scope = /^\/tree\/node_modules\/(@[^/]+)$/.exec(name)?.[1]
    if (scope !== undefined && this.#listing.packages.some(([p]) => p.startsWith(`${scope}/`))) return true
    return this.#below(name, (at, by) => by.isFolder(at)) === true
  }

  readonly entries = (name: string): { files: string[]; directories: string[] } => {
    const path = toTree(name)
    const installed = this.#below(name, (at, by) => by.list(at))
    if (installed !== undefined) return installed
    const found = path === undefined || isForeign(`${path}/`) ? undefined : this.#listing.folders.get(path)
    return {
      files: [...(found?.files ?? [])].sort(byCodeUnit),
      directories: [...(found?.folders ?? [])].sort(byCodeUnit),
    }
  }

  readonly getDirectories = (name: string): string[] => {
    const path = this.#real(name)
    if (path === undefined) return this.#below(name, (at, by) => by.list(at).directories) ?? []
    return [...(this.#listing.folders.get(path)?.folders ?? [])].sort(byCodeUnit)
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
      for (const [pkg, folder] of this.#listing.packages) {
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
