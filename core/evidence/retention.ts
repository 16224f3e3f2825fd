import type { Clock } from '../platform/clock.ts'
import type { Blobs } from '../storage/blobs.ts'
import type { Store } from '../storage/store.ts'
import { outcomeOf } from './claims.ts'
import { factsOf } from './facts.ts'
import { isHeld, recordedUnder } from './holds.ts'
import type { Layout, StoredEvent } from './log/layout.ts'
import { allMissions } from './log/reader.ts'
import { viewMission } from './mission-view.ts'

const dayMs = 86_400_000

interface RetentionParts {
  store: Store
  layout: Layout
  blobs: Blobs
  clock: Clock
  erase(missionId: string, eventIds: string[]): Promise<unknown>
}

/**
 * Erases what is older than `days`: a mission as a whole once it has ended and its last event is
 * that old; events that belong to no mission one by one. Proofs stay, and so does what is held.
 * @returns the missions of which something was erased.
 */
export async function applyRetention(parts: RetentionParts, days: number): Promise<string[]> {
  const { store, layout, blobs, clock, erase } = parts
  const cutoff = new Date(clock.now() - days * dayMs).toISOString()
  const old = (row: StoredEvent): boolean => row.recordedAt < cutoff
  const erased: string[] = []
  for await (const { missionId, events } of allMissions(store, layout)) {
    const left = events.filter((row) => row.body !== null && row.type !== 'erasure')
    if (missionId === recordedUnder || !left.some(old) || (await isHeld(store, layout, missionId))) continue
    const isMission = events.some((row) => row.type === 'mission.created')
    if (
      isMission &&
      !(events.every((row) => old(row) || row.type === 'erasure') && (await ended(missionId, events, blobs)))
    )
      continue
    await erase(
      missionId,
      left.filter(old).map((row) => row.eventId),
    )
    erased.push(missionId)
  }
  return erased
}

const ended = async (missionId: string, events: readonly StoredEvent[], blobs: Blobs): Promise<boolean> =>
  outcomeOf(viewMission(missionId, await factsOf(events, blobs))) !== 'open'
