import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { spawnAtomic } from '../../app/cli/run.ts'
import { bareSync } from '../../support/bare-sync.ts'
import { median, percentile } from '../../support/times.ts'
import type { Figures } from './figures.ts'
import type { Load, LoadResult } from './load-child.ts'

const loadChild = fileURLToPath(new URL('./load-child.ts', import.meta.url))
const bareServer = fileURLToPath(new URL('./bare-server.ts', import.meta.url))
const rounds = 5
const largestOutput = 64 * 1024 * 1024

/** Requests of a process of its own. */
async function load(asked: Load): Promise<LoadResult> {
  const { stdout } = await promisify(execFile)(process.execPath, [loadChild, JSON.stringify(asked)], {
    maxBuffer: largestOutput,
  })
  return JSON.parse(stdout) as LoadResult
}

async function addressOf(child: ChildProcess): Promise<string> {
  child.stdout!.resume()
  let said = ''
  for await (const data of child.stderr!) {
    said += data
    const [, url] = /answers at (\S+)/.exec(said) ?? []
    if (url !== undefined) return `${url}/evidence/events`
  }
  throw new Error(`the server did not start: ${said}`)
}

/** One round on a server that answers already. */
async function round(url: string): Promise<Figures> {
  const alone = await load({ url, clients: 1, count: 500 })
  const paced = await load({ url, clients: 64, count: 3_000, rate: 1_000 })
  const together = await load({ url, clients: 64, count: 10_000 })
  return {
    'one at a time, p50 ms': percentile(alone.times, 0.5),
    'one at a time, p99 ms': percentile(alone.times, 0.99),
    'at 1,000 a second, p50 ms': percentile(paced.times, 0.5),
    'at 1,000 a second, p99 ms': percentile(paced.times, 0.99),
    '64 clients, a second': 10_000 / together.seconds,
    '64 clients, p99 ms': percentile(together.times, 0.99),
  }
}

async function measure(child: ChildProcess): Promise<Figures[]> {
  try {
    const url = await addressOf(child)
    await load({ url, clients: 64, count: 5_000 })
    const found: Figures[] = []
    for (let i = 0; i < rounds; i++) found.push(await round(url))
    return found
  } finally {
    child.kill('SIGTERM')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  }
}

const medians = (name: string, found: readonly Figures[]): Figures =>
  Object.fromEntries(
    Object.keys(found[0]!).map((label) => [`${name}, ${label}`, median(found.map((figures) => figures[label]!))]),
  )

/** `POST /evidence/events` of a server in a process of its own, medians of five rounds, beside the bare disk and a bare server. */
export async function overHttp(): Promise<Figures> {
  const dir = await mkdtemp(join(tmpdir(), 'atomic bench '))
  try {
    const atomic = await measure(
      spawnAtomic(['serve'], {
        PORT: '0',
        ATOMIC_SERVICES: 'evidence',
        ATOMIC_DATA_DIR: dir,
        ATOMIC_RATE_LIMIT: '0',
      }),
    )
    const bare = await measure(spawn(process.execPath, [bareServer]))
    const disk = medians('bare write and sync', [await bareSync(dir)])
    return { ...disk, ...medians('POST', atomic), ...medians('bare Fastify', bare) }
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}
