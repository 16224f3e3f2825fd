import ts from 'typescript'
import { declarationKey, type Key } from './binding.ts'
import { placeAt, refuse } from './refusals.ts'
import type { Site } from './sites.ts'

/** One more thing that goes, and the names it declares, whose uses go too. */
export interface Fallen {
  node: ts.Node
  keys: Key[]
  names: string[]
}

function declared(node: ts.Node): { keys: Key[]; names: string[] } {
  const found: ts.Declaration[] = []
  const names = (name: ts.BindingName, declaration: ts.Declaration): void => {
    if (ts.isIdentifier(name)) found.push(declaration)
    else for (const e of name.elements) if (!ts.isOmittedExpression(e)) names(e.name, e)
  }
  if (ts.isVariableStatement(node)) for (const d of node.declarationList.declarations) names(d.name, d)
  else if (ts.isVariableDeclaration(node)) names(node.name, node)
  else if (ts.getNameOfDeclaration(node as ts.Declaration) !== undefined || ts.isExportAssignment(node))
    found.push(node as ts.Declaration)
  return {
    keys: found.map(declarationKey),
    names: found.flatMap((d) => {
      const name = ts.getNameOfDeclaration(d)
      return name !== undefined && (ts.isIdentifier(name) || ts.isStringLiteral(name)) ? [name.text] : []
    }),
  }
}

/**
 * What must go with a reference: its specifier, its whole statement, or the declaration it stands in.
 * @throws AtomicError `STILL_REFERENCED` where taking it out would tear other code apart.
 */
export function cascade(site: Site): Fallen[] {
  let node: ts.Node = site.node
  for (; node.parent !== undefined; node = node.parent) {
    if (
      ts.isImportSpecifier(node) ||
      ts.isExportSpecifier(node) ||
      ts.isNamespaceImport(node) ||
      ts.isImportEqualsDeclaration(node)
    )
      break
    if (ts.isImportClause(node) && node.name === site.node) break
    if (ts.isExpressionStatement(node) || ts.isVariableDeclaration(node) || ts.isExportAssignment(node)) break
    if (ts.isTypeElement(node) || ts.isEnumMember(node) || ts.isJsxAttribute(node)) break
    if (ts.isPropertyAssignment(node) || ts.isShorthandPropertyAssignment(node)) break
    if (ts.isPropertyDeclaration(node) || ts.isTypeAliasDeclaration(node)) break
    const torn = ts.isStatement(node) || ts.isFunctionLike(node) || ts.isClassLike(node) || ts.isSourceFile(node)
    if (torn && !(ts.isBlock(node) && node.statements.length === 0)) {
      throw refuse(
        'STILL_REFERENCED',
        `The use of ${site.node.text} cannot be taken out without changing the code around it.`,
        placeAt(site.view.source, site.start),
      )
    }
  }
  return [{ node, ...declared(node) }]
}
