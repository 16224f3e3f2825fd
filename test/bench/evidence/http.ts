import type { ChildProcess } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spawnAtomic } from '../../app/cli/run.ts'
import { bareSync } from '../../support/bare-sync.ts'
import { median, percentile } from '../../support/times.ts'
import { addressOf, end, load, spawnBareServer } from '../http/load.ts'
import type { Figures } from './figures.ts'

const rounds = 5

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
    const url = `${await addressOf(child)}/evidence/events`
    await load({ url, clients: 64, count: 5_000 })
    const found: Figures[] = []
    for (let i = 0; i < rounds; i++) found.push(await round(url))
    return found
  } finally {
    await end(child)
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
    const bare = await measure(spawnBareServer())
    const disk = medians('bare write and sync', [await bareSync(dir)])
    return { ...disk, ...medians('POST', atomic), ...medians('bare Fastify', bare) }
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}
