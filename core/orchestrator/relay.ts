import type { AppendEvent } from '../contracts/index.ts'
import { type Parts, serviceContext } from './deps.ts'

/**
 * Brings a mission's events into the evidence log, in their order, each exactly once: the event's
 * id is its idempotency key, so an append whose answer was lost is not made twice.
 */
export async function relay(parts: Parts, missionId: string): Promise<{ treeSize: number }> {
  const { store, records, services } = parts
  const row = await store.get<{ next: number; treeSize: number }>('missions.relayed', missionId)
  let next = row?.value.next ?? 0
  let treeSize = row?.value.treeSize ?? 0
  let version = row?.version ?? 0
  for (;;) {
    const events = await records.events(missionId, next)
    if (events.length === 0) return { treeSize }
    for (const event of events) {
      const { seq, ordinal, id, type, at, actor, artifacts } = event
      const payload = {
        ...event.payload,
        at,
        ...(ordinal === undefined ? {} : { seq: ordinal }),
      } as AppendEvent['payload']
      const answer = await services.evidence.append(
        { body: { missionId, type, actor, payload, artifacts } },
        serviceContext(id, id),
      )
      treeSize = answer.treeSize
      next = seq + 1
    }
    await store.commit([
      { put: { collection: 'missions.relayed', key: missionId, value: { next, treeSize }, expect: version } },
    ])
    version++
  }
}
