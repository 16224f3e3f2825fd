import ts from 'typescript'
import { type Key, symbolKeys } from './binding.ts'
import type { NameClasses } from './classes.ts'
import { toTree } from './files.ts'
import { filesBetween, importersOf } from './meeting-files.ts'
import { placeAt, refuse } from './refusals.ts'
import { classesOf, sitesOf } from './sites.ts'
import type { View, Views } from './views.ts'

/** How far below two types that meet, properties of properties are compared. */
const deepest = 3

/** Most text that is looked through for values that pass, in UTF-16 units: it is type-checked for that. */
const mostText = 4_000_000

/**
 * Where values pass from one type to another, properties of one name must go on having one name: where the other
 * type wants it, the result would not compile, and where it may do without, the value would silently be lost. The
 * compiler's rename follows neither.
 * @returns the members of the class of `key`, once all that passes is joined; undefined where that is too much to read
 */
export function joinPassed(project: Views, name: string, classes: NameClasses, key: Key): Set<Key> | undefined {
  const sites = sitesOf(project, name)
  const graph = importersOf(project)
  const pairs = new Map<ts.TypeChecker, Pairs>()
  const read = new Set<string>()
  let text = 0
  for (;;) {
    const members = classes.members(key)
    const next = filesBetween(sites, members, graph).filter((path) => !read.has(path))
    if (next.length === 0) return members
    const viewsOf = (path: string): readonly View[] => project.views.get(path) ?? []
    for (const path of next) for (const { source } of viewsOf(path)) text += source.text.length
    if (text > mostText) return undefined
    for (const path of next) {
      read.add(path)
      for (const { source, checker } of viewsOf(path)) {
        const known = pairs.get(checker) ?? new Pairs(checker, name, (keys) => classes.join(keys))
        pairs.set(checker, known)
        const visit = (node: ts.Node): void => {
          if (ts.isExpression(node) && carriesObject(node)) known.meet(node)
          ts.forEachChild(node, visit)
        }
        visit(source)
      }
    }
  }
}

/**
 * In the result, no value may bring the renamed member where another of that name is meant.
 * @throws AtomicError `NAME_COLLISION`
 */
export function checkPassed(after: Views, members: ReadonlySet<Key>, to: string): void {
  const [key] = members
  if (key === undefined) return
  const sites = sitesOf(after, to)
  const classes = classesOf(sites)
  classes.join([...members])
  const all = joinPassed(after, to, classes, key) ?? members
  const other = [...all].find((one) => !members.has(one))
  if (other === undefined) return
  const declared = sites.find(({ binding }) => binding.declares && (binding.outer ?? binding.inner).includes(other))
  const place = declared === undefined ? undefined : placeAt(declared.view.source, declared.start)
  throw refuse(
    'NAME_COLLISION',
    `Renamed to ${to}, it would be taken for the ${to} of a type that its values are passed on as${place === undefined ? '' : `, at ${place}`}.`,
    place,
  )
}

/** Expressions whose value may be an object that somebody else declared; literals stand for themselves. */
function carriesObject(node: ts.Expression): boolean {
  const { parent } = node
  if (ts.isIdentifier(node)) {
    // A name that is not a value of its own: a declaration's, a property's, a label.
    if ((parent as ts.NamedDeclaration).name === node && !ts.isShorthandPropertyAssignment(parent)) return false
    if (ts.isPropertyAccessExpression(parent) && parent.name === node) return false
    if (ts.isPartOfTypeNode(node)) return false
  }
  return (
    ts.isIdentifier(node) ||
    ts.isPropertyAccessExpression(node) ||
    ts.isElementAccessExpression(node) ||
    ts.isCallExpression(node) ||
    ts.isNewExpression(node) ||
    ts.isObjectLiteralExpression(node) ||
    ts.isArrayLiteralExpression(node) ||
    ts.isArrowFunction(node) ||
    ts.isFunctionExpression(node) ||
    ts.isAwaitExpression(node) ||
    ts.isYieldExpression(node) ||
    ts.isNonNullExpression(node) ||
    ts.isAsExpression(node) ||
    node.kind === ts.SyntaxKind.ThisKeyword
  )
}

/** What a type was made of, where it is one of a family: `Map<K, V>` of `Map`, `Box<T>` of the alias `Box`. */
function familyOf(type: ts.Type, checker: ts.TypeChecker): { of: unknown; given: readonly ts.Type[] } | undefined {
  if (type.aliasSymbol !== undefined && type.aliasTypeArguments !== undefined)
    return { of: type.aliasSymbol, given: type.aliasTypeArguments }
  const { target } = type as ts.TypeReference
  return target === undefined || (type.flags & ts.TypeFlags.Object) === 0
    ? undefined
    : { of: target, given: checker.getTypeArguments(type as ts.TypeReference) }
}

