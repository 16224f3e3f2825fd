import { Pool, type PoolClient } from 'pg'
import { failureOf, isLost } from './failures.ts'
import { lockSpace } from './locks.ts'

/** Connections that read; the sequencer has one of its own, so that no read holds up a write. */
const readers = 4
const connectMs = 10_000
/** No request takes so long unless the network has swallowed it. */
const silenceMs = 60_000

export interface Connections {
  /** Runs with the connection that writes. */
  writing<T>(run: (client: PoolClient) => Promise<T>): Promise<T>
  /** Runs while this session has a lock. */
  holding<T>(lock: number, run: () => Promise<T>): Promise<T>
  /** Reads; once more where the connection was stale. */
  read<T extends object>(query: { name: string; text: string; values: unknown[] }): Promise<T[]>
  close(): Promise<void>
}

export function connect(url: string): Connections {
  const pool = (max: number): Pool => {
    const made = new Pool({
      connectionString: url,
      max,
      // What is sent together needs one way there and back.
      pipeline: true,
      keepAlive: true,
      connectionTimeoutMillis: connectMs,
      query_timeout: silenceMs,
      fallback_application_name: 'atomic',
      allowExitOnIdle: true,
    })
    // A connection that is cut is replaced at its next use; who uses it now is told by the request's own answer.
    made.on('error', () => {})
    made.on('connect', (client) => client.on('error', () => {}))
    return made
  }
  const [reading, writer, holders] = [pool(readers), pool(1), pool(readers)]
  const read = async <T extends object>(query: { name: string; text: string; values: unknown[] }): Promise<T[]> =>
    (await reading.query<T>(query)).rows

  return {
    async writing(run) {
      const client = await writer.connect()
      let broken = true
      try {
        const value = await run(client)
        broken = false
        return value
      } finally {
        // After a failure its transaction may still be open.
        client.release(broken)
      }
    },
    async holding(lock, run) {
      const client = await holders.connect()
      let broken = true
      try {
        await client.query(`set lock_timeout = '10s'; select pg_advisory_lock(${lockSpace}, ${lock})`)
        const value = await run()
        await client.query(`select pg_advisory_unlock(${lockSpace}, ${lock})`)
        broken = false
        return value
      } finally {
        // With its connection a lock goes, too.
        client.release(broken)
      }
    },
    async read<T extends object>(query: { name: string; text: string; values: unknown[] }) {
      try {
        return await read<T>(query).catch((error) => {
          if (!isLost(error)) throw error
          return read<T>(query)
        })
      } catch (error) {
        throw failureOf(error)
      }
    },
    async close() {
      await Promise.all([reading.end(), writer.end(), holders.end()])
    },
  }
}
