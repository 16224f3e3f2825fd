import ts from 'typescript'
import { toTree } from '../packs/typescript/files.ts'
import { compareTypeParameters, type Instances, typeParameters } from './generic-types.ts'
import { compareMembers } from './member-change.ts'
import { isHidden } from './public-shape.ts'

export interface ExportChange {
  name: string
  kind: 'breaking' | 'needs-review' | 'compatible'
  message: string
  /** Where it stands in the result, else in the base. */
  path: string
  line: number
  column: number
}

/** How one export changed for those who use it; nothing where it did not. */
export function compareExport(
  name: string,
  older: ts.Symbol | undefined,
  newer: ts.Symbol | undefined,
  checker: ts.TypeChecker,
  entry: string,
  instances?: Instances,
): ExportChange[] {
  const at = placeOf(newer ?? older, checker, entry)
  if (older === undefined) return [{ name, kind: 'compatible', message: 'is new', ...at }]
  if (newer === undefined) return [{ name, kind: 'breaking', message: 'is gone', ...at }]
  const [a, b] = [resolved(older, checker), resolved(newer, checker)]
  if (a === b) return []
  const changes: ExportChange[] = []
  const lost = (flag: ts.SymbolFlags, what: string): void => {
    if ((a.flags & flag) !== 0 && (b.flags & flag) === 0)
      changes.push({ name, kind: 'breaking', message: `is no longer a ${what}`, ...at })
  }
  lost(ts.SymbolFlags.Value, 'value')
  lost(ts.SymbolFlags.Type, 'type')
  const isType = (a.flags & b.flags & ts.SymbolFlags.Type) !== 0
  const asked = isType && changes.length === 0 ? compareTypeParameters(a, b, checker) : undefined
  if (asked !== undefined) return [{ name, ...asked, ...at }]
  const members = changes.length === 0 ? compareMembers(a, b, checker, instances?.opaque) : undefined
  if (members !== undefined) return members.map((m) => ({ ...at, ...m, name: `${name}.${m.name}` }))
  if (
    (a.flags & b.flags & ts.SymbolFlags.Value) !== 0 ||
    ((a.flags & ts.SymbolFlags.Value) !== 0 && (b.flags & ts.SymbolFlags.Value) !== 0)
  ) {
    const verdict = compare(checker.getTypeOfSymbol(a), checker.getTypeOfSymbol(b), checker)
    if (verdict !== undefined) changes.push({ name, ...verdict, ...at })
  }
  if ((a.flags & ts.SymbolFlags.Type) !== 0 && (b.flags & ts.SymbolFlags.Type) !== 0 && changes.length === 0) {
    const verdict = compareDeclared(a, b, checker, instances)
    if (verdict !== undefined) changes.push({ name, ...verdict, ...at })
  }
  return changes
}

type Verdict = Pick<ExportChange, 'kind' | 'message'> | undefined

const show = (type: ts.Type, checker: ts.TypeChecker): string => {
  const text = checker.typeToString(type, undefined, ts.TypeFormatFlags.UseFullyQualifiedType)
  return text.length > 160 ? `${text.slice(0, 160)}…` : text
}

/** Values are read by those who import them: the new one must do wherever the old one did. */
function compare(a: ts.Type, b: ts.Type, checker: ts.TypeChecker): Verdict {
  const forward = checker.isTypeAssignableTo(b, a)
  const backward = checker.isTypeAssignableTo(a, b)
  if (forward && backward) return undefined
  if (forward) return { kind: 'compatible', message: `from ${show(a, checker)} to ${show(b, checker)}` }
  // Classes with private members never fit each other; the checker cannot prove either way.
  if (isNominal(a) || isNominal(b))
    return { kind: 'needs-review', message: 'a class with private members changed hands or shape' }
  return { kind: 'breaking', message: `${show(b, checker)} does not do where ${show(a, checker)} did` }
}

/** Types are written and read: each must fit the other, else whoever makes or takes one may break. */
function compareDeclared(a: ts.Symbol, b: ts.Symbol, checker: ts.TypeChecker, instances?: Instances): Verdict {
  const declared: Instances['opaque'] = [checker.getDeclaredTypeOfSymbol(a), checker.getDeclaredTypeOfSymbol(b)]
  const [x, y] = instances?.opaque ?? declared
  const forward = checker.isTypeAssignableTo(y, x)
  const backward = checker.isTypeAssignableTo(x, y)
  if (forward && backward) return undefined
  const isGeneric = typeParameters(a).length + typeParameters(b).length > 0
  if (isGeneric || isNominal(x) || isNominal(y)) {
    const proven = instances?.concrete === undefined ? undefined : misfit(...instances.concrete, checker)
    if (proven !== undefined && !isNominal(x) && !isNominal(y)) return { kind: 'breaking', message: proven }
    return { kind: 'needs-review', message: 'a generic or nominal type that cannot be compared' }
  }
  return { kind: 'breaking', message: misfit(x, y, checker) ?? 'the old and the new type do not fit each other' }
}

function misfit(x: ts.Type, y: ts.Type, checker: ts.TypeChecker): string | undefined {
  const forward = checker.isTypeAssignableTo(y, x)
  const backward = checker.isTypeAssignableTo(x, y)
  if (forward && backward) return undefined
  if (!forward && !backward) return 'the old and the new type do not fit each other'
  return forward
    ? 'is narrower: what was accepted may not be any more'
    : 'is wider: what is read from it may be more than before'
}

const isNominal = (type: ts.Type): boolean => type.getProperties().some(isHidden)

export const resolved = (symbol: ts.Symbol, checker: ts.TypeChecker): ts.Symbol =>
  (symbol.flags & ts.SymbolFlags.Alias) !== 0 ? checker.getAliasedSymbol(symbol) : symbol

function placeOf(
  symbol: ts.Symbol | undefined,
  checker: ts.TypeChecker,
  entry: string,
): { path: string; line: number; column: number } {
  const declaration =
    symbol === undefined ? undefined : (resolved(symbol, checker).declarations ?? symbol.declarations)?.[0]
  const path =
    declaration === undefined
      ? undefined
      : toTree(declaration.getSourceFile().fileName)?.replace(/^(before|after)\//, '')
  if (declaration === undefined || path === undefined) return { path: entry, line: 1, column: 1 }
  const at = declaration.getSourceFile().getLineAndCharacterOfPosition(declaration.getStart())
  return { path, line: at.line + 1, column: at.character + 1 }
}
