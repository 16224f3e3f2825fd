import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import type { Turn } from '../turn.ts'
import { lockSpace, turnLock } from './locks.ts'

const channel = 'atomic_turn'
const tryMs = 1_000
/** Two of these without an answer, and the turn is given up here; the server does so a little later. */
const beatMs = 5_000

/**
 * A turn that is a lock of a session: the server takes it back when the connection ends. Asked for
 * again and again rather than waited for, since a statement that waits keeps the server from vacuuming.
 */
export function takeTurns(url: string): Turn {
  const watchers: (() => void)[] = []
  const ending = new AbortController()
  let client: Client | undefined
  let mine = false

  const tell = (): void => {
    for (const told of watchers) told()
  }
  const have = (now: boolean): void => {
    if (mine === now) return
    mine = now
    tell()
  }

  async function session(): Promise<void> {
    const own = new Client({ connectionString: url, keepAlive: true, query_timeout: 2 * beatMs, pipeline: true })
    let open = true
    own.on('error', () => {
      open = false
      have(false)
    })
    own.on('notification', () => {
      if (mine) tell()
    })
    try {
      await own.connect()
      await own.query(`listen ${channel}`)
      // A holder that has vanished from the network shall not keep the turn for hours.
      await own.query('set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 3')
      client = own
      while (open && !ending.signal.aborted) {
        const sql = mine ? 'select true as got' : `select pg_try_advisory_lock(${lockSpace}, ${turnLock}) as got`
        have((await own.query<{ got: boolean }>(sql)).rows[0]!.got)
        await sleep(mine ? beatMs : tryMs, undefined, { signal: ending.signal, ref: false }).catch(() => {})
      }
    } finally {
      client = undefined
      have(false)
      await own.end().catch(() => {})
    }
  }

  async function sessions(): Promise<void> {
    while (!ending.signal.aborted) {
      await session().catch(() => {})
      await sleep(tryMs, undefined, { signal: ending.signal, ref: false }).catch(() => {})
    }
  }
  const running = sessions()

  return {
    get mine() {
      return mine
    },
    watch: (told) => void watchers.push(told),
    call: () => void client?.query(`notify ${channel}`).catch(() => {}),
    async close() {
      ending.abort()
      await running
    },
  }
}
