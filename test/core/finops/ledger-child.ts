import { openLedger } from '../../../core/finops/ledger.ts'
import { systemClock } from '../../../core/platform/clock.ts'
import { openSqliteStore } from '../../../core/storage/sqlite/open.ts'

/** Reserves and settles without end on several lanes, and says on standard output what was acknowledged. */
const [at, round] = process.argv.slice(2) as [string, string]
const say = (line: string): Promise<void> =>
  new Promise((resolve) => process.stdout.write(`${line}\n`, () => resolve()))
const store = await openSqliteStore(at)
const ledger = openLedger({ store, clock: systemClock, emit: async () => {} })
const actor = { login: 'child', type: 'agent' as const }

await ledger.post({ kind: 'set', scope: 'organisation:acme', total: '1000', actor })
await say('ready')
await Promise.all(
  Array.from({ length: 8 }, async (_, lane) => {
    for (let i = 0; ; i++) {
      const entry = { requestId: `${round}-${lane}-${i}`, repository: 'acme/shop' }
      await ledger.post({ kind: 'reserve', scope: `team:${lane}`, usd: '0.02', ttlMs: 3_600_000, actor, entry })
      await say(`reserved team:${lane} ${entry.requestId}`)
      if (i % 5 === 4) continue
      await ledger.post({ kind: 'consume', scope: `team:${lane}`, usd: '0.01', actor, entry })
      await say(`settled team:${lane} ${entry.requestId}`)
    }
  }),
)
