import ts from 'typescript'
import type { Operation } from '../../../contracts/changespec.ts'
import type { OperationOutcome, PackOptions } from '../../language-pack.ts'
import { applyChanges } from '../../tree.ts'
import { type Address, parseAddress, resolveAddress, viewOf } from './address.ts'
import { EditSet, type TextEdit } from './edits.ts'
import { checkInserted, declaredNames, snippetNames } from './insert-check.ts'
import { endWithComments, indentAt, indentUnit, newlineOf, reindent, startWithComments } from './layout.ts'
import { type List, listAround, listInside } from './lists.ts'
import { nodeAt } from './occurrences.ts'
import type { Project } from './project.ts'
import { placeOf, refuse } from './refusals.ts'
import { type Site, sitesInFile, sitesOf } from './sites.ts'
import { checkSyntax } from './syntax.ts'
import type { View } from './views.ts'

type Insert = Extract<Operation, { op: 'insertNode' }>

/** Where the code goes: before or after an element of a list, or into an empty one. */
interface Spot {
  list: List
  index: number
}

function spotOf(project: Project, op: Insert): { view: View; spot: Spot } {
  const file = !/#|@\d+:\d+$/.test(op.target)
  const address: Address = file ? { path: op.target } : parseAddress(op.target)
  const view = viewOf(project, address.path)
  if (file) {
    const list = listInside(view.source) as List
    const imports = list.elements.findLastIndex((s) => ts.isImportDeclaration(s) || ts.isImportEqualsDeclaration(s)) + 1
    const directives = list.elements.findIndex(
      (s) => !(ts.isExpressionStatement(s) && ts.isStringLiteral(s.expression)),
    )
    const first = /^\s*import\b/.test(op.code) ? Math.max(0, directives) : Math.max(imports, directives, 0)
    return {
      view,
      spot: { list, index: op.position === 'first' || op.position === 'before' ? first : list.elements.length },
    }
  }
  const node = nodeOf(project, address, view, op)
  if (op.position === 'first' || op.position === 'last') {
    const list =
      listInside(node) ??
      (ts.isIdentifier(node) && ts.isJsxOpeningLikeElement(node.parent) ? listInside(node.parent) : undefined)
    if (list === undefined)
      throw refuse('SYMBOL_NOT_FOUND', `Nothing can be inserted inside ${op.target}.`, placeOf(node))
    return { view, spot: { list, index: op.position === 'first' ? 0 : list.elements.length } }
  }
  const around = listAround(node)
  if (around === undefined)
    throw refuse('SYMBOL_NOT_FOUND', `Nothing can be inserted beside ${op.target}.`, placeOf(node))
  const index = around.list.elements.indexOf(around.element)
  return { view, spot: { list: around.list, index: op.position === 'before' ? index : index + 1 } }
}

/** The declaration that the address names: the first of several for `before`, the last for `after`. */
function nodeOf(project: Project, address: Address, view: View, op: Insert): ts.Node {
  if (address.names === undefined) {
    const starts = view.source.getLineStarts()
    const start = starts[(address.line ?? 0) - 1]
    if (start === undefined)
      throw refuse('SYMBOL_NOT_FOUND', `${address.path} has no line ${address.line}.`, `${address.path}:1:1`)
    const node = nodeAt(view.source, start + (address.column ?? 1) - 1)
    const name = (node.parent as { name?: ts.Node } | undefined)?.name
    return name === node || (ts.isToken(node) && !ts.isIdentifier(node)) ? node.parent : node
  }
  const own = resolveAddress(project, address).declarations.filter((d) => d.getSourceFile() === view.source)
  const containers =
    op.position === 'first' || op.position === 'last' ? own.filter((d) => listInside(d) !== undefined) : own
  if (op.position !== 'before' && op.position !== 'after' && containers.length > 1) {
    throw refuse(
      'SYMBOL_AMBIGUOUS',
      `${op.target} has several declarations: ${containers.map(placeOf).join(', ')}.`,
      placeOf(containers[0] as ts.Node),
    )
  }
  const node = op.position === 'after' ? (containers.at(-1) ?? own.at(-1)) : (containers[0] ?? own[0])
  if (node === undefined)
    throw refuse('SYMBOL_NOT_FOUND', `${op.target} is not declared in that file.`, `${address.path}:1:1`)
  return node
}

