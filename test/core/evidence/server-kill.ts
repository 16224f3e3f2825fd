import { setTimeout as sleep } from 'node:timers/promises'
import type { Postgres } from '../../support/postgres.ts'
import { postgresCandidate } from '../storage/candidate.ts'
import { type Appending, crashRound, type LogKey, prove, startAppending } from './crash.ts'
import { seeded } from './tamper.ts'

/** What is killed: who appends, the server, or one of the processes that it answers with, which makes it restart. */
export const victims = ['client', 'server', 'backend'] as const

const patienceMs = 240_000

async function untilAcknowledged(appending: Appending, count: number): Promise<void> {
  const deadline = Date.now() + patienceMs
  while (appending.acknowledged.length < count) {
    if (Date.now() > deadline || appending.process.exitCode !== null)
      throw new Error(`no more than ${appending.acknowledged.length} events were acknowledged`)
    await sleep(2)
  }
}

/** SIGKILL while a process appends to a log in PostgreSQL: it goes on by itself, and nothing it was told is lost or doubled. */
export async function postgresKill(
  server: Postgres,
  place: { at: string; database: string },
  key: LogKey,
  seed: number,
): Promise<{ acknowledged: number; faults: string[] }> {
  const log = { candidate: postgresCandidate(server), at: place.at }
  const victim = victims[seed % victims.length]!
  if (victim === 'client') return crashRound(log, key, seed)
  const random = seeded(seed)
  const appending = startAppending(log, key)
  try {
    await untilAcknowledged(appending, 1 + random(100))
    await sleep(random(6))
    if (victim === 'server') {
      await server.kill()
      await server.resume()
    } else {
      const client = await server.client()
      const { rows } = await client.query<{ pid: number }>(
        "select pid from pg_stat_activity where datname = $1 and application_name = 'atomic'",
        [place.database],
      )
      await client.end()
      process.kill(rows[random(rows.length)]!.pid, 'SIGKILL')
    }
    await untilAcknowledged(appending, appending.acknowledged.length + 20)
  } finally {
    appending.process.kill('SIGKILL')
    await appending.ended
  }
  return { acknowledged: appending.acknowledged.length, faults: await prove(log, key, appending.acknowledged) }
}
