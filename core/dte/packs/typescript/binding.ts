import ts from 'typescript'
import { toTree } from './files.ts'
import { isForeign } from './listing.ts'
import type { NameNode, Occurrence } from './occurrences.ts'

/**
 * What a name refers to, as keys that mean the same in every program: `path:offset` of each
 * declaration's name, `module:NAME#export` for what an import of a module outside the tree brings.
 */
export type Key = string

/**
 * One token can stand for two names. `outer` is the one others see (the property of `{ x }`, the
 * export of `import { x }` and `export { x }`), `inner` the local one. A plain name has `inner` alone.
 */
export interface Binding {
  inner: Key[]
  outer?: Key[]
  /** How the token is written when only one of the two changes. */
  form: 'plain' | 'property' | 'import' | 'export'
  /** Other declarations that must keep the same name: overridden members, contextual properties. */
  linked: Key[]
  /** Does the token declare what it names? */
  declares: boolean
}

export function declarationKey(declaration: ts.Declaration): Key {
  const source = declaration.getSourceFile()
  const path = toTree(source.fileName)
  if (path === undefined) return `lib:${source.fileName}`
  const name = ts.getNameOfDeclaration(declaration)
  const at = ts.isSourceFile(declaration) ? 0 : (name ?? declaration).getStart(source)
  return `${path}:${at}`
}

export const isExternalKey = (key: Key): boolean =>
  key.startsWith('module:') || key.startsWith('lib:') || isForeign(key)

const sorted = (keys: Iterable<Key>): Key[] => [...new Set(keys)].sort()

export function symbolKeys(symbol: ts.Symbol | undefined, checker: ts.TypeChecker): Key[] {
  if (symbol === undefined) return []
  const keys: Key[] = []
  for (const root of checker.getRootSymbols(symbol))
    for (const d of root.declarations ?? []) keys.push(declarationKey(d))
  return sorted(keys)
}

/** The module that an import or export names, when nothing in the tree answers to it. */
function unresolvedModule(specifier: ts.Expression | undefined, checker: ts.TypeChecker): string | undefined {
  if (specifier === undefined || !ts.isStringLiteralLike(specifier)) return undefined
  return checker.getSymbolAtLocation(specifier) === undefined ? specifier.text : undefined
}

const moduleSpecifierOf = (node: ts.ImportSpecifier | ts.ExportSpecifier): ts.Expression | undefined =>
  ts.isImportSpecifier(node)
    ? (node.parent.parent.parent.moduleSpecifier as ts.Expression)
    : node.parent.parent.moduleSpecifier

/** What an import or re-export specifier takes from the other module. */
function importedKeys(node: ts.ImportSpecifier | ts.ExportSpecifier, checker: ts.TypeChecker): Key[] {
  const name = (node.propertyName ?? node.name).text
  const missing = unresolvedModule(moduleSpecifierOf(node), checker)
  if (missing !== undefined) return [`module:${missing}#${name}`]
  if (ts.isExportSpecifier(node)) {
    // Of another module the export itself, which may bear its name for something else's.
    const own = (node as unknown as { symbol?: ts.Symbol }).symbol
    const from = node.parent.parent.moduleSpecifier === undefined || own === undefined
    return symbolKeys(from ? checker.getExportSpecifierLocalTargetSymbol(node) : immediateAlias(own, checker), checker)
  }
  const alias = checker.getSymbolAtLocation(node.name)
  return alias === undefined ? [] : symbolKeys(immediateAlias(alias, checker), checker)
}

function immediateAlias(symbol: ts.Symbol, checker: ts.TypeChecker): ts.Symbol | undefined {
  const target = (
    checker as unknown as { getImmediateAliasedSymbol(s: ts.Symbol): ts.Symbol | undefined }
  ).getImmediateAliasedSymbol(symbol)
  return target?.declarations === undefined ? undefined : target
}

/** The properties of this name that a type has, in each part of a union. */
function propertyKeys(type: ts.Type | undefined, name: string, checker: ts.TypeChecker): Key[] {
  if (type === undefined) return []
  const parts = type.isUnion() ? type.types : [type]
  return sorted(parts.flatMap((t) => symbolKeys(checker.getPropertyOfType(t, name), checker)))
}

function isAssignmentTarget(node: ts.Node): boolean {
  const { parent } = node
  if (ts.isBinaryExpression(parent))
    return parent.left === node && parent.operatorToken.kind === ts.SyntaxKind.EqualsToken
  if (ts.isForOfStatement(parent) || ts.isForInStatement(parent)) return parent.initializer === node
  if (ts.isPropertyAssignment(parent)) return parent.initializer === node && isAssignmentTarget(parent.parent)
  if (ts.isShorthandPropertyAssignment(parent)) return parent.name === node && isAssignmentTarget(parent.parent)
  if (
    ts.isArrayLiteralExpression(parent) ||
    ts.isSpreadElement(parent) ||
    ts.isSpreadAssignment(parent) ||
    ts.isParenthesizedExpression(parent)
  ) {
    return isAssignmentTarget(parent)
  }
  if (ts.isObjectLiteralExpression(parent)) return isAssignmentTarget(parent)
  return false
}

