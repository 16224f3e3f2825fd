import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { Project as Morph } from 'ts-morph'
import ts from 'typescript'
import type { Operation } from '../../core/contracts/index.ts'
import { derive } from '../../core/dte/engine.ts'
import { checkInvariants } from '../../core/dte/invariants.ts'
import { treeFromFiles } from '../../core/dte/tree.ts'
import type { BenchResult } from './run.ts'

type Files = Record<string, string>

const tsconfig = readFileSync(new URL('../fixtures/zod.tsconfig.json', import.meta.url), 'utf8')

/** zod's own source and tests, as its package ships them. */
function zod(): Files {
  const root = dirname(createRequire(import.meta.url).resolve('zod/package.json'))
  const files: Files = { 'tsconfig.json': tsconfig, 'package.json': readFileSync(join(root, 'package.json'), 'utf8') }
  for (const entry of readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })) {
    const full = join(entry.parentPath, entry.name)
    if (entry.isFile()) files[full.slice(root.length + 1)] = readFileSync(full, 'utf8')
  }
  return files
}

/** A project of `count` modules that all use one function, in folders of fifty. */
function generated(count: number): Files {
  const files: Files = {
    'tsconfig.json': tsconfig,
    'src/shared/user.ts':
      'export interface User { id: number; name: string }\nexport function getUser(id: number): User {\n  return { id, name: String(id) }\n}\n',
  }
  for (let i = 0; i < count; i++) {
    const other = i === 0 ? '' : `import { run as previous } from '../part${Math.floor((i - 1) / 50)}/module${i - 1}'\n`
    files[`src/part${Math.floor(i / 50)}/module${i}.ts`] =
      `import { getUser, type User } from '../shared/user'\n${other}\nexport function run(id: number): User[] {\n  const own = getUser(id)\n  const list = [own, getUser(own.id + ${i})]\n  return list.filter((u) => u.name !== '${i}')${i === 0 ? '' : '.concat(previous(id))'}\n}\n`
  }
  return files
}

function timed(work: () => void): number {
  const started = performance.now()
  work()
  return performance.now() - started
}

const apply = (files: Files, ...operations: Operation[]): number =>
  timed(() => {
    const spec = { version: 1 as const, title: 'bench', risk: 'low' as const, operations }
    derive(spec, spec, treeFromFiles(files))
  })

/** The compiler's own language service: finds the places and looks no further. */
function languageService(files: Files, path: string, name: string): number {
  const virtual = new Map(Object.entries(files).map(([p, text]) => [`/p/${p}`, text]))
  const library = dirname(createRequire(import.meta.url).resolve('typescript'))
  const read = (p: string): string | undefined =>
    virtual.get(p) ?? (p.startsWith(library) ? ts.sys.readFile(p) : undefined)
  return timed(() => {
    const service = ts.createLanguageService({
      getScriptFileNames: () => [...virtual.keys()].filter((p) => p.endsWith('.ts')),
      getScriptVersion: () => '1',
      getScriptSnapshot: (p) => (read(p) === undefined ? undefined : ts.ScriptSnapshot.fromString(read(p) as string)),
      getCurrentDirectory: () => '/p',
      getCompilationSettings: () => ({
        target: ts.ScriptTarget.ES2020,
        module: ts.ModuleKind.ESNext,
        moduleResolution: ts.ModuleResolutionKind.Bundler,
        customConditions: ['@zod/source'],
        strict: true,
        types: [],
      }),
      getDefaultLibFileName: (o) => join(library, ts.getDefaultLibFileName(o)),
      fileExists: (p) => virtual.has(p),
      readFile: read,
    })
    const at = (files[path] as string).indexOf(`${name}(`)
    service.findRenameLocations(`/p/${path}`, at, false, false, {})
  })
}

function morph(files: Files, path: string, name: string, to: string): number {
  return timed(() => {
    const project = new Morph({
      useInMemoryFileSystem: true,
      compilerOptions: { target: ts.ScriptTarget.ES2020 as never, strict: true },
    })
    for (const [p, text] of Object.entries(files)) if (p.endsWith('.ts')) project.createSourceFile(`/p/${p}`, text)
    project.getSourceFileOrThrow(`/p/${path}`).getFunctionOrThrow(name).rename(to)
  })
}

/** ms, and MB at the end: one run of each, in one process, on an otherwise quiet machine. */
export async function bench(): Promise<BenchResult> {
  const figures: Record<string, number> = {}
  const rename = { op: 'renameSymbol' as const, symbol: 'src/shared/user.ts#getUser', to: 'fetchUser' }
  const thousand = generated(1000)
  figures['1,000 files: rename, cold, bindings checked (ms)'] = apply(thousand, rename)
  figures['1,000 files: the same again (ms)'] = apply(thousand, rename)
  figures['1,000 files: language service, places only (ms)'] = languageService(
    thousand,
    'src/shared/user.ts',
    'getUser',
  )
  figures['1,000 files: ts-morph (ms)'] = morph(thousand, 'src/shared/user.ts', 'getUser', 'fetchUser')
  figures['1,000 files: moveModule (ms)'] = apply(thousand, {
    op: 'moveModule',
    from: 'src/shared/user.ts',
    to: 'src/people/user.ts',
  })
  const tree = treeFromFiles(thousand)
  figures['1,000 files: typecheck invariant (ms)'] = timed(
    () => void checkInvariants([{ type: 'typecheck' }], { before: tree, after: tree }),
  )
  const source = zod()
  figures['zod: rename in 65 files (ms)'] = apply(source, {
    op: 'renameSymbol',
    symbol: 'src/v4/core/util.ts#parsedType',
    to: 'describeType',
  })
  figures['zod: language service, places only (ms)'] = languageService(source, 'src/v4/core/util.ts', 'parsedType')
  figures['resident memory at the end (MB)'] = process.memoryUsage().rss / 1e6
  return { name: 'dte', figures }
}
