import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { openLedger } from '../../../core/finops/ledger.ts'
import { openPostgresStore } from '../../../core/storage/postgres/open.ts'
import type { Postgres } from '../../support/postgres.ts'
import { seeded } from '../../support/random.ts'
import { audit } from './ledger-trial.ts'
import { createHistory, History, type Told } from './processes-history.ts'

export interface ProcessesResult {
  ran: number
  killed: number
  granted: number
  denied: number
  settled: number
  expired: number
  late: number
  commits: number
  faults: string[]
  /** ms, sorted. */
  reserveMs: number[]
}

const child = fileURLToPath(new URL('./processes-child.ts', import.meta.url))
const processes = 5
/** Between two audits, while nobody writes. */
const perRound = 20_000

/** Runs a process to its end, or until so many lines have come and it is killed; answers what it said. */
async function runChild(at: string, seed: number, count: number, tag: string, killAfter: number): Promise<Told[]> {
  const running = spawn(process.execPath, [child, at, String(seed), String(count), tag], {
    stdio: ['ignore', 'pipe', 'inherit'],
    // Hundreds are started in a long trial: what was compiled once is not compiled again.
    env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'atomic-trial-modules') },
  })
  const closed = once(running, 'close')
  const told: Told[] = []
  for await (const line of createInterface({ input: running.stdout })) {
    // The last line may be torn by the kill: then nobody was told.
    if (line.endsWith('}')) told.push(JSON.parse(line) as Told)
    if (told.length === killAfter) running.kill('SIGKILL')
  }
  const [code, signal] = (await closed) as [number | null, string | null]
  if (code !== 0 && signal !== 'SIGKILL') throw new Error(`a process ended with ${code ?? signal}`)
  return told
}

/**
 * `count` random reservations, settlements (in time, late, repeated) and expiries by five processes on
 * one database, one of them killed in each round and started again. What the database noted of each
 * commit must be a history without overspending that explains every answer, in the order of time.
 */
export async function processesTrial(
  server: Postgres,
  { count, seed }: { count: number; seed: number },
): Promise<ProcessesResult> {
  const random = seeded(seed)
  const place = await server.place()
  const store = await openPostgresStore(place.at)
  const client = await server.client(place.database)
  await createHistory(client)
  const actor = { login: 'trial', type: 'agent' as const }
  const ledger = openLedger({ store, clock: { now: Date.now }, emit: async () => {} })
  await ledger.post({ kind: 'set', scope: 'organisation:acme', total: '12', actor })
  for (let team = 0; team < 6; team++) await ledger.post({ kind: 'set', scope: `team:${team}`, total: '3', actor })

  const history = new History()
  const result: ProcessesResult = {
    ran: 0,
    killed: 0,
    granted: 0,
    denied: 0,
    settled: 0,
    expired: 0,
    late: 0,
    commits: 0,
    faults: [],
    reserveMs: [],
  }
  for (let round = 0; result.ran < count && result.faults.length < 10; round++) {
    const each = Math.ceil(Math.min(perRound, count - result.ran) / processes)
    const victim = Math.floor(random() * processes)
    const killAfter = 1 + Math.floor(random() * each * 0.6)
    const told = await Promise.all(
      Array.from({ length: processes }, async (_, i) => {
        const seedOf = seed + round * 100 + i
        const first = await runChild(place.at, seedOf, each, `${round}.${i}`, i === victim ? killAfter : -1)
        if (i !== victim) return first
        result.killed++
        const rest = await runChild(place.at, seedOf + 50, Math.max(1, each - first.length), `${round}.${i}b`, -1)
        return [...first, ...rest]
      }),
    )
    const all = told.flat()
    result.ran += all.length
    for (const { kind, denied, begun, ended } of all) {
      if (kind === 'reserve') result.reserveMs.push((ended - begun) / 1_000)
      if (denied !== undefined) result.denied++
      else if (kind === 'reserve') result.granted++
      else if (kind === 'settle') result.settled++
    }
    await history.read(client)
    result.faults.push(...history.faults.splice(0).map((f) => `seed ${seed}, round ${round}: ${f}`))
    result.faults.push(...history.explain(all).map((f) => `seed ${seed}, round ${round}: ${f}`))
  }
  result.faults.push(...(await audit(store)))
  result.expired = history.expired
  result.late = history.late
  result.commits = history.commits
  result.reserveMs.sort((a, b) => a - b)
  await client.end()
  await store.close()
  await place.remove()
  return result
}
