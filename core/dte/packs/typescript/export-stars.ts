import ts from 'typescript'
import { type Key, symbolKeys } from './binding.ts'
import type { EditSet } from './edits.ts'
import { refuse } from './refusals.ts'
import type { View, Views } from './views.ts'

/** What modules with `export *` give out under the two names. */
export type Stars = Map<string, { old: Key[]; new: Key[] }>

function exportKeys(view: View, name: string): Key[] {
  const symbol = view.checker.getSymbolAtLocation(view.source)
  const found = symbol === undefined ? undefined : view.checker.tryGetMemberInModuleExports(name, symbol)
  return symbolKeys(found, view.checker)
}

export function exportStars(project: Views, old: string, to: string): Stars {
  const stars: Stars = new Map()
  for (const [path, [view]] of project.views) {
    if (view === undefined) continue
    if (!view.source.statements.some((s) => ts.isExportDeclaration(s) && s.exportClause === undefined)) continue
    stars.set(path, { old: exportKeys(view, old), new: exportKeys(view, to) })
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
    const renamed = before.old.some((k) => members.has(k))
    const want = (renamed ? before.old : before.new).map((k) => edits.key(k)).sort()
    const got = exportKeys(view, to).sort()
    if ((renamed && before.new.length > 0) || want.join() !== got.join()) {
      throw refuse(
        'NAME_COLLISION',
        `${path} gives out ${old} by "export *" and would no longer give out ${to} unambiguously.`,
        `${path}:1:1`,
      )
    }
  }
}
