import ts from 'typescript'
import { type Key, symbolKeys } from './binding.ts'
import type { EditSet } from './edits.ts'
import { refuse } from './refusals.ts'
import type { View, Views } from './views.ts'

/** What a module gives out under a name: the declaration that bears the name, and what it leads to in the end. */
interface Given {
  own: Key[]
  final: Key[]
}
const nothing: Given = { own: [], final: [] }

/** What modules with `export *` give out under the two names. */
export type Stars = Map<string, { old: Given; new: Given }>

const isStar = (s: ts.Statement): s is ts.ExportDeclaration =>
  ts.isExportDeclaration(s) && s.exportClause === undefined && s.moduleSpecifier !== undefined

/**
 * A module's own exports come first; of what its `export *` bring, a name that means different things is given out by
 * none of them (ECMAScript, ResolveExport). The compiler's table has one of them all the same.
 */
function givenOut(module: ts.Symbol, name: string, checker: ts.TypeChecker, seen = new Set<ts.Symbol>()): Given {
  if (seen.has(module)) return nothing
  seen.add(module)
  const own = module.exports?.get(ts.escapeLeadingUnderscores(name))
  if (own !== undefined) {
    const final = (own.flags & ts.SymbolFlags.Alias) === 0 ? own : checker.getAliasedSymbol(own)
    const keys = symbolKeys(own, checker)
    return { own: keys, final: final.declarations === undefined ? keys : symbolKeys(final, checker) }
  }
  if (name === 'default') return nothing
  let found = nothing
  for (const source of module.declarations ?? []) {
    if (!ts.isSourceFile(source)) continue
    for (const { moduleSpecifier } of source.statements.filter(isStar)) {
      const target = checker.getSymbolAtLocation(moduleSpecifier as ts.Expression)
      const given = target === undefined ? nothing : givenOut(target, name, checker, seen)
      if (given.final.length === 0) continue
      if (found.final.length > 0 && found.final.join() !== given.final.join()) return nothing
      found = given
    }
  }
  return found
}

function given({ checker, source }: View, name: string): Given {
  const module = checker.getSymbolAtLocation(source)
  return module === undefined ? nothing : givenOut(module, name, checker)
}

export function exportStars(project: Views, old: string, to: string): Stars {
  const stars: Stars = new Map()
  for (const [path, [view]] of project.views) {
    if (view === undefined || !view.source.statements.some(isStar)) continue
    stars.set(path, { old: given(view, old), new: given(view, to) })
  }
  return stars
}

/**
 * Two `export *` of one name cancel each other without a word, and an export of the module's own hides both.
 * @throws AtomicError `NAME_COLLISION` where a name that a module gave out would be lost or change its meaning.
 */
export function checkExportStars(
  after: Views,
  stars: Stars,
  members: ReadonlySet<Key>,
  edits: EditSet,
  old: string,
  to: string,
): void {
  for (const [path, before] of stars) {
    const view = after.view(path)
    if (view === undefined) continue
    const renamed = before.old.own.some((k) => members.has(k))
    const now = { old: given(view, old), new: given(view, to) }
    const isKept = (was: Given, is: Given): boolean =>
      was.final.length === 0 ||
      was.final
        .map((k) => edits.key(k))
        .sort()
        .join() === [...is.final].sort().join()
    if (!isKept(before.new, now.new) || !isKept(before.old, renamed ? now.new : now.old)) {
      throw refuse(
        'NAME_COLLISION',
        `${path} gives out ${old} or ${to} by "export *" and would no longer give it out unambiguously.`,
        `${path}:1:1`,
      )
    }
  }
}
