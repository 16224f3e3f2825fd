import ts from 'typescript'
import { AtomicError } from '../../platform/errors.ts'
import type { Finding, InvariantCheck } from '../invariant.ts'
import { maxLocations } from '../invariant.ts'
import { unitsOf } from '../packs/typescript/config.ts'
import { toVirtual, VirtualFiles } from '../packs/typescript/files.ts'
import { compilerHost } from '../packs/typescript/host.ts'
import { byCodeUnit } from '../paths.ts'
import { blobEntry, isRegular, type Tree, type TreeEntry } from '../tree.ts'
import { compareExport, type ExportChange, resolved } from './export-change.ts'
import { type Instances, instancesOf, instancesText, typeParameters } from './generic-types.ts'
import { globalChanges } from './global-change.ts'
import { publicShape, remember } from './public-shape.ts'
import { SharedFiles } from './shared-files.ts'

/** Both trees side by side in one program, so that the checker can compare their types. */
function sideBySide(before: Tree, after: Tree): Map<string, TreeEntry> {
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

/** Beside both trees, where neither can have a file. */
const instancesPath = 'instances.ts'

/** Old and new declarations stand in one program: types compare only within one checker. */
function compareEntries(both: Map<string, TreeEntry>, entry: string): ExportChange[] {
  const shared = new SharedFiles()
  const open = (oldProgram?: ts.Program): ts.Program => {
    const files = new VirtualFiles(both)
    const roots = [`before/${entry}`, `after/${entry}`, ...(both.has(instancesPath) ? [instancesPath] : [])]
    const options = oldProgram?.getCompilerOptions() ?? optionsOf(files, `after/${entry}`)
    const host = compilerHost(files, options)
    if (host.resolveModuleNameLiterals !== undefined)
      host.resolveModuleNameLiterals = shared.wrap(host.resolveModuleNameLiterals)
    return ts.createProgram({ rootNames: roots.map(toVirtual), options, host, ...(oldProgram ? { oldProgram } : {}) })
  }
  const exportsOf = (program: ts.Program, path: string): Map<string, ts.Symbol> => {
    const checker = program.getTypeChecker()
    const source = program.getSourceFile(toVirtual(path))
    const module = source === undefined ? undefined : checker.getSymbolAtLocation(source)
    return new Map((module === undefined ? [] : checker.getExportsOfModule(module)).map((s) => [s.name, s]))
  }
  const entries = (program: ts.Program): [Map<string, ts.Symbol>, Map<string, ts.Symbol>] => [
    exportsOf(program, `before/${entry}`),
    exportsOf(program, `after/${entry}`),
  ]
  const apart = open()
  const forAll = globalChanges(apart)
  shared.find(apart, both)
  if (shared.has(`after/${entry}`)) return forAll
  const shape = publicShape(apart)
  for (const [path, entry] of shape.files) both.set(path, entry)
  let program = open()
  let [older, newer] = entries(program)
  const generics = new Map<string, number>()
  const bound = new Set<string>()
  for (const [name, was] of older) {
    const is = newer.get(name)
    if (is === undefined || !/^[\w$]+$/.test(name)) continue
    const checker = program.getTypeChecker()
    if (resolved(was, checker) === resolved(is, checker)) continue
    const [a, b] = [typeParameters(resolved(was, checker)), typeParameters(resolved(is, checker))]
    const isType = (resolved(was, checker).flags & resolved(is, checker).flags & ts.SymbolFlags.Type) !== 0
    if (!isType || a.length === 0 || a.length !== b.length) continue
    generics.set(name, a.length)
    if ([...a, ...b].some((p) => p.constraint !== undefined)) bound.add(name)
  }
  let instances = new Map<string, Instances>()
  if (generics.size > 0) {
    const module = (side: string): string => `./${side}/${entry.replace(/(\.d)?\.([cm]?)tsx?$/, '.$2js')}`
    both.set(instancesPath, blobEntry(instancesText(generics, module('before'), module('after'))))
    program = open(program)
    ;[older, newer] = entries(program)
    const source = program.getSourceFile(toVirtual(instancesPath)) as ts.SourceFile
    instances = instancesOf(source, generics, (name) => bound.has(name), program.getTypeChecker())
  }
  remember(program, shape)
  const names = [...new Set([...older.keys(), ...newer.keys()])].sort(byCodeUnit)
  return [
    ...names.flatMap((name) =>
      compareExport(name, older.get(name), newer.get(name), program.getTypeChecker(), entry, instances.get(name)),
    ),
    ...forAll,
  ]
}

const optionsOf = (files: VirtualFiles, path: string): ts.CompilerOptions =>
  unitsOf(files).find((u) => u.roots.includes(path))?.options ?? {}
