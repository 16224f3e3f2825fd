import type ts from 'typescript'
import type { Operation } from '../../../contracts/changespec.ts'
import type { OperationOutcome, PackOptions } from '../../language-pack.ts'
import { byCodeUnit, checkPath, directoryOf } from '../../paths.ts'
import { applyChanges, blobEntry, type Tree, type TreeEntry, textOf } from '../../tree.ts'
import { checkWritable } from '../../writable.ts'
import { type Unit, unitsOf } from './config.ts'
import { configEdits } from './config-paths.ts'
import { applyEdits, EditSet } from './edits.ts'
import { isSource, VirtualFiles } from './files.ts'
import { isForeign } from './listing.ts'
import {
  formatOf,
  type ModuleFile,
  type ModuleSite,
  modeOf,
  moduleFile,
  moduleSites,
  resolveSpecifier,
} from './module-sites.ts'
import { reachOf } from './move-reach.ts'
import type { Project } from './project.ts'
import { listed, placeAt, refuse } from './refusals.ts'
import { candidates } from './specifiers.ts'

type Move = Extract<Operation, { op: 'moveModule' }>

/** Old path → new path of every file that moves. @throws AtomicError `SYMBOL_NOT_FOUND`, `PATH_TAKEN`, `PATH_ESCAPES` */
function movesOf(tree: Tree, from: string, to: string): Map<string, string> | undefined {
  const folder = `${from}/`
  const inFolder = [...tree.keys()].filter((p) => p.startsWith(folder)).sort(byCodeUnit)
  if (!tree.has(from) && inFolder.length === 0) {
    const done = tree.has(to) || [...tree.keys()].some((p) => p.startsWith(`${to}/`))
    if (done) return undefined
    throw refuse('SYMBOL_NOT_FOUND', `There is no file or folder ${from}.`, `${from}:1:1`)
  }
  if (from === to || to.startsWith(folder))
    throw refuse('PATH_TAKEN', `${from} cannot be moved into itself.`, `${from}:1:1`)
  const moves = new Map(tree.has(from) ? [[from, to]] : inFolder.map((p) => [p, to + p.slice(from.length)]))
  const rest = new Map([...tree].filter(([p]) => !moves.has(p)))
  for (const [old, path] of moves) {
    const entry = tree.get(old) as TreeEntry
    if (entry.mode === '120000' || entry.mode === '160000') {
      throw refuse(
        'PATH_ESCAPES',
        `${old} is a ${entry.mode === '120000' ? 'symbolic link' : 'submodule'}.`,
        `${old}:1:1`,
      )
    }
    const foreign = [old, path].find(isForeign)
    if (foreign !== undefined)
      throw refuse('PATH_ESCAPES', `${foreign} lies in node_modules, which package managers own.`, `${foreign}:1:1`)
    if (rest.has(path)) throw refuse('PATH_TAKEN', `${path} exists already.`, `${path}:1:1`)
    checkWritable(rest, path)
  }
  if ([...rest.keys()].some((p) => p.startsWith(`${to}/`)) && tree.has(from))
    throw refuse('PATH_TAKEN', `${to} is a folder.`, `${to}:1:1`)
  return moves
}

/** Moves a file or folder and makes every import, mock, reference and configuration that led to it lead there again. */
export function moveModule(project: Project, op: Move, options: PackOptions): OperationOutcome {
  const from = op.from.replace(/\/$/, '')
  const to = op.to.replace(/\/$/, '')
  checkPath(from)
  checkPath(to)
  const moves = movesOf(project.tree, from, to)
  if (moves === undefined)
    return { changes: new Map(), edits: 0, moved: new Map(), warnings: [`${from} was moved to ${to} before.`] }
  const move = (path: string): string =>
    moves.get(path) ?? (path === from || path.startsWith(`${from}/`) ? to + path.slice(from.length) : path)

  const edits = new EditSet()
  configEdits(project.files, move, edits)
  // Specifiers are tried against the tree as it will be, its configuration included.
  const before = new Modules(project.files)
  const after = new Modules(new VirtualFiles(applyChanges(project.tree, changesOf(project.tree, moves, edits))))
  const sites = reachOf(project.files, before.units, moves, from, to).flatMap((path) => before.sites(path))
  for (const site of sites) {
    const next = rewritten(site, move, after)
    if (next !== undefined) edits.add(site.file.path, { start: site.start, end: site.end, text: next })
  }
  checkReach(project, from, edits, options)

  const changes = changesOf(project.tree, moves, edits)
  const result = new Modules(new VirtualFiles(applyChanges(project.tree, changes)))
  checkTargets(result, sites, move, edits)
  const lost = [...before.configured].map(move).filter((path) => !result.configured.has(path))
  const warnings = lost.length === 0 ? [] : [`No tsconfig covers any longer: ${listed(lost.sort(byCodeUnit))}`]
  const moved = new Map([...moves].map(([a, b]) => [b, a]))
  return { changes, edits: edits.size + moves.size, moved, warnings }
}

