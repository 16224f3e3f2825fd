import type { AppendEvent } from '../contracts/index.ts'
import { AtomicError } from '../platform/errors.ts'
import type { Store, Write } from '../storage/store.ts'
import { unuseWrites } from './artifact-uses.ts'
import { payloads } from './conventions.ts'
import { isHeld } from './holds.ts'
import { eventKey, type Layout, type StoredEvent } from './log/layout.ts'
import { missionEvents } from './log/reader.ts'

interface Erasure {
  eventIds: string[]
  /** Of artifacts that the erased events name. */
  digests: string[]
}

/**
 * Erasure destroys the salt and the body of events, in the same write that records it. Their
 * leaves stay, so every proof still holds; without the salt the commitment tells nothing.
 * Artifacts that no other event names are destroyed after it.
 * @throws AtomicError `LEGAL_HOLD`; `INVALID_REQUEST` or `NOT_FOUND` where the payload does not name events of this mission.
 */
export async function checkErasure(store: Store, layout: Layout, event: AppendEvent): Promise<Erasure> {
  const payload = payloads.erasure.safeParse(event.payload)
  if (!payload.success) throw new AtomicError('INVALID_REQUEST', 'An erasure needs eventIds and a reason.')
  if (await isHeld(store, layout, event.missionId))
    throw new AtomicError('LEGAL_HOLD', 'The mission is under legal hold: nothing of it may be erased.')
  const there = await missionEvents(store, layout, event.missionId)
  const missing = payload.data.eventIds.filter((id) => !there.some((row) => row.eventId === id))
  if (missing.length > 0) throw new AtomicError('NOT_FOUND', 'The erasure names an event that is not of this mission.')
  if (there.some((row) => row.type === 'erasure' && payload.data.eventIds.includes(row.eventId)))
    throw new AtomicError('INVALID_REQUEST', 'An erasure cannot be erased.')
  const ids = new Set(payload.data.eventIds)
  const erased = there.filter((row) => ids.has(row.eventId))
  const digests = erased.flatMap((row) => row.body?.artifacts.map((a) => a.digest) ?? [])
  return { eventIds: payload.data.eventIds, digests }
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
    const digests = row.value.body.artifacts.map((a) => a.digest)
    writes.push(...unuseWrites(layout, missionId, index, digests))
  }
  return writes
}
