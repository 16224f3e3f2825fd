import { newKey } from '../../core/evidence/log/keys.ts'
import { crashRound as logCrash } from '../core/evidence/crash.ts'
import { powerCuts } from '../core/evidence/power-cut.ts'
import { postgresKill } from '../core/evidence/server-kill.ts'
import { origin } from '../core/evidence/world.ts'
import { sqliteCandidate } from '../core/storage/candidate.ts'
import { crashRound } from '../core/storage/crash.ts'
import { canMount, Disk } from '../core/storage/disk.ts'
import { Postgres } from '../support/postgres.ts'
import type { SoakResult } from './run.ts'

interface Options {
  count: number
  seed: number
}
interface Round {
  acknowledged: number
  faults: string[]
}

/** `count` rounds, each ten in one place; what was lost or torn by them. */
async function rounds<P extends { remove(): Promise<void> }>(
  name: string,
  { count, seed }: Options,
  place: () => Promise<P>,
  run: (place: P, seed: number) => Promise<Round>,
): Promise<SoakResult> {
  const faults: string[] = []
  let [failed, acknowledged] = [0, 0]
  let here: P | undefined
  for (let round = 0; round < count; round++) {
    if (round % 10 === 0) {
      await here?.remove()
      here = await place()
    }
    const result = await run(here!, seed + round)
    acknowledged += result.acknowledged
    if (result.faults.length > 0) failed++
    faults.push(...result.faults.map((fault) => `seed ${seed + round}: ${fault}`))
  }
  await here?.remove()
  const good = `${acknowledged} acknowledged, none lost, torn or doubled`
  return { name, ran: count, failed, detail: faults.slice(0, 5).join('; ') || good }
}

async function soakPowerCuts({ count, seed }: Options): Promise<SoakResult> {
  const name = 'the log on SQLite, its power cut'
  if (!canMount())
    return { name, ran: 0, failed: 0, detail: 'NOT RUN: it takes root with the right to mount loop devices' }
  const faults: string[] = []
  let acknowledged = 0
  // A disk for each part, so that none grows full.
  for (let done = 0; done < count; done += 10) {
    const disk = await Disk.create()
    try {
      const result = await powerCuts(disk, newKey(origin), { count: Math.min(10, count - done), seed: seed + done })
      acknowledged += result.acknowledged
      faults.push(...result.faults)
    } finally {
      await disk.remove()
    }
  }
  const good = `${acknowledged} acknowledged events, all proved on the disk as it came up again`
  return { name, ran: count, failed: faults.length, detail: faults.slice(0, 5).join('; ') || good }
}

async function onSqlite({ count, seed }: Options): Promise<SoakResult[]> {
  const key = newKey(origin)
  return [
    await rounds('the embedded store, killed while it commits', { count, seed }, sqliteCandidate.place, (place, s) =>
      crashRound(sqliteCandidate, place.at, s),
    ),
    await rounds('the log on SQLite, killed while it appends', { count, seed }, sqliteCandidate.place, (place, s) =>
      logCrash({ candidate: sqliteCandidate, at: place.at }, key, s),
    ),
    await soakPowerCuts({ count, seed }),
  ]
}

async function onPostgres({ count, seed }: Options): Promise<SoakResult[]> {
  const key = newKey(origin)
  const server = await Postgres.start()
  try {
    const half = { count: Math.ceil(count / 2), seed }
    const name = 'the log on PostgreSQL, client, server or backend killed'
    return [
      await rounds(
        name,
        half,
        () => server.place(),
        (place, s) => postgresKill(server, place, key, s),
      ),
    ]
  } finally {
    await server.stop()
  }
}

/**
 * Kills and power cuts on SQLite, `count` of each; half as many kills of PostgreSQL and of those who
 * use it. `ATOMIC_SOAK_STORE` names one of them: sqlite, postgres.
 */
export async function soak(options: Options): Promise<SoakResult> {
  const stores = { sqlite: onSqlite, postgres: onPostgres }
  const parts: SoakResult[] = []
  for (const [name, run] of Object.entries(stores))
    if ((process.env.ATOMIC_SOAK_STORE ?? name) === name) parts.push(...(await run(options)))
  return {
    name: 'storage',
    ran: parts.reduce((sum, p) => sum + p.ran, 0),
    failed: parts.reduce((sum, p) => sum + p.failed, 0),
    detail: parts.map((p) => `${p.name}: ${p.ran} rounds, ${p.failed} failed; ${p.detail}`).join('\n       '),
  }
}
