import { AtomicError } from '../../platform/errors.ts'
import type { Row, Store } from '../../storage/store.ts'
import { type Layout, missionOf, missionPrefix, padded, type StoredCheckpoint, type StoredEvent } from './layout.ts'

const pageSize = 500

/** Rows of a collection, in the order of their keys. */
export async function* rowsOf<T>(store: Store, collection: string, prefix = ''): AsyncGenerator<Row<T>> {
  let after: string | undefined
  for (;;) {
    const page = await store.list<T>(collection, {
      prefix,
      limit: pageSize,
      ...(after === undefined ? {} : { after }),
    })
    yield* page
    after = page.at(-1)?.key
    if (page.length < pageSize) return
  }
}

/** The events of a mission in the order of the log. @throws AtomicError `NOT_FOUND` where there are none. */
export async function missionEvents(store: Store, layout: Layout, missionId: string): Promise<StoredEvent[]> {
  const events: StoredEvent[] = []
  for await (const { value } of rowsOf<StoredEvent>(store, layout.events, missionPrefix(missionId))) events.push(value)
  if (events.length === 0) throw new AtomicError('NOT_FOUND', 'No event of this mission is recorded.')
  return events
}

/** Every mission with its events; `missionId` as the rows are filed, also where the bodies are erased. */
export async function* allMissions(
  store: Store,
  layout: Layout,
): AsyncGenerator<{ missionId: string; events: StoredEvent[] }> {
  let missionId: string | undefined
  let events: StoredEvent[] = []
  for await (const { key, value: event } of rowsOf<StoredEvent>(store, layout.events)) {
    const filed = missionOf(key)
    if (filed !== missionId) {
      if (missionId !== undefined) yield { missionId, events }
      missionId = filed
      events = []
    }
    events.push(event)
  }
  if (missionId !== undefined) yield { missionId, events }
}

export async function checkpointAt(store: Store, layout: Layout, index: number): Promise<StoredCheckpoint> {
  const [entry] = await store.entries<StoredCheckpoint>(layout.checkpoints, index, 1)
  if (!entry) throw new AtomicError('INTERNAL', `Checkpoint ${padded(index)} of the log is missing.`)
  return entry.value
}
