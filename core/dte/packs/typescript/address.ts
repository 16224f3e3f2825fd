import ts from 'typescript'
import { byCodeUnit } from '../../paths.ts'
import { bindingOf, declarationKey, isLabel, type Key, symbolKeys } from './binding.ts'
import { isNameNode, type NameNode, nodeAt } from './occurrences.ts'
import { listed, placeAt, placeOf, refuse } from './refusals.ts'
import type { View, Views } from './views.ts'

/** What an address names. */
export interface Target {
  name: string
  keys: Key[]
  view: View
  /** Declarations in the tree, as the view's program has them. */
  declarations: ts.Declaration[]
  /** Set for a label, which has no symbol. */
  label?: ts.Identifier
  symbol?: ts.Symbol
}

export interface Address {
  path: string
  /** `Outer`, `member`; absent for a position. */
  names?: string[]
  line?: number
  column?: number
}

/** Reads `path#Outer.member` or `path@LINE:COL`; `module:` addresses are not for here. */
export function parseAddress(symbol: string): Address {
  const position = /^(.+)@(\d+):(\d+)$/.exec(symbol)
  const hash = symbol.indexOf('#')
  if (
    position !== null &&
    (hash === -1 || symbol.indexOf('@', hash) === -1 || /#/.test(position[1] as string) === false)
  ) {
    return { path: position[1] as string, line: Number(position[2]), column: Number(position[3]) }
  }
  const names = symbol.slice(hash + 1).match(/"[^"]*"|[^.]+/g) ?? []
  return { path: symbol.slice(0, hash), names: names.map((n) => n.replace(/^"(.*)"$/, '$1')) }
}

export function viewOf(project: Views, path: string): View {
  const view = project.view(path)
  if (view === undefined)
    throw refuse('SYMBOL_NOT_FOUND', `There is no source file ${path} in the project.`, `${path}:1:1`)
  return view
}

/** The offset of a line and column, both from 1. */
function offsetAt(source: ts.SourceFile, line: number, column: number): number {
  const starts = source.getLineStarts()
  const start = starts[line - 1]
  if (line < 1 || column < 1 || start === undefined || start + column - 1 > (starts[line] ?? source.text.length + 1)) {
    throw refuse('SYMBOL_NOT_FOUND', `The file has no line ${line}, column ${column}.`)
  }
  return start + column - 1
}

/** The name node at a position: of an identifier, or of the string that names a property. */
function nameAt(view: View, line: number, column: number): NameNode {
  const offset = offsetAt(view.source, line, column)
  let node = nodeAt(view.source, offset)
  // A keyword of a declaration (`function`, `class`, `export default`) stands for its name.
  if (!isNameNode(node)) node = ts.getNameOfDeclaration(node as ts.Declaration) ?? node
  if (!isNameNode(node))
    throw refuse('SYMBOL_NOT_FOUND', `No name stands at ${placeAt(view.source, offset)}.`, placeAt(view.source, offset))
  return node
}

type Scope = { locals?: ts.SymbolTable; symbol?: ts.Symbol }

function tableEntries(symbol: ts.Symbol, name: string, checker: ts.TypeChecker): ts.Symbol[] {
  const escaped = ts.escapeLeadingUnderscores(name)
  const found: (ts.Symbol | undefined)[] = [symbol.members?.get(escaped), symbol.exports?.get(escaped)]
  for (const d of symbol.declarations ?? []) {
    // A private name is mangled in the table; look at the declarations themselves.
    if (name.startsWith('#') && ts.isClassLike(d)) {
      for (const m of d.members) {
        if (m.name !== undefined && ts.isPrivateIdentifier(m.name) && m.name.text === name)
          found.push(checker.getSymbolAtLocation(m.name))
      }
    }
    found.push((d as Scope).locals?.get(escaped))
    const value = (d as { initializer?: ts.Node }).initializer as (ts.Node & Scope) | undefined
    if (value !== undefined)
      found.push(value.locals?.get(escaped), value.symbol?.members?.get(escaped), value.symbol?.exports?.get(escaped))
  }
  const direct = [...new Set(found.filter((s) => s !== undefined))]
  if (direct.length > 0) return direct
  const declaration = symbol.declarations?.[0]
  if (declaration === undefined) return []
  const types = [checker.getTypeOfSymbolAtLocation(symbol, declaration), checker.getDeclaredTypeOfSymbol(symbol)]
  return [...new Set(types.flatMap((t) => checker.getPropertyOfType(t, name) ?? []))]
}

function topLevel(view: View, name: string): ts.Symbol[] {
  const source = view.source as ts.SourceFile & Scope
  const escaped = ts.escapeLeadingUnderscores(name)
  const given = source.symbol?.exports?.get(escaped)
  // `module.exports = { x }` passes the local one on.
  const passedOn =
    given?.declarations?.every(ts.isShorthandPropertyAssignment) === true && source.locals?.has(escaped) === true
  const exported = passedOn ? undefined : given
  const local = source.locals?.get(escaped)
  // Scripts put their declarations into the global scope.
  const found = [exported, (local as { exportSymbol?: ts.Symbol } | undefined)?.exportSymbol ?? local].filter(
    (s) => s !== undefined,
  )
  return [...new Set(found.map((s) => view.checker.getExportSymbolOfSymbol(s)))]
}

/** Names near to one that is not there, to help whoever mistyped. */
function suggestions(view: View, name: string): string {
  const source = view.source as ts.SourceFile & Scope
  const names = new Set<string>()
  for (const table of [source.symbol?.exports, source.locals]) {
    for (const key of table?.keys() ?? []) names.add(ts.unescapeLeadingUnderscores(key))
  }
  const lower = name.toLowerCase()
  const near = [...names]
    .filter((n) => n.toLowerCase().includes(lower) || lower.includes(n.toLowerCase()))
    .sort(byCodeUnit)
  return near.length === 0 ? '' : ` Did you mean ${listed(near, 3)}?`
}

/**
 * The symbol behind an address in the tree.
 * @throws AtomicError `SYMBOL_NOT_FOUND`, `SYMBOL_AMBIGUOUS`
 */
export function resolveAddress(project: Views, address: Address): Target {
  const view = viewOf(project, address.path)
  if (address.names === undefined) return targetAt(view, nameAt(view, address.line ?? 0, address.column ?? 0))
  let found: ts.Symbol[] = []
  address.names.forEach((name, depth) => {
    const next = depth === 0 ? topLevel(view, name) : found.flatMap((s) => tableEntries(s, name, view.checker))
    if (next.length === 0) {
      const inside = depth === 0 ? address.path : `${address.path}#${address.names?.slice(0, depth).join('.')}`
      throw refuse(
        'SYMBOL_NOT_FOUND',
        `${inside} declares no ${name}.${depth === 0 ? suggestions(view, name) : ''}`,
        `${address.path}:1:1`,
      )
    }
    found = next
  })
  const byKeys = new Map(found.map((s) => [symbolKeys(s, view.checker).join(), s]))
  if (byKeys.size > 1) {
    const places = [...byKeys.values()].flatMap((s) => s.declarations?.slice(0, 1).map(placeOf) ?? []).sort(byCodeUnit)
    throw refuse(
      'SYMBOL_AMBIGUOUS',
      `More than one symbol is called ${address.names.join('.')}: ${listed(places)}.`,
      places[0],
    )
  }
  const symbol = found[0] as ts.Symbol
  const declarations = view.checker.getRootSymbols(symbol).flatMap((s) => s.declarations ?? [])
  return { name: address.names.at(-1) as string, keys: symbolKeys(symbol, view.checker), view, declarations, symbol }
}

/** What stands at a name node. */
function targetAt(view: View, node: NameNode): Target {
  if (isLabel(node)) return { name: node.text, keys: [], view, declarations: [], label: node as ts.Identifier }
  const binding = bindingOf({ node, view })
  if (binding === undefined || binding.inner.length === 0) {
    throw refuse('SYMBOL_NOT_FOUND', `No symbol stands at ${placeOf(node)}.`, placeOf(node))
  }
  const symbol = view.checker.getSymbolAtLocation(node)
  const declarations = (symbol === undefined ? [] : view.checker.getRootSymbols(symbol)).flatMap(
    (s) => s.declarations ?? [],
  )
  return {
    name: node.text,
    keys: binding.inner,
    view,
    declarations: declarations.filter((d) => binding.inner.includes(declarationKey(d))),
    ...(symbol === undefined ? {} : { symbol }),
  }
}
