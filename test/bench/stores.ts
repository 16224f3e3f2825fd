import { openLedger } from '../../core/finops/ledger.ts'
import { systemClock as clock } from '../../core/platform/clock.ts'
import { openPostgresStore } from '../../core/storage/postgres/open.ts'
import { openSqliteStore } from '../../core/storage/sqlite/open.ts'
import type { Store } from '../../core/storage/store.ts'
import { temporaryPlace } from '../core/storage/candidate.ts'
import { bareSync } from '../support/bare-sync.ts'
import { Postgres } from '../support/postgres.ts'
import { median, percentile, timesOf } from '../support/times.ts'

const rounds = 5
const value = { text: 'x'.repeat(500) }
const actor = { login: 'bench', type: 'agent' as const }

/** One round on a store: ms of an append and of a reservation, and commits a second of 64 clients. */
async function round(store: Store, n: number): Promise<Record<string, number>> {
  const appends = await timesOf(200, (index) => store.commit([{ append: { log: `log${n}`, index, value } }]))
  const clients = 64
  const each = 40
  const started = performance.now()
  await Promise.all(
    Array.from({ length: clients }, async (_, client) => {
      for (let i = 0; i < each; i++)
        await store.commit([{ put: { collection: `c${n}`, key: `${client}/${i}`, value, expect: 0 } }])
    }),
  )
  const aSecond = (clients * each) / ((performance.now() - started) / 1_000)
  const ledger = openLedger({ store, clock, emit: async () => {} })
  await ledger.post({ kind: 'set', scope: 'bench', total: '1000000', actor })
  const reserved = await timesOf(300, (i) =>
    ledger.post({
      kind: 'reserve',
      scope: 'bench',
      usd: '0.1',
      ttlMs: 60_000,
      actor,
      entry: { requestId: `${n}/${i}` },
    }),
  )
  return {
    'append, p50 ms': percentile(appends, 0.5),
    'append, p99 ms': percentile(appends, 0.99),
    'commits a second, 64 clients': aSecond,
    'reserve, p50 ms': percentile(reserved, 0.5),
    'reserve, p99 ms (at most 5)': percentile(reserved, 0.99),
  }
}

/** Both stores side by side, medians of five rounds by turns. */
export async function bench(): Promise<{ name: string; figures: Record<string, number> }> {
  const server = await Postgres.start()
  const [folder, database] = [await temporaryPlace(), await server.place()]
  const stores = {
    SQLite: await openSqliteStore(folder.at),
    PostgreSQL: await openPostgresStore(database.at),
  }
  const found = new Map<string, number[]>()
  const note = (name: string, figures: Record<string, number>): void => {
    for (const [label, figure] of Object.entries(figures))
      found.set(`${name}: ${label}`, [...(found.get(`${name}: ${label}`) ?? []), figure])
  }
  for (let n = 0; n < rounds; n++) {
    for (const [name, store] of Object.entries(stores)) note(name, await round(store, n))
    note('bare fdatasync of 16 KB', await bareSync(folder.at))
  }
  await Promise.all(Object.values(stores).map((store) => store.close()))
  await folder.remove()
  await database.remove()
  await server.stop()
  return { name: 'stores', figures: Object.fromEntries([...found].map(([key, figures]) => [key, median(figures)])) }
}
