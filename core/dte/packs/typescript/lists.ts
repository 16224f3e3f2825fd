import ts from 'typescript'

/** A run of siblings: statements, members, or elements between commas. */
export interface List {
  elements: readonly ts.Node[]
  /** Offsets just inside the delimiters. */
  open: number
  close: number
  separator: 'line' | 'comma' | 'space'
  /** Line of the holder, whose indentation the elements' is one step deeper than; undefined at the top of a file. */
  holder: ts.Node | undefined
}

const between = (elements: ts.NodeArray<ts.Node>, separator: List['separator'], holder: ts.Node | undefined): List => ({
  elements,
  open: elements.pos,
  close: elements.end,
  separator,
  holder,
})

function braces(node: ts.Node, elements: ts.NodeArray<ts.Node>, separator: List['separator']): List {
  const open = elements.pos
  return { elements, open, close: node.end - 1, separator, holder: node }
}

/** The list inside a declaration or node, for `first` and `last`. */
export function listInside(node: ts.Node): List | undefined {
  if (ts.isSourceFile(node))
    return { elements: node.statements, open: 0, close: node.text.length, separator: 'line', holder: undefined }
  if (ts.isClassLike(node) || ts.isInterfaceDeclaration(node)) return braces(node, node.members, 'line')
  if (ts.isTypeLiteralNode(node)) return braces(node, node.members, 'line')
  if (ts.isEnumDeclaration(node)) return braces(node, node.members, 'comma')
  if (ts.isObjectLiteralExpression(node)) return braces(node, node.properties, 'comma')
  if (ts.isArrayLiteralExpression(node)) return braces(node, node.elements, 'comma')
  if (ts.isBlock(node) || ts.isModuleBlock(node)) return braces(node, node.statements, 'line')
  if (ts.isNamedImports(node) || ts.isNamedExports(node)) return braces(node, node.elements, 'comma')
  if (ts.isJsxOpeningLikeElement(node)) return between(node.attributes.properties, 'space', node)
  if (ts.isModuleDeclaration(node)) return node.body === undefined ? undefined : listInside(node.body)
  if (ts.isTypeAliasDeclaration(node)) return listInside(node.type)
  if (ts.isImportDeclaration(node)) {
    const bindings = node.importClause?.namedBindings
    return bindings !== undefined && ts.isNamedImports(bindings) ? listInside(bindings) : undefined
  }
  if (ts.isFunctionLike(node)) {
    const body = (node as ts.FunctionLikeDeclaration).body
    return body !== undefined && ts.isBlock(body) ? listInside(body) : undefined
  }
  const initializer = (node as { initializer?: ts.Node }).initializer
  if (initializer !== undefined) return listInside(initializer)
  return undefined
}

/** The element of a list that a declaration belongs to, and that list, for `before` and `after`; a variable goes with its `whole` statement. */
export function listAround(node: ts.Node, whole = true): { list: List; element: ts.Node } | undefined {
  let element = node
  if (whole && ts.isVariableDeclaration(element) && ts.isVariableStatement(element.parent.parent))
    element = element.parent.parent
  const { parent } = element
  if (parent === undefined) return undefined
  const at = (list: List | undefined): { list: List; element: ts.Node } | undefined =>
    list?.elements.includes(element) ? { list, element } : undefined
  const direct = at(listInside(parent))
  if (direct !== undefined) return direct
  if (ts.isParameter(element) && ts.isFunctionLike(parent)) return at(between(parent.parameters, 'comma', parent))
  if (ts.isTypeParameterDeclaration(element) && 'typeParameters' in parent && parent.typeParameters !== undefined) {
    return at(between(parent.typeParameters as ts.NodeArray<ts.Node>, 'comma', parent))
  }
  if (ts.isCaseOrDefaultClause(parent)) return at(between(parent.statements, 'line', parent))
  if (ts.isVariableDeclarationList(parent)) return at(between(parent.declarations, 'comma', parent))
  if (ts.isJsxAttributes(parent)) return at(between(parent.properties, 'space', parent.parent))
  if (ts.isObjectBindingPattern(parent) || ts.isArrayBindingPattern(parent))
    return at(between(parent.elements, 'comma', parent))
  if (ts.isCallExpression(parent) || ts.isNewExpression(parent)) {
    return parent.arguments === undefined ? undefined : at(between(parent.arguments, 'comma', parent))
  }
  return listAround(parent)
}
