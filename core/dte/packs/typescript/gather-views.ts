import type ts from 'typescript'
import { isSource, toTree } from './files.ts'
import { isForeign } from './listing.ts'
import type { View } from './views.ts'

/** The tree's own source files in these programs, in the order of paths. */
export function gatherViews(programs: readonly ts.Program[]): ReadonlyMap<string, View[]> {
  const views = new Map<string, View[]>()
  const borrowed = new Map<string, View>()
  for (const program of programs) {
    const roots = new Set(program.getRootFileNames())
    const checker = program.getTypeChecker()
    for (const source of program.getSourceFiles()) {
      const path = toTree(source.fileName)
      if (path === undefined || isForeign(path) || !isSource(path)) continue
      const view = { path, source, checker, program }
      if (roots.has(source.fileName)) views.set(path, [...(views.get(path) ?? []), view])
      else if (!borrowed.has(path)) borrowed.set(path, view)
    }
  }
  for (const [path, view] of borrowed) if (!views.has(path)) views.set(path, [view])
  return new Map([...views].sort((a, b) => (a[0] < b[0] ? -1 : 1)))
}
