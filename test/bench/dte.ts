import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Project as Morph } from 'ts-morph'
import type { Operation } from '../../core/contracts/index.ts'
import { deriveInChild } from '../../core/dte/derive-in-child.ts'
import { childrenIds, runTask, stopRunners } from '../../core/dte/runner.ts'
import { type Tree, treeFromFiles } from '../../core/dte/tree.ts'
import { languageService } from '../core/dte/real/service.ts'
import type { BenchResult } from './run.ts'

type Files = Record<string, string>

/** What is renamed and moved in a project: a symbol, where it stands, and a file. */
interface Task {
  name: string
  files: Files
  symbol: string
  from: string
  to: string
}

const tsconfig = `${JSON.stringify({
  compilerOptions: {
    target: 'es2022',
    module: 'esnext',
    moduleResolution: 'bundler',
    strict: true,
    types: [],
    noEmit: true,
  },
  include: ['src'],
})}\n`

/** A project of `count` modules that all use one function, in folders of fifty. */
function generated(count: number): Task {
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
  return {
    name: `${count} generated modules`,
    files,
    symbol: 'src/shared/user.ts#getUser',
    from: 'src/shared/user.ts',
    to: 'src/people/user.ts',
  }
}

/**
 * TypeORM, when ATOMIC_BENCH_PROJECT leads to a checkout of it (github.com/typeorm/typeorm, 281bfba): 3,583 source
 * files, of which 987 change when its class DataSource is renamed and 909 when its tests' helper moves.
 */
function real(): Task | undefined {
  const root = process.env.ATOMIC_BENCH_PROJECT
  if (root === undefined || !existsSync(join(root, 'src/data-source/DataSource.ts'))) return undefined
  const files: Files = {}
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name).slice(root.length + 1)
    if (entry.isFile() && /\.([cm]?[jt]sx?|json)$/.test(path) && !/(^|\/)(node_modules|\.git)\//.test(path))
      files[path] = readFileSync(join(root, path), 'utf8')
  }
  return {
    name: 'TypeORM',
    files,
    symbol: 'src/data-source/DataSource.ts#DataSource',
    from: 'test/utils/test-utils.ts',
    to: 'test/helpers/test-utils.ts',
  }
}

async function timed(work: () => unknown): Promise<number> {
  const started = performance.now()
  await work()
  return performance.now() - started
}

const middle = (figures: number[]): number => figures.sort((a, b) => a - b)[Math.floor(figures.length / 2)] as number

/** Most memory that this process's children have held, MB. */
function peakOfChildren(): number {
  const peaks = childrenIds().map((id) => {
    try {
      return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1] ?? 0) / 1e3
    } catch {
      return 0
    }
  })
  return Math.max(0, ...peaks)
}

const derive = (tree: Tree, ...operations: Operation[]): ReturnType<typeof deriveInChild> =>
  deriveInChild({ version: 1, title: 'bench', risk: 'low', operations }, tree)

const rename = (task: Task, to: string): Operation => ({ op: 'renameSymbol', symbol: task.symbol, to })

/** The compiler's own language service: finds the places and looks no further. */
function service(task: Task): number {
  const { service } = languageService(task.files)
  const [path, name] = task.symbol.split('#') as [string, string]
  const text = task.files[path] as string
  const at = text.search(new RegExp(`(?<=(class|function) )${name}\\b`))
  return service.findRenameLocations(`/p/${path}`, at, false, false, {})?.length ?? 0
}

function morph(task: Task): void {
  const project = new Morph({ useInMemoryFileSystem: true, compilerOptions: { strict: true } })
  for (const [path, text] of Object.entries(task.files))
    if (/\.[cm]?tsx?$/.test(path)) project.createSourceFile(`/p/${path}`, text)
  const [path, name] = task.symbol.split('#') as [string, string]
  const file = project.getSourceFileOrThrow(`/p/${path}`)
  const declared = file.getClass(name) ?? file.getFunctionOrThrow(name)
  declared.rename(`${name}Morph`)
}

/** ms, median of `rounds`; peers in the same run. Peers find and write the places; the engine also proves them. */
async function measure(task: Task, figures: Record<string, number>, rounds: number): Promise<void> {
  const tree = treeFromFiles(task.files)
  const label = (what: string): string => `${task.name}: ${what}`
  const cold: number[] = []
  const moves: number[] = []
  let edited = 0
  for (let i = 0; i < rounds; i++) {
    stopRunners()
    cold.push(
      await timed(
        async () =>
          (edited = (await derive(tree, rename(task, `Cold${i}Name`))).answer.batches[0]?.changes.length ?? 0),
      ),
    )
  }
  const warm: number[] = []
  for (let i = 0; i < 5; i++) warm.push(await timed(() => derive(tree, rename(task, `Warm${i}Name`))))
  figures[label(`rename in ${edited} files, planned cold`)] = middle(cold)
  figures[label('the same to another name, warm')] = middle(warm)
  figures[label('peak memory of the child so far (MB)')] = peakOfChildren()
  for (let i = 0; i < rounds; i++) {
    stopRunners()
    moves.push(
      await timed(async () => {
        edited =
          (await derive(tree, { op: 'moveModule', from: task.from, to: task.to })).answer.batches[0]?.changes.length ??
          0
        // The last derivations are remembered: another one in between makes the next round work again.
        await derive(treeFromFiles({ 'a.ts': `let a${i}: 1\n` }), { op: 'renameSymbol', symbol: `a.ts#a${i}`, to: 'b' })
        await derive(treeFromFiles({ 'a.ts': `let c${i}: 1\n` }), { op: 'renameSymbol', symbol: `a.ts#c${i}`, to: 'b' })
      }),
    )
  }
  figures[label(`move that touches ${edited} files, cold`)] = middle(moves)
  const { tree: after } = await derive(tree, rename(task, 'Verified'))
  stopRunners()
  figures[label('verify with typecheck, cold')] = await timed(() =>
    runTask({ kind: 'check', before: tree, after, invariants: [{ type: 'typecheck' }] }),
  )
  figures[label('language service, places only')] = await timed(() => service(task))
  figures[label('ts-morph, rename')] = await timed(() => morph(task))
  figures[label('rename, cold: times as fast as the language service')] =
    (figures[label('language service, places only')] as number) / middle(cold)
}

export async function bench(): Promise<BenchResult> {
  const figures: Record<string, number> = {}
  const typeorm = real()
  if (typeorm === undefined)
    console.error('No real project: set ATOMIC_BENCH_PROJECT to a checkout of github.com/typeorm/typeorm.')
  else await measure(typeorm, figures, 3)
  await measure(generated(1000), figures, 3)
  const large = generated(10_000)
  stopRunners()
  figures[`${large.name}: rename planned cold`] = await timed(() =>
    derive(treeFromFiles(large.files), rename(large, 'fetchUser')),
  )
  figures[`${large.name}: peak memory of the child (MB)`] = peakOfChildren()
  stopRunners()
  return { name: 'dte (ms where nothing else is said)', figures }
}