/** The text to insert and where. */
function editFor(view: View, { list, index }: Spot, code: string): TextEdit {
  const { text } = view.source
  const newline = newlineOf(text)
  const before = list.elements[index - 1]
  const after = list.elements[index]
  const base = list.holder === undefined ? undefined : indentAt(text, list.holder.getStart())
  const sibling = after ?? before
  const multiline =
    list.separator === 'line' || list.elements.length === 0
      ? true
      : text.slice(list.open, sibling?.getStart()).includes('\n')
  const indent =
    sibling !== undefined && isFirstOnLine(text, sibling)
      ? indentAt(text, sibling.getStart())
      : base === undefined
        ? ''
        : base + indentUnit(text)
  if (list.separator !== 'line' && list.elements.length > 0)
    return elementEdit(
      view,
      { list, index },
      reindent(code, multiline ? indent : (base ?? ''), newline),
      multiline,
      indent,
      newline,
    )
  if (isOneLine(list, text)) return besideOnLine(text, list, index, code)
  const body = reindent(code, indent, newline)
  if (sibling === undefined) return intoEmpty(text, list, body, indent, base ?? '', newline)
  const gap = blankBetween(text, list, body) ? newline + newline : newline
  if (before !== undefined && (after === undefined || list.separator === 'line')) {
    const end = endWithComments(before.end, text)
    const tail = list.holder === undefined && after === undefined && end === text.length ? newline : ''
    return { start: end, end, text: `${gap}${indent}${body}${tail}` }
  }
  const start = startWithComments(after as ts.Node, text)
  return isFirstOnLine(text, after as ts.Node)
    ? { start, end: start, text: `${body}${gap}${indent}` }
    : { start, end: start, text: `${newline}${indent}${body}${newline}${indent}` }
}

/** Members of a type that all stand on one line: `{ a: 1; b: 2 }`. */
const isOneLine = ({ holder, elements, open, close }: List, text: string): boolean =>
  holder !== undefined &&
  (ts.isTypeLiteralNode(holder) || ts.isInterfaceDeclaration(holder)) &&
  elements.length > 0 &&
  !text.slice(open, close).includes('\n')

function besideOnLine(text: string, { elements }: List, index: number, code: string): TextEdit {
  const mark = /,$/.test(text.slice(0, (elements[0] as ts.Node).end)) ? ',' : ';'
  const bare = code.trim().replace(/[;,]$/, '')
  const after = elements[index]
  if (after !== undefined) return { start: after.getStart(), end: after.getStart(), text: `${bare}${mark} ` }
  const { end } = elements.at(-1) as ts.Node
  const isClosed = /[;,]$/.test(text.slice(0, end))
  return { start: end, end, text: `${isClosed ? '' : mark} ${bare}${isClosed ? mark : ''}` }
}

function elementEdit(
  view: View,
  { list, index }: Spot,
  code: string,
  multiline: boolean,
  indent: string,
  newline: string,
): TextEdit {
  const { text } = view.source
  const before = list.elements[index - 1]
  const after = list.elements[index]
  const comma = list.separator === 'comma' ? ',' : ''
  const bare = list.separator === 'comma' ? code.replace(/,\s*$/, '') : code
  const gap = multiline ? newline + indent : ' '
  if (after !== undefined) {
    const start = multiline ? startWithComments(after, text) : after.getStart()
    return { start, end: start, text: `${bare}${comma}${gap}` }
  }
  const end = (before as ts.Node).end
  const trailing = comma !== '' && /^\s*,/.exec(stripComments(text.slice(end, list.close))) !== null
  if (!trailing) return { start: end, end, text: `${comma}${gap}${bare}` }
  const at = endWithComments(text.indexOf(',', end) + 1, text)
  return { start: at, end: at, text: `${gap}${bare}${multiline ? comma : ''}` }
}

const stripComments = (text: string): string =>
  text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, (c) => ' '.repeat(c.length))

