import ts from 'typescript'
import { bindingOf } from './binding.ts'
import type { EditSet, TextEdit } from './edits.ts'
import type { List } from './lists.ts'
import { isMember } from './names.ts'
import { isNameNode, nodeAt } from './occurrences.ts'
import type { Project } from './project.ts'
import { placeAt, refuse } from './refusals.ts'
import type { Site } from './sites.ts'
import type { View } from './views.ts'

export interface Declared {
  name: string
  /** Name with what else tells two declarations apart: static or not, type or value. */
  key: string
  /** May stand beside another of its name: an overload, an interface, a namespace. */
  overload: boolean
  node: ts.Node
}

function bindingNames(name: ts.BindingName): ts.Identifier[] {
  return ts.isIdentifier(name)
    ? [name]
    : name.elements.flatMap((e) => (ts.isOmittedExpression(e) ? [] : bindingNames(e.name)))
}

function declaredBy(node: ts.Node): Declared[] {
  const one = (name: ts.Node | undefined, overload = false): Declared[] => {
    if (name === undefined || !(ts.isIdentifier(name) || ts.isPrivateIdentifier(name) || ts.isStringLiteral(name)))
      return []
    const isStatic =
      ts.canHaveModifiers(node) && ts.getModifiers(node)?.some((m) => m.kind === ts.SyntaxKind.StaticKeyword)
    const accessor = ts.isGetAccessor(node) ? 'get ' : ts.isSetAccessor(node) ? 'set ' : ''
    return [{ name: name.text, key: `${isStatic ? 'static ' : ''}${accessor}${name.text}`, overload, node }]
  }
  if (ts.isVariableStatement(node))
    return node.declarationList.declarations.flatMap((d) => bindingNames(d.name).flatMap((n) => one(n)))
  if (ts.isImportDeclaration(node)) {
    const clause = node.importClause
    const named = clause?.namedBindings
    const names = [
      clause?.name,
      ...(named === undefined ? [] : ts.isNamedImports(named) ? named.elements.map((e) => e.name) : [named.name]),
    ]
    return names.flatMap((n) => one(n))
  }
  if (ts.isConstructorDeclaration(node))
    return [{ name: 'constructor', key: 'constructor', overload: node.body === undefined, node }]
  if (ts.isJsxAttribute(node) || ts.isImportSpecifier(node) || ts.isExportSpecifier(node)) return one(node.name)
  const merges =
    ts.isInterfaceDeclaration(node) ||
    ts.isModuleDeclaration(node) ||
    ts.isMethodSignature(node) ||
    ts.isCallSignatureDeclaration(node) ||
    ((ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node)) && node.body === undefined)
  return one((node as { name?: ts.Node }).name, merges)
}

/** What a list declares already. */
export function declaredNames(list: List): Map<string, Declared> {
  const found = new Map<string, Declared>()
  for (const d of list.elements.flatMap(declaredBy)) {
    found.set(d.key, { ...d, overload: d.overload && (found.get(d.key)?.overload ?? true) })
  }
  return found
}