/** The element of an object literal or of JSX attributes whose name this token is. */
function literalElement(node: ts.Node): ts.ObjectLiteralElementLike | ts.JsxAttribute | undefined {
  const holder = ts.isComputedPropertyName(node.parent) ? node.parent.parent : node.parent
  if (ts.isJsxAttribute(holder)) return holder.name === node ? holder : undefined
  // Methods and accessors of classes are of the same kinds of node.
  if (
    !ts.isObjectLiteralElementLike(holder) ||
    holder.name === undefined ||
    !ts.isObjectLiteralExpression(holder.parent)
  )
    return undefined
  return holder.name === node || holder.name === node.parent ? holder : undefined
}

/** What the token's declaration overrides or implements: members of its class's or interface's bases. */
function inherited(declaration: ts.Node, name: string, checker: ts.TypeChecker): Key[] {
  const holder = ts.isParameter(declaration) ? declaration.parent.parent : declaration.parent
  if (!ts.isClassLike(holder) && !ts.isInterfaceDeclaration(holder)) return []
  const isStatic = (ts.getCombinedModifierFlags(declaration as ts.Declaration) & ts.ModifierFlags.Static) !== 0
  const keys: Key[] = []
  for (const clause of holder.heritageClauses ?? []) {
    for (const type of clause.types) {
      if (isStatic && clause.token !== ts.SyntaxKind.ExtendsKeyword) continue
      keys.push(
        ...propertyKeys(
          isStatic ? checker.getTypeAtLocation(type.expression) : checker.getTypeAtLocation(type),
          name,
          checker,
        ),
      )
    }
  }
  return keys
}

function declaredBy(node: NameNode): ts.Declaration | undefined {
  const holder = ts.isComputedPropertyName(node.parent) ? node.parent.parent : node.parent
  const name = (holder as { name?: ts.Node }).name
  if (name === undefined || (name !== node && name !== node.parent)) return undefined
  return (holder as { symbol?: ts.Symbol }).symbol === undefined ? undefined : (holder as ts.Declaration)
}

/** Does a string stand where it names a property? Other strings are only text. */
function namesProperty(node: ts.StringLiteralLike): boolean {
  const { parent } = node
  if (declaredBy(node) !== undefined) return true
  if (ts.isElementAccessExpression(parent)) return parent.argumentExpression === node
  if (ts.isLiteralTypeNode(parent))
    return ts.isIndexedAccessTypeNode(parent.parent) && parent.parent.indexType === parent
  if (ts.isBinaryExpression(parent))
    return parent.operatorToken.kind === ts.SyntaxKind.InKeyword && parent.left === node
  if (ts.isBindingElement(parent)) return parent.propertyName === node
  if (ts.isImportSpecifier(parent) || ts.isExportSpecifier(parent)) return true
  return ts.isComputedPropertyName(parent)
}

