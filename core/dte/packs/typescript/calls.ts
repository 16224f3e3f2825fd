import ts from 'typescript'
import type { Key } from './binding.ts'
import { expressionOrigins, lastName } from './origin.ts'
import type { Project } from './project.ts'
import type { View } from './views.ts'

export type CallLike = ts.CallExpression | ts.NewExpression | ts.TaggedTemplateExpression

export const calleeOf = (call: CallLike): ts.Expression =>
  ts.isTaggedTemplateExpression(call) ? call.tag : call.expression

/** Names under which the target may be called: its own, and those that imports and exports give it. */
function namesOf(project: Project, first: string): Set<string> {
  const names = new Set([first])
  const renames: [from: string, to: string][] = []
  for (const [view] of project.views.values()) {
    if (view === undefined) continue
    const visit = (node: ts.Node): void => {
      if (ts.isImportDeclaration(node)) {
        if (node.importClause?.name !== undefined) renames.push(['default', node.importClause.name.text])
        const bindings = node.importClause?.namedBindings
        if (bindings !== undefined && ts.isNamedImports(bindings)) for (const e of bindings.elements) rename(e)
      } else if (
        ts.isExportDeclaration(node) &&
        node.exportClause !== undefined &&
        ts.isNamedExports(node.exportClause)
      ) {
        for (const e of node.exportClause.elements) rename(e)
      } else if (ts.isVariableStatement(node)) for (const d of node.declarationList.declarations) required(d)
      else if (ts.isExportAssignment(node) && ts.isIdentifier(node.expression))
        renames.push([node.expression.text, 'default'])
      else if (ts.isFunctionDeclaration(node) || ts.isClassDeclaration(node)) {
        if (node.name !== undefined && node.modifiers?.some((m) => m.kind === ts.SyntaxKind.DefaultKeyword))
          renames.push([node.name.text, 'default'])
      }
    }
    const rename = (e: ts.ImportSpecifier | ts.ExportSpecifier): void => {
      if (e.propertyName !== undefined) renames.push([e.propertyName.text, e.name.text])
    }
    const required = (d: ts.VariableDeclaration): void => {
      if (d.initializer === undefined || !/\brequire\s*\(/.test(d.initializer.getText())) return
      if (ts.isIdentifier(d.name)) {
        renames.push(['default', d.name.text], ['*', d.name.text])
        if (ts.isPropertyAccessExpression(d.initializer)) renames.push([d.initializer.name.text, d.name.text])
      } else {
        for (const e of d.name.elements) {
          if (!ts.isOmittedExpression(e) && e.propertyName !== undefined && ts.isIdentifier(e.name))
            renames.push([e.propertyName.getText(), e.name.text])
        }
      }
    }
    ts.forEachChild(view.source, visit)
  }
  for (let grew = true; grew; ) {
    grew = false
    for (const [from, to] of renames) {
      if (!names.has(from) || names.has(to)) continue
      names.add(to)
      grew = true
    }
  }
  return names
}

/** Every call, construction and tagged template of the target in the project, outer before inner. */
export function callsOf(project: Project, name: string, keys: ReadonlySet<Key>): Map<View, CallLike[]> {
  const names = namesOf(project, name)
  const found = new Map<View, CallLike[]>()
  for (const views of project.views.values()) {
    const view = views[0] as View
    if (![...names].some((n) => view.source.text.includes(n))) continue
    const calls: CallLike[] = []
    const visit = (node: ts.Node): void => {
      if (ts.isCallExpression(node) || ts.isNewExpression(node) || ts.isTaggedTemplateExpression(node)) {
        const callee = calleeOf(node)
        const last = lastName(callee)
        if (last !== undefined && names.has(last) && expressionOrigins(callee, view.checker).some((k) => keys.has(k)))
          calls.push(node)
      }
      ts.forEachChild(node, visit)
    }
    visit(view.source)
    if (calls.length > 0) found.set(view, calls)
  }
  return found
}
