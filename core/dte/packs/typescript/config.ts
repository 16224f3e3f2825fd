import ts from 'typescript'
import { AtomicError } from '../../../platform/errors.ts'
import { byCodeUnit, directoryOf } from '../../paths.ts'
import { isSource, toTree, toVirtual, type VirtualFiles } from './files.ts'
import { isForeign } from './listing.ts'

/** One program's worth of files and options. */
export interface Unit {
  /** Path of the tsconfig, or what the unit is instead. */
  name: string
  options: ts.CompilerOptions
  /** Paths in the tree. */
  roots: string[]
}

interface Config {
  path: string
  options: ts.CompilerOptions
  roots: string[]
  references: string[]
  extended: string[]
}

const variant = /(^|\/)(ts|js)config(\.[^/]+)?\.json$/
const plain = /(^|\/)(ts|js)config\.json$/

function readConfig(files: VirtualFiles, path: string): Config | undefined {
  const name = toVirtual(path)
  const source = ts.readJsonConfigFile(name, files.readFile)
  if ((source as { parseDiagnostics?: readonly unknown[] }).parseDiagnostics?.length) return undefined
  const folder = toVirtual(directoryOf(path))
  const parsed = ts.parseJsonSourceFileConfigFileContent(source, files, folder, undefined, name)
  return {
    path,
    options: parsed.options,
    roots: parsed.fileNames.flatMap((f) => toTree(f) ?? []).filter(isSource),
    references: (parsed.projectReferences ?? []).flatMap((r) => {
      const target = toTree(ts.resolveProjectReferencePath(r))
      return target === undefined ? [] : [target]
    }),
    extended: (source.extendedSourceFiles ?? []).flatMap((f) => toTree(f) ?? []),
  }
}

/** What the engine needs of every program, whatever its tsconfig says: nothing emitted, nothing looked up beside the tree. */
const forced: ts.CompilerOptions = {
  noEmit: true,
  composite: false,
  incremental: false,
  declaration: false,
  skipLibCheck: true,
  skipDefaultLibCheck: true,
  typeRoots: [],
  disableSourceOfProjectReferenceRedirect: false,
}

const defaults: ts.CompilerOptions = {
  target: ts.ScriptTarget.ESNext,
  module: ts.ModuleKind.Preserve,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  jsx: ts.JsxEmit.Preserve,
  strict: true,
  types: [],
}

/** Where packages are installed, their types are found as compilers before 6 found them: all, unless some are named. */
const withPackages = ({ types }: ts.CompilerOptions): ts.CompilerOptions => {
  const { typeRoots: _, ...rest } = forced
  return { ...rest, types: types ?? ['*'] }
}

function options(from: ts.CompilerOptions, { loose = false, installed = false }): ts.CompilerOptions {
  const { tsBuildInfoFile: _t, outFile: _f, typeRoots: _r, ...rest } = from
  const fixed = installed ? withPackages(from) : forced
  return { ...rest, ...fixed, ...(loose ? { allowJs: true, resolveJsonModule: true } : {}) }
}

/**
 * Which programs a tree has: one for each tsconfig that brings files of its own, and for the files that
 * none names, one with the options of the tsconfig nearest above them.
 * @throws AtomicError `INVALID_CHANGESPEC` when the project named does not exist or cannot be read.
 */
export function unitsOf(files: VirtualFiles, project?: string): Unit[] {
  const key = `${files.structure} ${project ?? ''}`
  const units = known.get(key) ?? findUnits(files, project)
  known.delete(key)
  known.set(key, units)
  for (const oldest of known.keys()) if (known.size > 8) known.delete(oldest)
  return units.map((unit) => ({ ...unit }))
}

/** Units found before. Options keep their identity, by which programs of before and after are told to be the same. */
const known = new Map<string, Unit[]>()

function findUnits(files: VirtualFiles, project: string | undefined): Unit[] {
  const paths = files.paths()
  const installed = files.hasInstalled
  const units: Unit[] = []
  const covered = new Set<string>()
  const seen = new Set<string>()
  const nearest = new Map<string, Config>()
  const extended = new Set<string>()
  const visit = (path: string, config: Config | undefined): void => {
    if (config === undefined || seen.has(path)) return
    seen.add(path)
    for (const base of config.extended) extended.add(base)
    if (plain.test(path) || project === path) nearest.set(directoryOf(path), config)
    const own = config.roots.filter((r) => !isForeign(r) && !covered.has(r))
    if (own.length > 0) {
      units.push({ name: path, options: options(config.options, { installed }), roots: config.roots })
      for (const r of config.roots) covered.add(r)
    }
    for (const reference of config.references)
      visit(reference, files.fileExists(toVirtual(reference)) ? readConfig(files, reference) : undefined)
  }
  if (project !== undefined) {
    const at = paths.includes(project) ? project : `${project.replace(/\/$/, '')}/tsconfig.json`
    const config = paths.includes(at) ? readConfig(files, at) : undefined
    if (config === undefined) {
      throw new AtomicError('INVALID_CHANGESPEC', {
        detail: `The project ${project} does not exist or cannot be read.`,
        errors: [{ path: 'project', message: 'no such tsconfig' }],
      })
    }
    visit(at, config)
    return units
  }
  for (const path of paths.filter((p) => plain.test(p))) visit(path, readConfig(files, path))
  const others = paths.filter((p) => variant.test(p) && !seen.has(p)).map((p) => [p, readConfig(files, p)] as const)
  for (const [, config] of others) for (const base of config?.extended ?? []) extended.add(base)
  for (const [path, config] of others) if (!extended.has(path)) visit(path, config)

  const rest = new Map<string, string[]>()
  for (const path of paths) {
    if (!isSource(path) || covered.has(path)) continue
    let folder = directoryOf(path)
    while (folder !== '' && !nearest.has(folder)) folder = directoryOf(folder)
    rest.set(folder, [...(rest.get(folder) ?? []), path])
  }
  for (const folder of [...rest.keys()].sort(byCodeUnit)) {
    const config = nearest.get(folder)
    units.push({
      name: `${folder === '' ? '.' : folder} (files that no tsconfig names)`,
      options: options(config?.options ?? defaults, { loose: true, installed }),
      roots: rest.get(folder) as string[],
    })
  }
  return units
}
