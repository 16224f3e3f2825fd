import { fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import type { Operation } from '../../core/contracts/index.ts'
import { deriveInChild } from '../../core/dte/derive-in-child.ts'
import { childrenIds, runTask, stopRunners } from '../../core/dte/runner.ts'
import { type Tree, treeFromFiles } from '../../core/dte/tree.ts'
import { isAtomicError } from '../../core/platform/errors.ts'
import { type Files, readFiles } from '../core/dte/real/projects.ts'
import type { PeerRequest } from './dte/peer.ts'
import type { BenchResult } from './run.ts'

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

/** Real projects that are known here, by a file that tells each: a symbol that many files use, and what is moved. */
const known: (Omit<Task, 'files'> & { mark: string; at: string })[] = [
  {
    name: 'TypeORM',
    at: 'github.com/typeorm/typeorm, 281bfba',
    mark: 'src/data-source/DataSource.ts',
    symbol: 'src/data-source/DataSource.ts#DataSource',
    from: 'test/utils/test-utils.ts',
    to: 'test/helpers/test-utils.ts',
  },
  {
    name: 'MikroORM',
    at: 'github.com/mikro-orm/mikro-orm, aa720fe',
    mark: 'packages/decorators/src/legacy/Entity.ts',
    symbol: 'packages/decorators/src/legacy/Entity.ts#Entity',
    from: 'tests/issues',
    to: 'tests/regressions/issues',
  },
  {
    name: 'date-fns',
    at: 'github.com/date-fns/date-fns, dd66398',
    mark: 'src/locale/types.ts',
    symbol: 'src/toDate/index.ts#toDate',
    from: 'src/locale',
    to: 'src/locales',
  },
]

/** The checkouts that ATOMIC_BENCH_PROJECT leads to. */
function real(): Task[] {
  const folders = (process.env.ATOMIC_BENCH_PROJECT ?? '')
    .split(delimiter)
    .flatMap((folder) => (folder === '' ? [] : resolve(folder)))
  return folders.flatMap((root) => {
    const task = known.find(({ mark }) => existsSync(join(root, mark)))
    if (task === undefined) {
      console.error(`${root} is none of ${known.map(({ at }) => at).join('; ')}.`)
      return []
    }
    const files = readFiles(root, '.', /\.([cm]?[jt]sx?|json)$/)
    const sources = Object.keys(files).filter((path) => /\.[cm]?[jt]sx?$/.test(path)).length
    return [{ ...task, name: `${task.name} (${sources} source files)`, files }]
  })
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

/** How long a peer takes, ms: in a process of its own, as the engine has one, its start and loading not counted. */
async function peer(name: PeerRequest['name'], { files, symbol }: Task): Promise<number> {
  const child = fork(join(import.meta.dirname, 'dte/peer.ts'), { serialization: 'advanced' })
  child.send({ name, files, symbol } satisfies PeerRequest)
  const ended = once(child, 'exit')
  const [ms] = (await Promise.race([once(child, 'message'), ended.then(() => [Number.NaN])])) as [number]
  if (child.connected) child.disconnect()
  await ended
  return ms
}

/** ms, median of `rounds`; peers in the same run. Peers find and write the places; the engine also proves them. */
async function measure(task: Task, figures: Record<string, number>, rounds: number): Promise<void> {
  const tree = treeFromFiles(task.files)
  const label = (what: string): string => `${task.name}: ${what}`
  const cold: number[] = []
  const moves: number[] = []
  const peers: { service: number[]; morph: number[] } = { service: [], morph: [] }
  let edited = 0
  for (let i = 0; i < rounds; i++) {
    peers.service.push(await peer('service', task))
    peers.morph.push(await peer('morph', task))
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
      await timed(
        async () =>
          (edited =
            (await derive(tree, { op: 'moveModule', from: task.from, to: task.to })).answer.batches[0]?.changes
              .length ?? 0),
      ),
    )
    // The last two derivations are remembered: others in between make the next round work again.
    for (const name of [`a${i}`, `c${i}`])
      await derive(treeFromFiles({ 'a.ts': `let ${name}: 1\n` }), {
        op: 'renameSymbol',
        symbol: `a.ts#${name}`,
        to: 'b',
      })
  }
  figures[label(`move that touches ${edited} files, cold`)] = middle(moves)
  const { tree: after } = await derive(tree, rename(task, 'Verified'))
  stopRunners()
  const timeMs = 60_000
  try {
    figures[label('verify with typecheck, cold')] = await timed(() =>
      runTask({ kind: 'check', before: tree, after, invariants: [{ type: 'typecheck' }] }, { limits: { timeMs } }),
    )
  } catch (error) {
    if (!isAtomicError(error) || error.code !== 'RESOURCE_LIMIT') throw error
    figures[label('verify with typecheck, cold, given up after')] = timeMs
  }
  figures[label('language service, places only')] = middle(peers.service)
  figures[label('ts-morph, rename')] = middle(peers.morph)
  figures[label('rename, cold: times as fast as the language service')] = middle(peers.service) / middle(cold)
  figures[label('rename, cold: times as fast as ts-morph')] = middle(peers.morph) / middle(cold)
  figures[label('load of the last minute')] = loadavg()[0] as number
}

export async function bench(): Promise<BenchResult> {
  const figures: Record<string, number> = {}
  const projects = real()
  if (projects.length === 0)
    console.error(
      `No real project: let ATOMIC_BENCH_PROJECT name checkouts of ${known.map(({ at }) => at).join('; ')}.`,
    )
  for (const project of projects) await measure(project, figures, 3)
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
