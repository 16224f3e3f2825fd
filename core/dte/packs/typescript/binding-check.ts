import ts from 'typescript'
import { bindingOf, isExternalKey, type Key, symbolKeys } from './binding.ts'
import type { EditSet } from './edits.ts'
import { isNameNode, nodeAt } from './occurrences.ts'
import { placeAt, refuse } from './refusals.ts'
import { classesOf, type Part, type Site, sitesOf } from './sites.ts'
import type { View, Views } from './views.ts'

/** What a token of the result must refer to. */
interface Expectation {
  path: string
  at: number
  inner: Key[]
  outer: Key[] | undefined
  /** Place in the base tree, for the message. */
  place: string
  /** Of the program that has the file: a unit keeps them before and after. */
  options: ts.CompilerOptions
  /** As it stood there before. */
  text: string
  isRenamed: boolean
}

const equal = (a: readonly Key[], b: readonly Key[]): boolean => {
  const set = new Set(a)
  return set.size === new Set(b).size && b.every((k) => set.has(k))
}

function expectationsOf(site: Site, part: Part, edits: EditSet, to: string): Expectation[] {
  const { binding, view } = site
  const map = (keys: readonly Key[]): Key[] => keys.map((k) => edits.key(k))
  const at = edits.position(view.path, site.start)
  const common = {
    path: view.path,
    place: placeAt(view.source, site.start),
    options: view.program.getCompilerOptions(),
    text: site.node.text,
    isRenamed: part.inner || part.outer,
  }
  const inner = map(binding.inner)
  const outer = binding.outer === undefined ? undefined : map(binding.outer)
  if (outer === undefined || part.inner === part.outer) return [{ ...common, at, inner, outer }]
  const old = site.node.text
  const firstIsInner = binding.form === 'export'
  const first = (firstIsInner ? part.inner : part.outer) ? to : old
  const joint = binding.form === 'property' ? 2 : 4
  return [
    { ...common, at, inner: firstIsInner ? inner : outer, outer: undefined },
    { ...common, at: at + first.length + joint, inner: firstIsInner ? outer : inner, outer: undefined },
  ]
}

/**
 * What sites must refer to in the result: what they refer to now. Nothing of it holds a program, so that the one from
 * before can go when the next is made: both at once take twice the memory.
 */
export const expectations = (
  sites: readonly { site: Site; part: Part }[],
  edits: EditSet,
  to: string,
): readonly Expectation[] => sites.flatMap(({ site, part }) => expectationsOf(site, part, edits, to))

/** Sites that stay as they are. */
export const untouched = (sites: readonly Site[]): { site: Site; part: Part }[] =>
  sites.map((site) => ({ site, part: { inner: false, outer: false } }))

/**
 * The binding check: in the result, every edited site, every other site of the old name and every older
 * site of the new name must refer to what it referred to before, and nothing may have joined the renamed
 * declarations (an override, a merge). Compilers' renames do not look; type checking does not always notice.
 * @throws AtomicError `NAME_COLLISION` with the place in the base tree.
 */
export function checkBindings(
  after: Views,
  before: { wanted: readonly Expectation[]; members: ReadonlySet<Key> },
  edits: EditSet,
  to: string,
): void {
  const collision = (what: string, place: string): Error => refuse('NAME_COLLISION', `Renamed to ${to}, ${what}`, place)
  for (const want of before.wanted) {
    const view = viewOf(after, want)
    if (view === undefined) throw collision('a file would fall out of its program.', want.place)
    const node = nodeAt(view.source, want.at)
    const got = isNameNode(node) ? bindingOf({ node, view }) : undefined
    const same =
      got !== undefined &&
      equal(got.inner, want.inner) &&
      (want.outer === undefined || equal(got.outer ?? [], want.outer))
    if (!same) {
      const what = want.isRenamed ? 'this reference' : `this ${want.text}`
      throw collision(`${what} would come to mean another declaration.`, want.place)
    }
    if (want.isRenamed || want.text === to) checkDeclared(node, view, to, want.place)
  }
  const sites = sitesOf(after, to)
  const classes = classesOf(sites)
  const members = new Set([...before.members].map((k) => edits.key(k)))
  const seed = members.values().next().value
  if (seed === undefined) return
  for (const key of members) {
    for (const joined of classes.members(key)) {
      if (members.has(joined)) continue
      const at = isExternalKey(joined) ? 'outside the project' : placeOfKey(joined, after)
      throw collision(`it would override, implement or merge with the ${to} at ${at}.`, at)
    }
  }
}

