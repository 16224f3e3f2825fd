import { processesTrial } from '../core/finops/processes.ts'
import { Postgres } from '../support/postgres.ts'
import type { SoakResult } from './run.ts'

const perDatabase = 100_000

/** `count` random reservations, settlements, expiries and kills by five processes on PostgreSQL. */
export async function soak({ count, seed }: { count: number; seed: number }): Promise<SoakResult> {
  const server = await Postgres.start()
  const faults: string[] = []
  const reserveMs: number[] = []
  const sums = { killed: 0, granted: 0, denied: 0, settled: 0, late: 0, expired: 0, commits: 0 }
  let ran = 0
  try {
    for (let part = 0; ran < count && faults.length < 10; part++) {
      const result = await processesTrial(server, {
        count: Math.min(perDatabase, count - ran),
        seed: seed + part * 10_000,
      })
      ran += result.ran
      faults.push(...result.faults)
      for (const ms of result.reserveMs) reserveMs.push(ms)
      for (const name of Object.keys(sums) as (keyof typeof sums)[]) sums[name] += result[name]
    }
  } finally {
    await server.stop()
  }
  reserveMs.sort((a, b) => a - b)
  const p99 = reserveMs[Math.floor(reserveMs.length * 0.99)] ?? 0
  const counted = Object.entries(sums).map(([name, n]) => `${n} ${name}`)
  return {
    name: 'budgets: reserve, settle, expire, die, by five processes with 32 callers each on PostgreSQL',
    ran,
    failed: faults.length,
    detail: faults.slice(0, 5).join('; ') || `${counted.join(', ')}; reserve p99 ${p99.toFixed(1)} ms`,
  }
}