/** What the code would declare, read as an element of that list. */
export function snippetNames(code: string, list: List, view: View): Declared[] {
  const { holder } = list
  const wrap = (before: string, after: string): ts.SourceFile =>
    ts.createSourceFile(
      '/snippet.tsx',
      before + code + after,
      ts.ScriptTarget.ESNext,
      true,
      /x$/.test(view.path) ? ts.ScriptKind.TSX : ts.ScriptKind.TS,
    )
  const statements = (source: ts.SourceFile): readonly ts.Node[] => source.statements
  const first = (source: ts.SourceFile): ts.Node => source.statements[0] as ts.Node
  let nodes: readonly ts.Node[] = []
  if (holder !== undefined && ts.isClassLike(holder))
    nodes = (first(wrap('class C {', '\n}')) as ts.ClassDeclaration).members
  else if (holder !== undefined && (ts.isInterfaceDeclaration(holder) || ts.isTypeLiteralNode(holder)))
    nodes = (first(wrap('interface I {', '\n}')) as ts.InterfaceDeclaration).members
  else if (holder !== undefined && ts.isEnumDeclaration(holder))
    nodes = (first(wrap('enum E {', '\n}')) as ts.EnumDeclaration).members
  else if (holder !== undefined && ts.isObjectLiteralExpression(holder)) {
    const expression = (first(wrap('({', '\n})')) as ts.ExpressionStatement).expression
    nodes =
      ts.isParenthesizedExpression(expression) && ts.isObjectLiteralExpression(expression.expression)
        ? expression.expression.properties
        : []
  } else if (holder !== undefined && ts.isFunctionLike(holder) && list.separator === 'comma')
    nodes = (first(wrap('function f(', '\n) {}')) as ts.FunctionDeclaration).parameters
  else if (holder !== undefined && (ts.isNamedImports(holder) || ts.isNamedExports(holder))) {
    const bindings = (first(wrap('import {', '\n} from "m"')) as ts.ImportDeclaration).importClause?.namedBindings
    nodes = bindings !== undefined && ts.isNamedImports(bindings) ? bindings.elements : []
  } else if (list.separator === 'line') nodes = statements(wrap('', ''))
  return nodes.flatMap(declaredBy)
}

/**
 * The inserted code must be whole elements of its list and no more, and must not draw older names to itself.
 * @throws AtomicError `SYNTAX_ERROR`, `NAME_COLLISION`
 */
export function checkInserted(
  after: Project,
  before: View,
  list: List,
  edit: TextEdit,
  edits: EditSet,
  older: readonly Site[],
): string[] {
  const { path } = before
  const view = after.view(path) as View
  const map = (offset: number): number => edits.position(path, offset)
  const inserted: [number, number] = [edit.start, edit.start + edit.text.length]
  const whole = list.holder === undefined ? list.elements : [...list.elements, list.holder]
  for (const element of whole) {
    let node = nodeAt(view.source, map(element.getStart()))
    const width = map(element.end - 1) + 1
    while (node.parent !== undefined && node.end < width) node = node.parent
    while (
      node.parent !== undefined &&
      node.parent.getStart() === node.getStart() &&
      node.parent.end === node.end &&
      node.kind !== element.kind
    )
      node = node.parent
    // A member of a type takes the mark behind it as its own.
    const marked = ts.isTypeElement(node) && /[;,]/.test(view.source.text[node.end - 1] ?? '') ? 1 : 0
    const isWhole = node.end === width || node.end - marked === width
    if (node.kind !== element.kind || !isWhole || parentKinds(node) !== parentKinds(element)) {
      throw refuse(
        'SYNTAX_ERROR',
        'The code does not stay inside the place it is inserted at.',
        placeAt(before.source, edit.start),
      )
    }
  }
  const warnings: string[] = []
  for (const site of older) {
    const at = after.view(site.view.path)
    if (at === undefined) continue
    const node = nodeAt(at.source, edits.position(site.view.path, site.start))
    const got = isNameNode(node) ? bindingOf({ node, view: at }) : undefined
    const was = site.binding.inner.map((k) => edits.key(k))
    const now = got?.inner ?? []
    const added = now.filter((k) => !was.includes(k))
    const kept = was.every((k) => now.includes(k))
    const place = placeAt(site.view.source, site.start)
    if (was.length === 0 || (kept && added.length === 0)) continue
    const ours = added.every(
      (k) =>
        k.startsWith(`${path}:`) &&
        Number(k.slice(path.length + 1)) >= inserted[0] &&
        Number(k.slice(path.length + 1)) < inserted[1],
    )
    const member = isMember(site.node.parent) || ts.isPropertyAccessExpression(site.node.parent)
    if (ours && (kept || member)) {
      if (!kept) warnings.push(`${place}: ${site.node.text} now means the inserted member.`)
      continue
    }
    throw refuse('NAME_COLLISION', `The inserted ${site.node.text} would capture this reference.`, place)
  }
  return warnings
}

function parentKinds(node: ts.Node): string {
  const kinds: number[] = []
  for (let up = node.parent; up !== undefined; up = up.parent) kinds.push(up.kind)
  return kinds.join()
}
