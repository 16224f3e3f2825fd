import type { Operation } from '../../../contracts/changespec.ts'
import type { OperationOutcome, PackOptions } from '../../language-pack.ts'
import { byCodeUnit, checkPath, directoryOf } from '../../paths.ts'
import { applyChanges, blobEntry, type Tree, type TreeEntry, textOf } from '../../tree.ts'
import { checkWritable } from '../../writable.ts'
import { configEdits } from './config-paths.ts'
import { applyEdits, EditSet } from './edits.ts'
import type { VirtualFiles } from './files.ts'
import { type ModuleSite, modeOf, moduleSites, resolveSpecifier } from './module-sites.ts'
import { Project } from './project.ts'
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

  const sites = moduleSites(project)
  const edits = new EditSet()
  configEdits(project.files, move, edits)
  // Specifiers are tried against the tree as it will be, its configuration included.
  const future = new Project(applyChanges(project.tree, changesOf(project.tree, moves, edits)))
  const futureOptions = optionsOf(future, project)
  for (const site of sites) {
    const next = rewritten(site, move, future.files, futureOptions)
    if (next !== undefined) edits.add(site.view.path, { start: site.start, end: site.end, text: next })
  }
  const outside = edits.paths().filter((p) => !options.inScope(p))
  if (outside.length > 0)
    throw refuse(
      'STILL_REFERENCED',
      `${from} is used outside the scope of this ChangeSpec: ${listed(outside)}.`,
      `${outside[0]}:1:1`,
    )

  const changes = changesOf(project.tree, moves, edits)
  const wasRoot = rootsOf(project)
  project.advance(applyChanges(project.tree, changes), changes)
  checkTargets(project, sites, move, edits)
  const lost = wasRoot.filter((p) => project.view(move(p)) === undefined).map(move)
  const warnings = lost.length === 0 ? [] : [`No tsconfig covers any longer: ${listed(lost)}`]
  const moved = new Map([...moves].map(([a, b]) => [b, a]))
  return { changes, edits: edits.size + moves.size, moved, warnings }
}

const rootsOf = (project: Project): string[] => [...project.views.keys()]

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

/** Compiler options of a file in the tree as it will be; those of now where it has none yet. */
function optionsOf(
  future: Project,
  now: Project,
): (site: ModuleSite, path: string) => ReturnType<ModuleSite['view']['program']['getCompilerOptions']> {
  const configs = new Map(future.units.map((u) => [u.name, u.options]))
  const names = new Map(now.units.map((u) => [u.options, u.name]))
  return (site) => {
    const options = site.view.program.getCompilerOptions()
    return configs.get(names.get(options) ?? '') ?? options
  }
}

/** The specifier that the site must carry; undefined where it can stay. */
function rewritten(
  site: ModuleSite,
  move: (path: string) => string,
  files: VirtualFiles,
  optionsFor: ReturnType<typeof optionsOf>,
): string | undefined {
  const { view, text, target, kind } = site
  if (target === undefined) return undefined
  const from = move(view.path)
  const goal = move(target)
  const options = optionsFor(site, from)
  const mode = kind === 'module' ? modeOf(view, site.literal) : undefined
  const leads = (candidate: string): boolean =>
    resolveSpecifier(candidate, view, kind, files, mode, options, from) === goal
  if (goal === target && from === view.path) return undefined
  const query = /[?#].*$/.exec(text)?.[0] ?? ''
  if (leads(text) && (!/^\.\.?(\/|$)/.test(text) || directoryOf(from) === directoryOf(view.path))) return undefined
  if (kind !== 'module') {
    const asset = candidates(text.startsWith('.') ? text : `./${text}`, target, from, goal, options)[0] as string
    const plain = text.startsWith('.') ? asset : asset.replace(/^\.\//, '')
    return plain + query === text ? undefined : plain + query
  }
  const found = candidates(text, target, from, goal, options).find(leads)
  if (found === undefined) {
    throw refuse('NAME_COLLISION', `No specifier leads from ${from} to ${goal}.`, placeAt(view.source, site.start))
  }
  return found === text ? undefined : found
}

/** Every specifier of the result must lead where it led before, moves taken into account. */
function checkTargets(
  after: Project,
  before: readonly ModuleSite[],
  move: (path: string) => string,
  edits: EditSet,
): void {
  const now = new Map(moduleSites(after).map((s) => [`${s.view.path}:${s.start}`, s]))
  for (const site of before) {
    const path = move(site.view.path)
    const found = now.get(`${path}:${edits.position(site.view.path, site.start)}`)
    const want = site.target === undefined ? undefined : move(site.target)
    if (found === undefined || found.target !== want) {
      if (found === undefined && after.view(path) === undefined) continue
      throw refuse(
        'NAME_COLLISION',
        `${JSON.stringify(site.text)} would come to lead to ${found?.target ?? 'nothing'} instead of ${want ?? 'nothing'}.`,
        placeAt(site.view.source, site.start),
      )
    }
  }
}