/**
 * Sites that an operation did not touch must refer to what they referred to before.
 * @throws AtomicError `NAME_COLLISION`
 */
export function checkUnmoved(after: Views, sites: readonly Site[], edits: EditSet, why: string): void {
  for (const site of sites) {
    const want = expectationsOf(site, { inner: false, outer: false }, edits, site.node.text)[0] as Expectation
    const view = viewOf(after, want)
    const node = view === undefined ? undefined : nodeAt(view.source, want.at)
    const got = view !== undefined && node !== undefined && isNameNode(node) ? bindingOf({ node, view }) : undefined
    if (
      got === undefined ||
      !equal(got.inner, want.inner) ||
      (want.outer !== undefined && !equal(got.outer ?? [], want.outer))
    ) {
      throw refuse(
        'NAME_COLLISION',
        `${why}, this ${site.node.text} would come to mean another declaration.`,
        want.place,
      )
    }
  }
}

/** The file in the program of the same configuration. */
const viewOf = (after: Views, { path, options }: Expectation): View | undefined =>
  after.views.get(path)?.find((v) => v.program.getCompilerOptions() === options) ?? after.view(path)

function placeOfKey(key: Key, project: Views): string {
  const colon = key.lastIndexOf(':')
  const view = project.view(key.slice(0, colon))
  return view === undefined ? key : placeAt(view.source, Number(key.slice(colon + 1)))
}

/** A second declaration of one name in one scope gets a symbol nobody finds: the table then answers with the first. */
function checkDeclared(node: ts.Node, view: View, to: string, place: string): void {
  const declaration = node.parent
  const symbol = (declaration as { symbol?: ts.Symbol }).symbol
  if (symbol === undefined || (declaration as { name?: ts.Node }).name !== node) return
  const { checker } = view
  const own = symbolKeys(checker.getExportSymbolOfSymbol(symbol), checker)
  const escaped = ts.escapeLeadingUnderscores(to)
  const holder = declaration.parent as ts.Node & { symbol?: ts.Symbol }
  const exported = (symbol as { parent?: ts.Symbol }).parent?.exports?.get(escaped)
  if (exported !== undefined && !equal(symbolKeys(exported, checker), symbolKeys(symbol, checker))) {
    throw refuse('NAME_COLLISION', `${to} is given out there already.`, place)
  }
  if (ts.isExportSpecifier(declaration)) return
  if (ts.isClassElement(declaration) || ts.isTypeElement(declaration) || ts.isEnumMember(declaration)) {
    const table = [holder.symbol?.members?.get(escaped), holder.symbol?.exports?.get(escaped)]
    const found = table.filter((s) => s !== undefined)
    if (found.length > 0 && !found.some((s) => s === symbol || equal(symbolKeys(s, checker), own))) {
      throw refuse('NAME_COLLISION', `${to} is declared there already.`, place)
    }
    return
  }
  if (
    ts.isPropertyAssignment(declaration) ||
    ts.isShorthandPropertyAssignment(declaration) ||
    ts.isJsxAttribute(declaration)
  )
    return
  // The name of a function expression lives in a scope of its own, where a parameter may hide it.
  if (ts.isFunctionExpression(declaration) || ts.isClassExpression(declaration)) return
  const scoped =
    ts.isFunctionDeclaration(declaration) ||
    ts.isClassDeclaration(declaration) ||
    ts.isModuleDeclaration(declaration) ||
    ts.isEnumDeclaration(declaration)
  const resolved = (
    checker as unknown as {
      resolveName(
        name: string,
        location: ts.Node,
        meaning: ts.SymbolFlags,
        excludeGlobals: boolean,
      ): ts.Symbol | undefined
    }
  ).resolveName(to, scoped ? declaration.parent : declaration, meaningOf(symbol), false)
  if (resolved !== undefined && !equal(symbolKeys(checker.getExportSymbolOfSymbol(resolved), checker), own)) {
    throw refuse('NAME_COLLISION', `${to} is declared there already.`, place)
  }
}

/** Every kind of thing that would stand in the way: a parameter where the symbol is a constant, say. */
function meaningOf(symbol: ts.Symbol): ts.SymbolFlags {
  // An import may stand for anything.
  const { Alias, Value, Type, Namespace } = ts.SymbolFlags
  if ((symbol.flags & Alias) !== 0) return Alias | Value | Type | Namespace
  const kinds = [ts.SymbolFlags.Value, ts.SymbolFlags.Type, ts.SymbolFlags.Namespace]
  return kinds.reduce<number>((all, kind) => ((symbol.flags & kind) === 0 ? all : all | kind), 0)
}
