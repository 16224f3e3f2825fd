import ts from 'typescript'
import { AtomicError } from '../../platform/errors.ts'
import type { Finding, InvariantCheck } from '../invariant.ts'
import { maxLocations } from '../invariant.ts'
import { unitsOf } from '../packs/typescript/config.ts'
import { toVirtual, VirtualFiles } from '../packs/typescript/files.ts'
import { compilerHost } from '../packs/typescript/host.ts'
import { byCodeUnit } from '../paths.ts'
import { isRegular, type Tree } from '../tree.ts'
import { compareExport, type ExportChange } from './export-change.ts'

/** Both trees side by side in one program, so that the checker can compare their types. */
function sideBySide(before: Tree, after: Tree): Tree {
  const both = new Map([...before].map(([path, entry]) => [`before/${path}`, entry]))
  for (const [path, entry] of after) both.set(`after/${path}`, entry)
  return both
}

/** What a package gives out must stay usable as it was, but for what is allowed. */
export const apiCompat: InvariantCheck<'apiCompat'> = {
  type: 'apiCompat',
  check(invariant, { before, after }): Finding {
    const path = invariant.entry
    if (!isRegular(before.get(path)))
      throw new AtomicError('SYMBOL_NOT_FOUND', { detail: `The base has no ${path}.`, place: `${path}:1:1` })
    if (!isRegular(after.get(path)))
      return { passed: false, message: `${path} is gone.`, locations: [{ path, line: 1, column: 1 }] }
    const changes = compareEntries(sideBySide(before, after), path)
    const allowed = (name: string): boolean =>
      invariant.allow?.some((a) => name === a || name.startsWith(`${a}.`)) ?? false
    const breaking = changes.filter((c) => c.kind === 'breaking' && !allowed(c.name))
    const review = changes.filter((c) => c.kind === 'needs-review' && !allowed(c.name))
    const added = changes.filter((c) => c.kind === 'compatible')
    const semver = changes.some((c) => c.kind === 'breaking') ? 'major' : added.length > 0 ? 'minor' : 'patch'
    return {
      passed: breaking.length === 0,
      message: `${breaking.length} breaking, ${review.length} to review, ${added.length} compatible; this is a ${semver} change.`,
      locations: [...breaking, ...review]
        .slice(0, maxLocations)
        .map((c) => ({ path: c.path, line: c.line, column: c.column, message: `${c.kind}: ${c.name}: ${c.message}` })),
    }
  },
}

/** Old and new declarations stand in one program: types compare only within one checker. */
function compareEntries(both: Tree, entry: string): ExportChange[] {
  const files = new VirtualFiles(both)
  const roots = [`before/${entry}`, `after/${entry}`]
  const unit = unitsOf(files).find((u) => u.roots.includes(`after/${entry}`))
  const options = unit?.options ?? {}
  const program = ts.createProgram({ rootNames: roots.map(toVirtual), options, host: compilerHost(files, options) })
  const checker = program.getTypeChecker()
  const exportsOf = (path: string): Map<string, ts.Symbol> => {
    const source = program.getSourceFile(toVirtual(path))
    const module = source === undefined ? undefined : checker.getSymbolAtLocation(source)
    return new Map((module === undefined ? [] : checker.getExportsOfModule(module)).map((s) => [s.name, s]))
  }
  const [older, newer] = [exportsOf(`before/${entry}`), exportsOf(`after/${entry}`)]
  const names = [...new Set([...older.keys(), ...newer.keys()])].sort(byCodeUnit)
  return names.flatMap((name) => compareExport(name, older.get(name), newer.get(name), checker, entry))
}
