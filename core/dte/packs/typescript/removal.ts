import ts from 'typescript'
import type { EditSet } from './edits.ts'
import { endWithComments, startWithComments, wholeLines } from './layout.ts'
import { listAround } from './lists.ts'

/** The removable thing that a declaration or specifier belongs to. */
export function removable(node: ts.Node): ts.Node {
  if (
    ts.isVariableDeclaration(node) &&
    ts.isVariableDeclarationList(node.parent) &&
    node.parent.declarations.length === 1
  ) {
    return ts.isVariableStatement(node.parent.parent) ? node.parent.parent : node
  }
  if (ts.isNamespaceImport(node) || ts.isNamespaceExport(node) || ts.isImportClause(node)) return node
  return node
}

/** Removes nodes of one file, commas and lines with them; import and export declarations that become empty go whole. */
export function removeNodes(path: string, source: ts.SourceFile, nodes: readonly ts.Node[], edits: EditSet): void {
  const gone = new Set(nodes.map(removable))
  let grew = true
  while (grew) {
    grew = false
    for (const node of [...gone]) {
      const holder = emptied(node, gone)
      if (holder !== undefined && !gone.has(holder)) {
        gone.add(holder)
        grew = true
      }
    }
  }
  const outermost = [...gone].filter((n) => {
    for (let up = n.parent; up !== undefined; up = up.parent) if (gone.has(up)) return false
    return true
  })
  for (const node of outermost) removeOne(path, source.text, node, gone, edits)
}

/** The declaration that has nothing left to declare when these nodes are gone. */
function emptied(node: ts.Node, gone: ReadonlySet<ts.Node>): ts.Node | undefined {
  const { parent } = node
  if (
    (ts.isNamedImports(parent) || ts.isNamedExports(parent)) &&
    (parent.elements as readonly ts.Node[]).every((e) => gone.has(e))
  ) {
    if (ts.isNamedExports(parent)) return parent.parent
    return parent.parent.name === undefined || gone.has(parent.parent) ? parent.parent.parent : parent
  }
  if (ts.isNamespaceImport(node)) return node.parent.name === undefined ? node.parent.parent : node
  if (ts.isNamespaceExport(node)) return node.parent
  if (ts.isVariableDeclarationList(parent) && parent.declarations.every((d) => gone.has(d))) return parent.parent
  return undefined
}

function removeOne(path: string, text: string, node: ts.Node, gone: ReadonlySet<ts.Node>, edits: EditSet): void {
  const [start, end] = spanOf(text, node, gone)
  edits.add(path, { start, end, text: '' })
}

/** What goes with a node, from where to where. */
function spanOf(text: string, node: ts.Node, gone: ReadonlySet<ts.Node>): [start: number, end: number] {
  if (ts.isImportClause(node)) {
    // `import a, { b } from` keeps its braces when only the default goes.
    const bindings = node.namedBindings
    if (bindings === undefined) return wholeLines(node.parent, text)
    return [(node.name as ts.Node).getStart(), bindings.getStart()]
  }
  if (ts.isNamedImports(node) || ts.isNamespaceImport(node)) return [(node.parent.name as ts.Node).end, node.end]
  const around = listAround(node, false)
  if (around === undefined || around.element !== node || around.list.separator === 'line') return wholeLines(node, text)
  const { elements } = around.list
  const index = elements.indexOf(node)
  // `<>` is no list of type parameters.
  if (ts.isTypeParameterDeclaration(node) && elements.every((e) => gone.has(e)))
    return [around.list.open - 1, text.indexOf('>', around.list.close) + 1]
  if (around.list.separator === 'space') return [node.pos, node.end]
  if (elements.slice(index + 1).some((e) => !gone.has(e))) {
    return [startWithComments(node, text), startWithComments(elements[index + 1] as ts.Node, text)]
  }
  const kept = elements.slice(0, index).findLast((e) => !gone.has(e))
  const previous = elements[index - 1]
  const end = endWithComments(node.end, text)
  if (previous === undefined) return [node.pos, end]
  // The first of several that all go up to the end of the list takes the comma before it along.
  return [previous === kept ? endWithComments(previous.end, text) : previous.end, end]
}
