import ts from 'typescript'
import { byCodeUnit } from '../paths.ts'
import { typeParameters } from './generic-types.ts'
import { isHidden } from './public-shape.ts'

interface MemberChange {
  name: string
  kind: 'breaking' | 'needs-review' | 'compatible'
  message: string
}

const publicProperties = (type: ts.Type): Map<string, ts.Symbol> =>
  new Map(type.getProperties().flatMap((p) => (isHidden(p) || p.name === 'prototype' ? [] : [[p.name, p] as const])))

const isPlain = (type: ts.Type, checker: ts.TypeChecker): boolean =>
  type.getCallSignatures().length === 0 && checker.getIndexInfosOfType(type).length === 0

/**
 * How a class or interface changed, member by member, so that a spec can allow one of them; undefined where members
 * do not say it all: one that can be called or indexed, a type alias.
 * @param given both types with the same arguments, where they are generic
 */
export function compareMembers(
  a: ts.Symbol,
  b: ts.Symbol,
  checker: ts.TypeChecker,
  given?: [ts.Type, ts.Type],
): MemberChange[] | undefined {
  const kind = ts.SymbolFlags.Class | ts.SymbolFlags.Interface
  if ((a.flags & b.flags & kind) === 0 || (a.flags & kind) !== (b.flags & kind)) return undefined
  const isGeneric = typeParameters(a).length + typeParameters(b).length > 0
  if (isGeneric && given === undefined) return undefined
  const isClass = (a.flags & ts.SymbolFlags.Class) !== 0
  const [x, y] = given ?? [checker.getDeclaredTypeOfSymbol(a), checker.getDeclaredTypeOfSymbol(b)]
  if (!isPlain(x, checker) || !isPlain(y, checker) || x.getConstructSignatures().length > 0) return undefined
  const changes = properties(x, y, checker, isClass)
  if (isClass) {
    const [s, t] = [checker.getTypeOfSymbol(a), checker.getTypeOfSymbol(b)]
    changes.push(...properties(s, t, checker, true))
    const made = constructors(s.getConstructSignatures(), t.getConstructSignatures(), checker)
    // The parameters of a generic constructor are strangers to each other until they are given arguments.
    const isProven = !isGeneric || requiredMore(s.getConstructSignatures(), t.getConstructSignatures())
    if (made !== undefined && (isProven || headsOf(a) !== headsOf(b)))
      changes.push({ name: 'constructor', kind: isProven ? 'breaking' : 'needs-review', message: made })
    const wasAbstract = isAbstract(a)
    if (isAbstract(b) && !wasAbstract)
      changes.push({ name: 'constructor', kind: 'breaking', message: 'is abstract now' })
  }
  const fits = checker.isTypeAssignableTo(x, y) && checker.isTypeAssignableTo(y, x)
  const hides = [...x.getProperties(), ...y.getProperties()].some(isHidden)
  // What no member explains, or a private member that makes the two types strangers, is told of the whole.
  return changes.length === 0 && !fits && !hides ? undefined : changes
}

const isAbstract = (symbol: ts.Symbol): boolean =>
  symbol.declarations?.some((d) => (ts.getCombinedModifierFlags(d) & ts.ModifierFlags.Abstract) !== 0) === true

function properties(x: ts.Type, y: ts.Type, checker: ts.TypeChecker, isClass: boolean): MemberChange[] {
  const [older, newer] = [publicProperties(x), publicProperties(y)]
  return [...new Set([...older.keys(), ...newer.keys()])].sort(byCodeUnit).flatMap((name): MemberChange[] => {
    const [was, is] = [older.get(name), newer.get(name)]
    if (is === undefined) return [{ name, kind: 'breaking', message: 'is gone' }]
    if (was === undefined) {
      const optional = isClass || (is.flags & ts.SymbolFlags.Optional) !== 0
      return [
        optional
          ? { name, kind: 'compatible', message: 'is new' }
          : { name, kind: 'breaking', message: 'is new and required of whoever makes one' },
      ]
    }
    const [from, to] = [checker.getTypeOfSymbol(was), checker.getTypeOfSymbol(is)]
    const forward = checker.isTypeAssignableTo(to, from)
    const backward = checker.isTypeAssignableTo(from, to)
    const weaker = (was.flags & ts.SymbolFlags.Optional) === 0 && (is.flags & ts.SymbolFlags.Optional) !== 0
    if (forward && backward && !weaker) return []
    const change = `from ${checker.typeToString(from)} to ${checker.typeToString(to)}`.slice(0, 200)
    if (forward && isClass) return [{ name, kind: 'compatible', message: change }]
    const generic = [from, to].some((t) => t.getCallSignatures().some((s) => (s.typeParameters?.length ?? 0) > 0))
    return [{ name, kind: generic && !forward && !backward ? 'needs-review' : 'breaking', message: change }]
  })
}

const headsOf = (symbol: ts.Symbol): string =>
  (symbol.declarations ?? [])
    .flatMap((d) => (ts.isClassLike(d) ? d.members.filter(ts.isConstructorDeclaration) : []))
    .map((made) => made.parameters.map((p) => p.getText().replace(/\s+/g, ' ')).join())
    .join('\n')

const requiredMore = (older: readonly ts.Signature[], newer: readonly ts.Signature[]): boolean =>
  Math.min(...newer.map(required)) > Math.min(...older.map(required))

const required = (signature: ts.Signature): number =>
  signature.parameters.filter((p) => {
    const d = p.valueDeclaration
    return d === undefined || !ts.isParameter(d) || (d.questionToken ?? d.initializer ?? d.dotDotDotToken) === undefined
  }).length

/** What no longer can be given to the constructor; undefined where all that could still can. */
function constructors(
  older: readonly ts.Signature[],
  newer: readonly ts.Signature[],
  checker: ts.TypeChecker,
): string | undefined {
  const typeOf = (p: ts.Symbol): ts.Type => checker.getTypeOfSymbol(p)
  const accepts = (s: ts.Signature, was: ts.Signature): boolean =>
    required(s) <= required(was) &&
    was.parameters.every((p, i) => {
      const now = s.parameters[i]
      return now !== undefined && checker.isTypeAssignableTo(typeOf(p), typeOf(now))
    })
  return older.every((was) => newer.some((s) => accepts(s, was))) ? undefined : 'takes other arguments'
}