const isOfLibrary = ({ declarations = [] }: ts.Symbol): boolean =>
  declarations.length > 0 && declarations.every((d) => toTree(d.getSourceFile().fileName) === undefined)

class Pairs {
  readonly #checker: ts.TypeChecker
  readonly #name: string
  readonly #join: (keys: Key[]) => void
  /** At which depth two types were compared: what was met far below is looked at again where it meets further up. */
  readonly #seen = new Map<ts.Type, Map<ts.Type, number>>()

  constructor(checker: ts.TypeChecker, name: string, join: (keys: Key[]) => void) {
    this.#checker = checker
    this.#name = name
    this.#join = join
  }

  /** Compares what an expression is with what is wanted where it stands. */
  meet(node: ts.Expression): void {
    const wanted = this.#wanted(node)
    if (wanted !== undefined) this.#relate(this.#checker.getTypeAtLocation(node), wanted, 0)
  }

  #wanted(node: ts.Expression): ts.Type | undefined {
    const { parent } = node
    // `{ ...x }` gives the properties of x to whoever wants the whole.
    if (ts.isSpreadAssignment(parent)) return this.#checker.getContextualType(parent.parent)
    if (ts.isJsxSpreadAttribute(parent)) return this.#checker.getContextualType(parent.parent)
    if (ts.isSatisfiesExpression(parent) || ts.isAsExpression(parent)) {
      const asked = this.#checker.getTypeFromTypeNode(parent.type)
      return ts.isConstTypeReference(parent.type) ? undefined : asked
    }
    return this.#checker.getContextualType(node)
  }

  #relate(from: ts.Type, to: ts.Type, depth: number): void {
    if (from === to || depth > deepest) return
    const seen = this.#seen.get(from) ?? new Map<ts.Type, number>()
    this.#seen.set(from, seen)
    if ((seen.get(to) ?? deepest + 1) <= depth) return
    seen.set(to, depth)
    if (from.isUnion()) {
      for (const part of from.types) this.#relate(part, to, depth)
      return
    }
    if (to.isUnion()) {
      if (to.types.includes(from)) return
      for (const part of to.types) if (this.#checker.isTypeAssignableTo(from, part)) this.#relate(from, part, depth)
      return
    }
    const structured = ts.TypeFlags.Object | ts.TypeFlags.Intersection
    const source = this.#checker.getApparentType(from)
    const target = this.#checker.getApparentType(to)
    if ((source.flags & structured) === 0 || (target.flags & structured) === 0 || source === target) return
    const one = familyOf(source, this.#checker)
    const other = familyOf(target, this.#checker)
    if (one !== undefined && other !== undefined && one.of === other.of) {
      for (const [i, given] of one.given.entries()) {
        const asked = other.given[i]
        if (asked !== undefined) this.#relate(given, asked, depth)
      }
      return
    }
    this.#members(source, target, depth)
    this.#signatures(source, target, depth)
  }

  #members(source: ts.Type, target: ts.Type, depth: number): void {
    const checker = this.#checker
    for (const property of target.getProperties()) {
      const own = checker.getPropertyOfType(source, property.name)
      if (own === undefined || own === property) continue
      if (property.name === this.#name) {
        const keys = [...symbolKeys(own, checker), ...symbolKeys(property, checker)]
        if (new Set(keys).size > 1) this.#join(keys)
      }
      // What the language's library declares leads to the project's own types by their arguments alone.
      if (isOfLibrary(property)) continue
      this.#relate(checker.getTypeOfSymbol(own), checker.getTypeOfSymbol(property), depth + 1)
    }
    for (const asked of checker.getIndexInfosOfType(target)) {
      const own = checker.getIndexInfoOfType(
        source,
        asked.keyType === checker.getNumberType() ? ts.IndexKind.Number : ts.IndexKind.String,
      )
      if (own !== undefined) this.#relate(own.type, asked.type, depth + 1)
      else if (asked.keyType === checker.getStringType())
        for (const property of source.getProperties())
          this.#relate(checker.getTypeOfSymbol(property), asked.type, depth + 1)
    }
  }

  #signatures(source: ts.Type, target: ts.Type, depth: number): void {
    const checker = this.#checker
    const [asked] = target.getCallSignatures()
    const [own] = source.getCallSignatures()
    if (asked === undefined || own === undefined) return
    for (const [i, parameter] of own.parameters.entries()) {
      const given = asked.parameters[i]
      if (given !== undefined)
        this.#relate(checker.getTypeOfSymbol(given), checker.getTypeOfSymbol(parameter), depth + 1)
    }
    this.#relate(own.getReturnType(), asked.getReturnType(), depth + 1)
  }
}
