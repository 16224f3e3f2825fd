import type { Clock } from '../../core/platform/clock.ts'
import type { Store, Write } from '../../core/storage/store.ts'

/** Rows that are kept for a while only. An index by time makes finding them a range scan. */

const collection = 'http.expiry'

/** The write that lets a row go at a time (ms); commit it with the row itself. */
export const expires = (of: string, key: string, at: number): Write => ({
  put: { collection, key: `${new Date(at).toISOString()} ${of} ${key}`, value: { collection: of, key } },
})

/** Removes what is past its time; answers how many rows went. */
export async function sweep(store: Store, clock: Clock): Promise<number> {
  const now = new Date(clock.now()).toISOString()
  let gone = 0
  for (;;) {
    const rows = await store.list<{ collection: string; key: string }>(collection, { limit: 200 })
    const due = rows.filter((row) => row.key < now)
    if (due.length === 0) return gone
    await store.commit(due.flatMap((row): Write[] => [{ remove: row.value }, { remove: { collection, key: row.key } }]))
    gone += due.length
  }
}
