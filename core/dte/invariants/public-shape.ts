import ts from 'typescript'
import { toTree } from '../packs/typescript/files.ts'
import { blobEntry, type TreeEntry } from '../tree.ts'

/**
 * Two copies of a class with a private or protected member never fit each other, however alike they are. So the old
 * and the new declarations are read with such members made public; what was hidden is remembered, and told of nobody.
 * Where only one side has it, the other is given one of any type.
 */
export interface PublicShape {
  /** Files that are to be read otherwise than they stand, by path. */
  files: Map<string, TreeEntry>
  /** Hidden members, `Class.member`, by the name of the file. */
  hidden: Map<string, Set<string>>
}

/** A letter in the place of `#`, so that the name is one that any class may have. */
const privateMark = 'ǂ'

const hiddenIn = new WeakMap<ts.SourceFile, ReadonlySet<string>>()

/** Was this a private or protected member? */
export const isHidden = (symbol: ts.Symbol): boolean =>
  symbol.declarations?.some((d) => {
    const name = nameOf(d)
    return name !== undefined && hiddenIn.get(d.getSourceFile())?.has(name) === true
  }) === true

/** Takes note of what is hidden in the files of a program that reads the public shape. */
export function remember(program: ts.Program, { hidden }: PublicShape): void {
  for (const source of program.getSourceFiles()) hiddenIn.set(source, hidden.get(source.fileName) ?? new Set())
}

export function publicShape(program: ts.Program): PublicShape {
  // Binding sets the parents of nodes.
  program.getTypeChecker()
  const shape: PublicShape = { files: new Map(), hidden: new Map() }
  const sides = program.getSourceFiles().flatMap((source) => {
    const match = /^\/tree\/(before|after)\//.exec(source.fileName)
    if (match === null) return []
    const other = source.fileName.replace(match[0], match[1] === 'before' ? '/tree/after/' : '/tree/before/')
    return [{ source, other, own: hiddenMembers(source) }]
  })
  const members = new Map(sides.map(({ source, own }) => [source.fileName, own]))
  for (const { source, other, own } of sides) {
    const theirs = members.get(other) ?? new Map<string, Hidden>()
    if (own.size + theirs.size === 0) continue
    shape.hidden.set(source.fileName, new Set([...own.keys(), ...theirs.keys()]))
    const lacking = [...theirs.values()].filter((m) => !own.has(m.name))
    const text = shown(source, lacking)
    if (text !== source.text) shape.files.set(toTree(source.fileName) as string, blobEntry(text))
  }
  return shape
}

interface Hidden {
  /** `Class.member` */
  name: string
  /** The class as it is called, and the member as a declaration of any type. */
  holder: string
  text: string
}

/** The class member that a declaration is: `Class.member`. */
function nameOf(declaration: ts.Declaration): string | undefined {
  const holder = ts.isParameter(declaration) ? declaration.parent.parent : declaration.parent
  const name = ts.getNameOfDeclaration(declaration)
  if (holder === undefined || !ts.isClassLike(holder) || name === undefined) return undefined
  if (!ts.isIdentifier(name) && !ts.isPrivateIdentifier(name)) return undefined
  return `${holder.name?.text ?? ''}.${name.text.replace('#', privateMark)}`
}

const modifierOf = (node: ts.Node): ts.Modifier | undefined =>
  ts.canHaveModifiers(node) && (ts.isClassElement(node) || ts.isParameter(node)) && !ts.isConstructorDeclaration(node)
    ? ts
        .getModifiers(node)
        ?.find((m) => m.kind === ts.SyntaxKind.PrivateKeyword || m.kind === ts.SyntaxKind.ProtectedKeyword)
    : undefined

function hiddenMembers(source: ts.SourceFile): Map<string, Hidden> {
  const found = new Map<string, Hidden>()
  const visit = (node: ts.Node): void => {
    const isPrivate = ts.isClassElement(node) && node.name !== undefined && ts.isPrivateIdentifier(node.name)
    if (isPrivate || modifierOf(node) !== undefined) {
      const name = nameOf(node as ts.Declaration)
      const [holder, member] = name?.split('.') ?? []
      const isStatic = (ts.getCombinedModifierFlags(node as ts.Declaration) & ts.ModifierFlags.Static) !== 0
      if (name !== undefined && holder !== undefined)
        found.set(name, { name, holder, text: `${isStatic ? 'static ' : ''}${member}: any;` })
    }
    ts.forEachChild(node, visit)
  }
  if (/\b(private|protected)\b|#/.test(source.text)) visit(source)
  return found
}

/** The text with its hidden members public, and those that it lacks declared where their class begins. */
function shown(source: ts.SourceFile, lacking: readonly Hidden[]): string {
  const put: { at: number; length: number; text: string }[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isPrivateIdentifier(node)) put.push({ at: node.getStart(source), length: 1, text: privateMark })
    const modifier = modifierOf(node)
    if (modifier !== undefined) {
      const length = modifier.end - modifier.getStart(source)
      put.push({ at: modifier.getStart(source), length, text: 'public'.padEnd(length) })
    }
    if (ts.isClassLike(node)) {
      const own = lacking.filter(({ holder }) => holder === (node.name?.text ?? ''))
      if (own.length > 0) put.push({ at: node.members.pos, length: 0, text: ` ${own.map((m) => m.text).join(' ')}` })
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  let text = ''
  let at = 0
  for (const one of put.sort((a, b) => a.at - b.at)) {
    text += source.text.slice(at, one.at) + one.text
    at = one.at + one.length
  }
  return text + source.text.slice(at)
}