/** What the token refers to; undefined where it is no name at all (a string, a label, a JSX intrinsic). */
export function bindingOf({ node, view: { checker } }: Pick<Occurrence, 'node' | 'view'>): Binding | undefined {
  const { parent, text } = node
  const plain = (inner: Key[], linked: Key[] = [], declares = false): Binding => ({
    inner,
    form: 'plain',
    linked,
    declares,
  })
  if (ts.isStringLiteralLike(node) && !namesProperty(node)) return undefined
  if (isLabel(node)) return undefined
  if (ts.isImportSpecifier(parent) || ts.isExportSpecifier(parent)) return specifierBinding(node, parent, checker)
  if (ts.isImportClause(parent)) {
    const symbol = checker.getSymbolAtLocation(node)
    const missing = unresolvedModule(parent.parent.moduleSpecifier as ts.Expression, checker)
    const target = symbol === undefined || missing !== undefined ? undefined : checker.getAliasedSymbol(symbol)
    // `import Foo from './foo'` follows `export default class Foo`: the habit of every reader.
    const named = target?.declarations?.filter((d) => ts.getNameOfDeclaration(d)?.getText() === text) ?? []
    return plain(symbolKeys(symbol, checker), named.map(declarationKey), true)
  }
  if (ts.isShorthandPropertyAssignment(parent) && parent.name === node) {
    const target = isAssignmentTarget(parent.parent)
    const outer = target
      ? symbolKeys(checker.getPropertySymbolOfDestructuringAssignment(parent.name), checker)
      : symbolKeys(checker.getSymbolAtLocation(node), checker)
    const inner = symbolKeys(checker.getShorthandAssignmentValueSymbol(parent), checker)
    // What `module.exports = { x }` gives out is passed on by name, like `export { x }`.
    const passedOn = isModuleExports(parent.parent) ? [...inner, ...outer] : []
    const linked = target ? [] : [...propertyKeys(checker.getContextualType(parent.parent), text, checker), ...passedOn]
    return { inner, outer, form: 'property', linked, declares: !target }
  }
  if (ts.isBindingElement(parent) && ts.isObjectBindingPattern(parent.parent)) {
    const property = (): Key[] => propertyKeys(checker.getTypeAtLocation(parent.parent), text, checker)
    if (parent.propertyName === node) return plain(property())
    if (parent.name === node && parent.propertyName === undefined && parent.dotDotDotToken === undefined) {
      const inner = symbolKeys((parent as unknown as { symbol?: ts.Symbol }).symbol, checker)
      const outer = property()
      const passedOn = isRequired(parent) && !outer.some(isExternalKey) && outer.length > 0 ? [...inner, ...outer] : []
      return { inner, outer, form: 'property', linked: passedOn, declares: true }
    }
  }
  if (ts.isStringLiteralLike(node) && ts.isBinaryExpression(parent)) {
    return plain(propertyKeys(checker.getTypeAtLocation(parent.right), text, checker))
  }
  const declaration = declaredBy(node)
  const element = literalElement(node)
  if (element !== undefined && ts.isObjectLiteralExpression(element.parent) && isAssignmentTarget(element.parent)) {
    return plain(symbolKeys(checker.getPropertySymbolOfDestructuringAssignment(node as ts.Identifier), checker))
  }
  if (element !== undefined) {
    const own = symbolKeys((element as unknown as { symbol?: ts.Symbol }).symbol, checker)
    const context = checker.getContextualType(element.parent as ts.ObjectLiteralExpression | ts.JsxAttributes)
    return plain(own, propertyKeys(context, text, checker), true)
  }
  if (declaration !== undefined) {
    const own = ts.isComputedPropertyName(parent)
      ? symbolKeys((declaration as unknown as { symbol: ts.Symbol }).symbol, checker)
      : symbolKeys(checker.getSymbolAtLocation(node), checker)
    const property = ts.isParameter(declaration) && ts.isParameterPropertyDeclaration(declaration, declaration.parent)
    const both = property
      ? checker.getSymbolsOfParameterPropertyDeclaration(declaration, text).flatMap((s) => symbolKeys(s, checker))
      : []
    return plain(
      sorted([...own, ...both]),
      ts.isParameter(declaration) && !property ? [] : inherited(declaration, text, checker),
      true,
    )
  }
  return plain(symbolKeys(checker.getSymbolAtLocation(node), checker))
}

function specifierBinding(
  node: NameNode,
  parent: ts.ImportSpecifier | ts.ExportSpecifier,
  checker: ts.TypeChecker,
): Binding {
  const imported = (): Key[] => importedKeys(parent, checker)
  const alias = (): Key[] => symbolKeys((parent as unknown as { symbol?: ts.Symbol }).symbol, checker)
  if (parent.propertyName === node) return { inner: imported(), form: 'plain', linked: [], declares: false }
  if (parent.propertyName !== undefined) return { inner: alias(), form: 'plain', linked: [], declares: true }
  const [inner, outer] = ts.isImportSpecifier(parent) ? [alias(), imported()] : [imported(), alias()]
  // One name through import and re-export is one thing to its readers, unless it is somebody else's.
  const linked = [...inner, ...outer].some(isExternalKey) ? [] : [...inner, ...outer]
  return { inner, outer, form: ts.isImportSpecifier(parent) ? 'import' : 'export', linked, declares: true }
}

/** `module.exports = …` */
function isModuleExports(node: ts.Node): boolean {
  const { parent } = node
  return ts.isBinaryExpression(parent) && parent.right === node && /^module\.exports$/.test(parent.left.getText())
}

/** `const { x } = require(…)` */
function isRequired(element: ts.BindingElement): boolean {
  const declaration = element.parent.parent
  if (!ts.isVariableDeclaration(declaration) || declaration.initializer === undefined) return false
  const { initializer } = declaration
  return (
    ts.isCallExpression(initializer) &&
    ts.isIdentifier(initializer.expression) &&
    initializer.expression.text === 'require'
  )
}

export function isLabel(node: ts.Node): boolean {
  const { parent } = node
  return (ts.isLabeledStatement(parent) || ts.isBreakOrContinueStatement(parent)) && parent.label === node
}

/** Does the class or interface that declares a member extend something whose type nobody knows? */
export function hasUnknownBase(declaration: ts.Node, checker: ts.TypeChecker): boolean {
  const holder = ts.isParameter(declaration) ? declaration.parent.parent : declaration.parent
  if (holder === undefined || (!ts.isClassLike(holder) && !ts.isInterfaceDeclaration(holder))) return false
  return (holder.heritageClauses ?? []).some((clause) =>
    clause.types.some((type) => (checker.getTypeAtLocation(type).flags & ts.TypeFlags.Any) !== 0),
  )
}
