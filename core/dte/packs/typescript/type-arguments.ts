import ts from 'typescript'
import { declarationKey, symbolKeys } from './binding.ts'
import type { Project } from './project.ts'
import { listed, placeOf, refuse } from './refusals.ts'

/** The name that type arguments are given to. */
function nameBefore(node: ts.Node): ts.Node | undefined {
  const { expression, typeName, exprName, tag, tagName } = node as unknown as Partial<Record<string, ts.Node>>
  const name = expression ?? typeName ?? exprName ?? tag ?? tagName
  if (name === undefined) return undefined
  if (ts.isPropertyAccessExpression(name)) return name.name
  return ts.isQualifiedName(name) ? name.right : name
}

/**
 * A type parameter cannot go while uses say its argument: the arguments after it would come to stand for others.
 * @throws AtomicError `STILL_REFERENCED`
 */
export function checkTypeArguments(project: Project, parameter: ts.TypeParameterDeclaration): void {
  const owner = parameter.parent as ts.Declaration & { typeParameters?: ts.NodeArray<ts.TypeParameterDeclaration> }
  const index = owner.typeParameters?.indexOf(parameter) ?? -1
  const own = ts.isMethodSignature(owner) || ts.getNameOfDeclaration(owner) !== undefined ? declarationKey(owner) : ''
  if (index === -1 || own === '') return
  const places = new Set<string>()
  for (const { source, checker } of [...project.views.values()].flat()) {
    const visit = (node: ts.Node): void => {
      const given = (node as { typeArguments?: ts.NodeArray<ts.TypeNode> }).typeArguments
      const name = given !== undefined && given.length > index ? nameBefore(node) : undefined
      if (name !== undefined) {
        const symbol = checker.getSymbolAtLocation(name)
        const meant =
          symbol !== undefined && (symbol.flags & ts.SymbolFlags.Alias) !== 0
            ? checker.getAliasedSymbol(symbol)
            : symbol
        if (symbolKeys(meant, checker).includes(own)) places.add(placeOf(name))
      }
      ts.forEachChild(node, visit)
    }
    visit(source)
  }
  const [first] = places
  if (first !== undefined)
    throw refuse('STILL_REFERENCED', `${parameter.name.text} is given an argument at ${listed([...places])}.`, first)
}
