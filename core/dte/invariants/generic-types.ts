import ts from 'typescript'

/** A generic type as it was and as it is, each given the same arguments. */
export interface Instances {
  /** Arguments of which nothing is known: what fits here fits whatever is given. */
  opaque: [was: ts.Type, is: ts.Type]
  /** One argument that is known, where none has to fulfil a condition: what does not fit here breaks somebody. */
  concrete?: [was: ts.Type, is: ts.Type]
}

type Parameters = readonly ts.TypeParameterDeclaration[]

export const typeParameters = (symbol: ts.Symbol): Parameters =>
  symbol.declarations
    ?.map((d) => (d as { typeParameters?: Parameters }).typeParameters ?? [])
    .find((list) => list.length > 0) ?? []

/** A file beside the two trees that gives both declarations of each name the same arguments. */
export function instancesText(names: ReadonlyMap<string, number>, was: string, is: string): string {
  const lines = [...names].flatMap(([name, count], i) => {
    const list = Array.from({ length: count }, (_, n) => `P${n}`).join(', ')
    const known = Array.from({ length: count }, (_, n) => `{ readonly known${n}: ${n} }`).join(', ')
    return [
      `export type O${i}<${list}> = [Was.${name}<${list}>, Is.${name}<${list}>]`,
      `export type C${i} = [Was.${name}<${known}>, Is.${name}<${known}>]`,
    ]
  })
  return [`import type * as Was from '${was}'`, `import type * as Is from '${is}'`, ...lines, ''].join('\n')
}

export function instancesOf(
  source: ts.SourceFile,
  names: ReadonlyMap<string, number>,
  isBound: (name: string) => boolean,
  checker: ts.TypeChecker,
): Map<string, Instances> {
  const pairs = source.statements.filter(ts.isTypeAliasDeclaration).map(({ type }): Instances['opaque'] => {
    const [was, is] = (type as ts.TupleTypeNode).elements as unknown as [ts.TypeNode, ts.TypeNode]
    return [checker.getTypeFromTypeNode(was), checker.getTypeFromTypeNode(is)]
  })
  return new Map(
    [...names.keys()].map((name, i) => {
      const [opaque, concrete] = [pairs[2 * i], pairs[2 * i + 1]] as [Instances['opaque'], Instances['opaque']]
      return [name, isBound(name) ? { opaque } : { opaque, concrete }]
    }),
  )
}

const mentions = (node: ts.Node, names: ReadonlySet<string>): boolean =>
  (ts.isIdentifier(node) && names.has(node.text)) || ts.forEachChild(node, (child) => mentions(child, names)) === true

/** What can no longer be given as type arguments; undefined where all that could still can. */
export function compareTypeParameters(
  a: ts.Symbol,
  b: ts.Symbol,
  checker: ts.TypeChecker,
): { kind: 'breaking' | 'needs-review'; message: string } | undefined {
  const [was, is] = [typeParameters(a), typeParameters(b)]
  const required = (list: Parameters): number => list.filter((p) => p.default === undefined).length
  const own = new Set([...was, ...is].map((p) => p.name.text))
  for (const [i, now] of is.entries()) {
    const before = was[i]
    if (now.constraint === undefined || before === undefined) continue
    const asked = `asks more of its type argument ${now.name.text}`
    if (before.constraint === undefined) return { kind: 'breaking', message: asked }
    // A condition on other parameters is compared by its words alone.
    if (mentions(now.constraint, own) || mentions(before.constraint, own)) {
      if (now.constraint.getText() !== before.constraint.getText())
        return { kind: 'needs-review', message: `asks something else of its type argument ${now.name.text}` }
    } else if (
      !checker.isTypeAssignableTo(
        checker.getTypeFromTypeNode(before.constraint),
        checker.getTypeFromTypeNode(now.constraint),
      )
    )
      return { kind: 'breaking', message: asked }
  }
  if (is.length < was.length || required(is) > required(was))
    return { kind: 'breaking', message: 'takes another number of type parameters' }
  return undefined
}
