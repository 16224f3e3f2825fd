import type { AppendEvent } from '../contracts/index.ts'
import { AtomicError } from '../platform/errors.ts'
import type { Store, Write } from '../storage/store.ts'
import { payloads } from './conventions.ts'
import { eventKey, type Layout, type StoredEvent } from './log/layout.ts'
import { missionEvents } from './log/reader.ts'

/**
 * Erasure destroys the salt and the body of events, in the same write that records it. Their
 * leaves stay, so every proof still holds; without the salt the commitment tells nothing.
 * @throws AtomicError `INVALID_REQUEST` where the payload does not name events of this mission.
 */
export async function checkErasure(store: Store, layout: Layout, event: AppendEvent): Promise<string[]> {
  const payload = payloads.erasure.safeParse(event.payload)
  if (!payload.success) throw new AtomicError('INVALID_REQUEST', 'An erasure needs eventIds and a reason.')
  const there = await missionEvents(store, layout, event.missionId)
  const missing = payload.data.eventIds.filter((id) => !there.some((row) => row.eventId === id))
  if (missing.length > 0) throw new AtomicError('NOT_FOUND', 'The erasure names an event that is not of this mission.')
  if (there.some((row) => row.type === 'erasure' && payload.data.eventIds.includes(row.eventId)))
    throw new AtomicError('INVALID_REQUEST', 'An erasure cannot be erased.')
  return payload.data.eventIds
}

export async function erasureWrites(
  store: Store,
  layout: Layout,
  missionId: string,
  eventIds: readonly string[],
): Promise<Write[]> {
  const writes: Write[] = []
  for (const { index, eventId } of await missionEvents(store, layout, missionId)) {
    if (!eventIds.includes(eventId)) continue
    const key = eventKey(missionId, index)
    const row = await store.get<StoredEvent>(layout.events, key)
    if (!row?.value.body) continue
    const value: StoredEvent = { ...row.value, salt: null, body: null }
    writes.push({ put: { collection: layout.events, key, value, expect: row.version } })
  }
  return writes
}
