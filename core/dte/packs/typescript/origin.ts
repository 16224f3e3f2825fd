import ts from 'typescript'
import { type Key, symbolKeys } from './binding.ts'

/** Where a value comes from: declarations in the tree, or exports of a module (`module:lodash#get`). */

const moduleText = (node: ts.Node | undefined): string | undefined =>
  node !== undefined && ts.isStringLiteralLike(node) ? node.text : undefined

function requiredModule(node: ts.Expression | undefined): string | undefined {
  return node !== undefined &&
    ts.isCallExpression(node) &&
    ts.isIdentifier(node.expression) &&
    node.expression.text === 'require'
    ? moduleText(node.arguments[0])
    : undefined
}

/** `module:NAME#path` of what an import, or a variable that holds a required module, stands for. */
function importKey(declaration: ts.Declaration): Key | undefined {
  if (ts.isImportSpecifier(declaration)) {
    const module = moduleText(declaration.parent.parent.parent.moduleSpecifier)
    return `module:${module}#${(declaration.propertyName ?? declaration.name).text}`
  }
  if (ts.isExportSpecifier(declaration)) {
    const module = moduleText(declaration.parent.parent.moduleSpecifier)
    return module === undefined ? undefined : `module:${module}#${(declaration.propertyName ?? declaration.name).text}`
  }
  if (ts.isImportClause(declaration)) return `module:${moduleText(declaration.parent.moduleSpecifier)}#default`
  if (ts.isNamespaceImport(declaration)) return `module:${moduleText(declaration.parent.parent.moduleSpecifier)}#*`
  if (ts.isImportEqualsDeclaration(declaration)) {
    const reference = declaration.moduleReference
    return ts.isExternalModuleReference(reference) ? `module:${moduleText(reference.expression)}#*` : undefined
  }
  if (ts.isVariableDeclaration(declaration)) {
    const { initializer } = declaration
    const module = requiredModule(initializer)
    if (module !== undefined) return `module:${module}#*`
    if (initializer !== undefined && ts.isPropertyAccessExpression(initializer)) {
      const inner = requiredModule(initializer.expression)
      return inner === undefined ? undefined : `module:${inner}#${initializer.name.text}`
    }
  }
  if (ts.isBindingElement(declaration) && ts.isVariableDeclaration(declaration.parent.parent)) {
    const module = requiredModule(declaration.parent.parent.initializer)
    const name = declaration.propertyName ?? declaration.name
    return module !== undefined && ts.isIdentifier(name) ? `module:${module}#${name.text}` : undefined
  }
  return undefined
}

/** Every step of the way from a symbol to what it stands for, imports passed on the way included. */
function originsOf(symbol: ts.Symbol | undefined, checker: ts.TypeChecker): Key[] {
  const keys = new Set<Key>()
  const seen = new Set<ts.Symbol>()
  for (let at = symbol; at !== undefined && !seen.has(at); ) {
    seen.add(at)
    for (const key of symbolKeys(at, checker)) keys.add(key)
    for (const d of at.declarations ?? []) {
      const key = importKey(d)
      if (key !== undefined) keys.add(key)
    }
    if ((at.flags & ts.SymbolFlags.Alias) === 0) break
    at = (
      checker as unknown as { getImmediateAliasedSymbol(s: ts.Symbol): ts.Symbol | undefined }
    ).getImmediateAliasedSymbol(at)
  }
  return [...keys]
}

const bare = (node: ts.Expression): ts.Expression => {
  let at = node
  while (
    ts.isParenthesizedExpression(at) ||
    ts.isNonNullExpression(at) ||
    ts.isAsExpression(at) ||
    ts.isSatisfiesExpression(at)
  )
    at = at.expression
  return at
}

/** Where the value of an expression comes from, through aliases, namespaces, default and CommonJS imports. */
export function expressionOrigins(expression: ts.Expression, checker: ts.TypeChecker): Key[] {
  const node = bare(expression)
  if (ts.isIdentifier(node)) return originsOf(checker.getSymbolAtLocation(node), checker)
  const member = ts.isPropertyAccessExpression(node)
    ? node.name.text
    : ts.isElementAccessExpression(node) && ts.isStringLiteralLike(node.argumentExpression)
      ? node.argumentExpression.text
      : undefined
  if (member === undefined || (!ts.isPropertyAccessExpression(node) && !ts.isElementAccessExpression(node))) {
    const module = requiredModule(node)
    return module === undefined ? [] : [`module:${module}#*`]
  }
  const name = ts.isPropertyAccessExpression(node) ? node.name : node.argumentExpression
  const keys = originsOf(checker.getSymbolAtLocation(name), checker)
  for (const key of expressionOrigins(node.expression, checker)) {
    if (!key.startsWith('module:')) continue
    // A default import of a CommonJS module is the module itself.
    const [module, path] = [key.slice(0, key.lastIndexOf('#')), key.slice(key.lastIndexOf('#') + 1)]
    keys.push(path === '*' || path === 'default' ? `${module}#${member}` : `${module}#${path}.${member}`)
  }
  return keys
}

/** The last name of an expression: what it must read to be worth a closer look. */
export function lastName(expression: ts.Expression): string | undefined {
  const node = bare(expression)
  if (ts.isIdentifier(node)) return node.text
  if (ts.isPropertyAccessExpression(node)) return node.name.text
  return ts.isElementAccessExpression(node) && ts.isStringLiteralLike(node.argumentExpression)
    ? node.argumentExpression.text
    : undefined
}
