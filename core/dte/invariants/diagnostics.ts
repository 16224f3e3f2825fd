import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { API } from '@typescript/native/unstable/sync'
import ts from 'typescript'
import { type Unit, unitsOf } from '../packs/typescript/config.ts'
import { toTree, toVirtual, VirtualFiles } from '../packs/typescript/files.ts'
import type { InstalledModules } from '../packs/typescript/installed-modules.ts'
import { isForeign } from '../packs/typescript/listing.ts'
import { Project } from '../packs/typescript/project.ts'
import { byCodeUnit } from '../paths.ts'
import type { Tree } from '../tree.ts'
import { lineColumn } from './text-files.ts'

export interface TypeFault {
  path: string
  line: number
  column: number
  code: number
  message: string
}
export interface Diagnosis {
  /** Name and version of the compiler that spoke. */
  engine: string
  errors: TypeFault[]
}

export interface DiagnoseOptions {
  project?: string | undefined
  /** Only these files are looked into. */
  only?: readonly string[]
  /** Packages that have types. */
  installed?: InstalledModules | undefined
}

const require = createRequire(import.meta.url)

/** The native compiler's package for this machine, when it is installed. */
const native: { version: string; libraries: string; executable: string } | undefined = (() => {
  try {
    const home = dirname(require.resolve('@typescript/native/package.json'))
    const { version } = require('@typescript/native/package.json') as { version: string }
    const platform = createRequire(join(home, 'x.js')).resolve(
      `@typescript/typescript-${process.platform}-${process.arch}/package.json`,
    )
    const libraries = join(dirname(platform), 'lib')
    const executable = join(libraries, process.platform === 'win32' ? 'tsc.exe' : 'tsc')
    return existsSync(executable) ? { version, libraries, executable } : undefined
  } catch {
    return undefined
  }
})()

/**
 * The type errors of a tree, under each of its tsconfigs (or one of the usual options, where it has none). Nothing but
 * the tree, the compiler's own libraries and the packages that are given is read.
 */
export function diagnose(tree: Tree, options: DiagnoseOptions = {}): Diagnosis {
  return native === undefined
    ? { engine: `TypeScript ${ts.version}`, errors: compilerErrors(tree, options) }
    : { engine: `TypeScript ${native.version}, native`, errors: nativeErrors(tree, options, native) }
}

const named = (units: readonly Unit[]): Unit[] => {
  const configured = units.filter((u) => u.name.endsWith('.json'))
  return configured.length > 0 ? configured : [...units]
}

function distinct(errors: readonly TypeFault[]): TypeFault[] {
  const seen = new Map(errors.map((e) => [`${e.path}:${e.line}:${e.column} ${e.code} ${e.message}`, e]))
  return [...seen.values()].sort(
    (a, b) => byCodeUnit(a.path, b.path) || a.line - b.line || a.column - b.column || a.code - b.code,
  )
}

function nativeErrors(
  tree: Tree,
  { project, only, installed }: DiagnoseOptions,
  { libraries, executable }: { libraries: string; executable: string },
): TypeFault[] {
  const files = new VirtualFiles(tree, installed)
  const units = named(unitsOf(files, project))
  // Where no tsconfig stands, one is made up; it never lands anywhere.
  const made = new Map<string, string>()
  const configs = units.map((unit, i) => {
    if (unit.name.endsWith('.json')) return toVirtual(unit.name)
    const name = toVirtual(`.atomic-${i}.tsconfig.json`)
    const compilerOptions = {
      target: 'esnext',
      module: 'preserve',
      moduleResolution: 'bundler',
      jsx: 'preserve',
      strict: true,
      types: [],
      noEmit: true,
      allowJs: true,
      skipLibCheck: true,
    }
    made.set(name, JSON.stringify({ compilerOptions, files: unit.roots.map(toVirtual) }))
    return name
  })
  const inLibraries = (name: string): boolean =>
    name === libraries || name.startsWith(`${libraries}/`) || name.startsWith(`${libraries}\\`)
  const api = new API({
    cwd: toVirtual(''),
    // Named, since a bundle does not stand beside the package it would be looked for in.
    tsserverPath: executable,
    fs: {
      readFile: (name) => (inLibraries(name) ? undefined : (made.get(name) ?? files.readFile(name) ?? null)),
      fileExists: (name) => (inLibraries(name) ? undefined : made.has(name) || files.fileExists(name)),
      directoryExists: (name) => (inLibraries(name) ? undefined : files.directoryExists(name)),
      getAccessibleEntries: (name) => (inLibraries(name) ? undefined : files.entries(name)),
      realpath: (name) => (inLibraries(name) ? undefined : files.realpath(name)),
    },
  })
  try {
    const snapshot = api.updateSnapshot({ openProjects: configs })
    const errors: TypeFault[] = []
    for (const p of snapshot.getProjects()) {
      const { program } = p
      const own = new Set(program.getSourceFileNames())
      const wanted = only?.map(toVirtual).filter((name) => own.has(name)) ?? [undefined]
      for (const d of wanted.flatMap((name) => [
        ...program.getSyntacticDiagnostics(name),
        ...program.getSemanticDiagnostics(name),
        ...(name === undefined ? program.getProgramDiagnostics() : []),
      ])) {
        const path = d.fileName === undefined ? '' : toTree(d.fileName)
        if (path === undefined || isForeign(path) || d.category !== 1) continue
        const at = path === '' ? { line: 1, column: 1 } : lineColumn(files.text(path) ?? '', d.pos)
        errors.push({ path, ...at, code: d.code, message: d.text })
      }
    }
    return distinct(errors)
  } finally {
    api.close()
  }
}

function compilerErrors(tree: Tree, { project, only, installed }: DiagnoseOptions): TypeFault[] {
  const errors: TypeFault[] = []
  const opened = new Project(tree, project, installed)
  const wanted = new Set(named(opened.units).map((u) => u.options))
  for (const program of opened.programs) {
    if (!wanted.has(program.getCompilerOptions())) continue
    const sources = only?.map((path) => program.getSourceFile(toVirtual(path))).filter((f) => f !== undefined) ?? [
      undefined,
    ]
    for (const d of sources.flatMap((f) => [
      ...program.getSyntacticDiagnostics(f),
      ...program.getSemanticDiagnostics(f),
    ])) {
      const path = toTree(d.file?.fileName ?? '')
      if (path === undefined || isForeign(path) || d.category !== ts.DiagnosticCategory.Error) continue
      const at = d.file?.getLineAndCharacterOfPosition(d.start ?? 0) ?? { line: 0, character: 0 }
      errors.push({
        path,
        line: at.line + 1,
        column: at.character + 1,
        code: d.code,
        message: ts.flattenDiagnosticMessageText(d.messageText, ' '),
      })
    }
  }
  return distinct(errors)
}