function intoEmpty(text: string, list: List, body: string, indent: string, base: string, newline: string): TextEdit {
  if (list.holder === undefined) {
    const end = text.length
    return { start: end, end, text: `${text === '' || text.endsWith('\n') ? '' : newline}${body}${newline}` }
  }
  if (list.separator === 'space') return { start: list.open, end: list.open, text: ` ${body}` }
  const inner = text.slice(list.open, list.close)
  const comma = list.separator === 'comma' && !body.endsWith(',') ? ',' : ''
  if (inner.trim() === '')
    return { start: list.open, end: list.close, text: `${newline}${indent}${body}${comma}${newline}${base}` }
  const end = list.open + inner.trimEnd().length
  return { start: end, end, text: `${newline}${indent}${body}${comma}` }
}

const isFirstOnLine = (text: string, node: ts.Node): boolean =>
  text.slice(text.lastIndexOf('\n', node.getStart() - 1) + 1, node.getStart()).trim() === ''

/** Are the siblings set apart by empty lines, or would this one be, being long? */
function blankBetween(text: string, list: List, body: string): boolean {
  if (/^\s*(import|export\s*[{*])/.test(body)) return false
  const gaps = list.elements
    .slice(1)
    .map((e, i) => text.slice((list.elements[i] as ts.Node).end, startWithComments(e, text)))
  const airy = gaps.filter((g) => /\n[ \t]*\r?\n/.test(g)).length * 2 >= gaps.length
  if (gaps.length > 0 && airy) return true
  // Statements of a function stand together; declarations that take several lines stand apart.
  if (list.holder !== undefined && ts.isBlock(list.holder)) return false
  const tall = list.elements.some((e) => e.getText().includes('\n'))
  if (gaps.length > 0) return tall && body.includes('\n')
  return tall || body.includes('\n') || list.holder === undefined
}

/** Sites that a new declaration could draw to itself: in its own file, or anywhere when it is global; a member draws none. */
function reached(project: Project, view: View, list: List, name: string): readonly Site[] {
  const { holder } = list
  const lexical = holder === undefined || ts.isBlock(holder) || ts.isModuleBlock(holder) || list.separator !== 'space'
  const member =
    holder !== undefined &&
    (ts.isClassLike(holder) ||
      ts.isInterfaceDeclaration(holder) ||
      ts.isTypeLiteralNode(holder) ||
      ts.isObjectLiteralExpression(holder))
  if (!lexical || member) return []
  return holder === undefined && !ts.isExternalModule(view.source)
    ? sitesOf(project, name)
    : sitesInFile(project, name, view.path)
}

/** Inserts code beside or inside a node, laid out like its surroundings. */
export function insertNode(project: Project, op: Insert, options: PackOptions): OperationOutcome {
  const { view, spot } = spotOf(project, op)
  if (!options.inScope(view.path))
    throw refuse('STILL_REFERENCED', `${view.path} lies outside the scope of this ChangeSpec.`, `${view.path}:1:1`)
  const names = snippetNames(op.code, spot.list, view)
  const there = declaredNames(spot.list)
  const shape = (node: string): string =>
    node
      .replace(/\s+/g, ' ')
      .replace(/[;,]\s*$/, '')
      .trim()
  const taken = names.filter((n) => there.has(n.key))
  const exists =
    names.length > 0
      ? taken.length === names.length
      : spot.list.elements.some((e) => shape(e.getText()) === shape(op.code))
  if (op.unlessExists === true && exists) return { changes: new Map(), edits: 0, moved: new Map(), warnings: [] }
  // Overloads, interfaces and namespaces stand beside others of their name.
  const clash = taken.find((n) => !n.overload && !there.get(n.key)?.overload)
  if (clash !== undefined)
    throw refuse(
      'NAME_COLLISION',
      `${clash.name} is declared there already.`,
      placeOf(there.get(clash.key)?.node as ts.Node),
    )

  const edits = new EditSet()
  const edit = editFor(view, spot, op.code)
  edits.add(view.path, edit)
  const older = [...new Set(names.map((n) => n.name))].flatMap((name) => reached(project, view, spot.list, name))
  const changes = edits.changes(project.tree)
  const syntax = checkSyntax(project, [view.path])
  project.advance(applyChanges(project.tree, changes), changes)
  checkSyntax(project, [view.path], syntax)
  const warnings = checkInserted(project, view, spot.list, edit, edits, older)
  return { changes, edits: 1, moved: new Map(), warnings }
}
