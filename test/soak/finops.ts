import { openSqliteStore } from '../../core/storage/sqlite/open.ts'
import { ledgerCrash } from '../core/finops/ledger-crash.ts'
import { ledgerTrial } from '../core/finops/ledger-trial.ts'
import { temporaryPlace } from '../core/storage/candidate.ts'
import type { SoakResult } from './run.ts'

const perStore = 100_000
/** One process is killed for so many operations. */
const perKill = 10_000

/** `count` random reservations, settlements, expiries and deaths of callers; and processes killed meanwhile. */
export async function soak({ count, seed }: { count: number; seed: number }): Promise<SoakResult> {
  const faults: string[] = []
  const sums = { granted: 0, denied: 0, settled: 0, late: 0, expired: 0, killed: 0, repeated: 0 }
  let ran = 0
  const reserveMs: number[] = []
  for (let part = 0; ran < count && faults.length < 10; part++) {
    const place = await temporaryPlace()
    const store = await openSqliteStore(place.at)
    const result = await ledgerTrial(store, { count: Math.min(perStore, count - ran), seed: seed + part })
    await store.close()
    await place.remove()
    ran += result.ran
    faults.push(...result.faults)
    for (const n of result.reserveMs) reserveMs.push(n)
    for (const key of ['granted', 'settled', 'late', 'expired', 'killed', 'repeated'] as const) sums[key] += result[key]
    sums.denied += Object.values(result.denied).reduce((a, b) => a + b, 0)
  }
  let acknowledged = 0
  const kills = Math.max(1, Math.round(count / perKill))
  const place = await temporaryPlace()
  for (let kill = 0; kill < kills; kill++) {
    const result = await ledgerCrash(place.at, seed + kill)
    acknowledged += result.acknowledged
    faults.push(...result.faults.map((fault) => `kill ${seed + kill}: ${fault}`))
  }
  await place.remove()
  reserveMs.sort((a, b) => a - b)
  const p99 = reserveMs[Math.floor(reserveMs.length * 0.99)] ?? 0
  const counted = Object.entries(sums).map(([key, n]) => `${n} ${key}`)
  return {
    name: 'budgets: reserve, settle, expire, die, by 20 to 100 concurrent callers on the embedded store',
    ran: ran + kills,
    failed: faults.length,
    detail:
      faults.slice(0, 5).join('; ') ||
      `${counted.join(', ')}; ${kills} processes killed, ${acknowledged} acknowledgements kept; reserve p99 ${p99.toFixed(1)} ms`,
  }
}