/** @throws AtomicError `STILL_REFERENCED` where an edit would be needed that the scope or the named project leaves out. */
function checkReach(project: Project, from: string, edits: EditSet, { inScope, project: named }: PackOptions): void {
  const outside = edits.paths().filter((path) => !inScope(path))
  if (outside.length > 0)
    throw refuse(
      'STILL_REFERENCED',
      `${from} is used outside the scope of this ChangeSpec: ${listed(outside)}.`,
      `${outside[0]}:1:1`,
    )
  const unread = named === undefined ? [] : edits.paths().filter((path) => isSource(path) && !project.views.has(path))
  if (unread.length > 0)
    throw refuse(
      'STILL_REFERENCED',
      `${from} is used in files that ${named} does not cover: ${listed(unread)}.`,
      `${unread[0]}:1:1`,
    )
}

function changesOf(tree: Tree, moves: ReadonlyMap<string, string>, edits: EditSet): Map<string, TreeEntry | null> {
  const changes = new Map<string, TreeEntry | null>(edits.changes(tree))
  for (const [old, path] of moves) {
    const entry = tree.get(old) as TreeEntry
    const text = textOf(entry)
    const own = edits.of(old)
    changes.set(old, null)
    changes.set(path, own.length === 0 || text === undefined ? entry : blobEntry(applyEdits(text, own), entry.mode))
  }
  return changes
}

/** The modules of a tree, each under the options of the first configuration that takes it. */
class Modules {
  readonly files: VirtualFiles
  readonly units: Unit[]
  /** Files that a tsconfig takes. */
  readonly configured = new Set<string>()
  readonly #unitOf = new Map<string, Unit>()

  constructor(files: VirtualFiles) {
    this.files = files
    this.units = unitsOf(files)
    for (const unit of this.units) {
      for (const path of unit.roots) {
        if (!this.#unitOf.has(path)) this.#unitOf.set(path, unit)
        if (unit.name.endsWith('.json')) this.configured.add(path)
      }
    }
  }

  options(path: string): ts.CompilerOptions {
    return this.#unitOf.get(path)?.options ?? this.units[0]?.options ?? {}
  }

  sites(path: string): ModuleSite[] {
    const file = moduleFile(this.files, path, this.options(path))
    return file === undefined ? [] : moduleSites(this.files, file)
  }
}

/** The specifier that the site must carry; undefined where it can stay. */
function rewritten(site: ModuleSite, move: (path: string) => string, after: Modules): string | undefined {
  const { file, text, target, kind } = site
  if (target === undefined) return undefined
  const from = move(file.path)
  const goal = move(target)
  if (goal === target && from === file.path) return undefined
  const options = after.options(from)
  const mode = kind === 'module' ? modeOf(file, site.literal) : undefined
  const leads = (candidate: string): boolean =>
    resolveSpecifier(candidate, { path: from, options }, kind, after.files, mode) === goal
  const query = /[?#].*$/.exec(text)?.[0] ?? ''
  if (leads(text) && (!/^\.\.?(\/|$)/.test(text) || directoryOf(from) === directoryOf(file.path))) return undefined
  if (kind !== 'module') {
    const asset = candidates(text.startsWith('.') ? text : `./${text}`, target, from, goal, options)[0] as string
    const plain = text.startsWith('.') ? asset : asset.replace(/^\.\//, '')
    return plain + query === text ? undefined : plain + query
  }
  const found = candidates(text, target, from, goal, options).find(leads)
  const place = placeAt(file.source, site.start)
  if (found === undefined) throw refuse('NAME_COLLISION', `No specifier leads from ${from} to ${goal}.`, place)
  if (/["'`\\\n\r]|\$\{/.test(found))
    throw refuse('PATH_ESCAPES', `${JSON.stringify(found)} cannot stand in an import as it is.`, place)
  return found === text ? undefined : found
}

/**
 * Every specifier of the result must lead where it led before, moves taken into account. The edits change nothing
 * but specifiers, so a file is parsed again only where it would be read in another module format.
 */
function checkTargets(
  after: Modules,
  before: readonly ModuleSite[],
  move: (path: string) => string,
  edits: EditSet,
): void {
  const written = new Map(before.map(({ file }) => [file.path, new Map(edits.of(file.path).map((e) => [e.start, e]))]))
  const moved = new Map<string, ModuleFile>()
  for (const site of before) {
    const { file, kind } = site
    const path = move(file.path)
    let now = moved.get(path)
    if (now === undefined) {
      const format = formatOf(after.files, path, after.options(path))
      const reread =
        format === file.source.impliedNodeFormat ? undefined : moduleFile(after.files, path, after.options(path))
      now = reread ?? { path, source: file.source, options: after.options(path) }
      moved.set(path, now)
    }
    const text = written.get(file.path)?.get(site.start)?.text ?? site.text
    const mode = kind === 'module' ? modeOf(now, site.literal) : undefined
    const target = resolveSpecifier(text, now, kind, after.files, mode)
    const want = site.target === undefined ? undefined : move(site.target)
    if (target === want) continue
    throw refuse(
      'NAME_COLLISION',
      `${JSON.stringify(site.text)} would come to lead to ${target ?? 'nothing'} instead of ${want ?? 'nothing'}.`,
      placeAt(file.source, site.start),
    )
  }
}
