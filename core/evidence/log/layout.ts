import type { Actor, ArtifactRef } from '../../contracts/index.ts'

/** The one log that there is so far. */
export const logName = 'default'

/** Where a log stands in the store. Leaves and checkpoints are append-only; what can be erased is apart from them. */
export const layout = (log: string) => ({
  /** Leaf texts, one an entry. */
  leaves: `evidence/${log}/leaves`,
  /** `StoredCheckpoint`, one a commit. */
  checkpoints: `evidence/${log}/checkpoints`,
  /** Full tiles: `LEVEL/INDEX` → base 64 of 256 hashes. */
  tiles: `evidence/${log}/tiles`,
  /** `MISSION/INDEX` → `StoredEvent`. */
  events: `evidence/${log}/events`,
  /** Hash of an idempotency key → `StoredAnswer`. */
  answers: `evidence/${log}/answers`,
  /** Attestations signed before, so that a later key does not change an older pack. */
  attestations: `evidence/${log}/attestations`,
  /** `DIGEST/MISSION/INDEX`: which events name an artifact. */
  uses: `evidence/${log}/uses`,
  /** Commit → `{missionId}`: which mission made it. */
  commits: `evidence/${log}/commits`,
  /** Size of a checkpoint → `StoredAnchor`. */
  anchors: `evidence/${log}/anchors`,
  /** Mission → `StoredHold`. */
  holds: `evidence/${log}/holds`,
})
export type Layout = ReturnType<typeof layout>

export interface EventBody {
  actor: Actor
  artifacts: ArtifactRef[]
  missionId: string
  payload: Record<string, unknown>
}

export interface StoredEvent {
  eventId: string
  index: number
  type: string
  recordedAt: string
  commitment: string
  /** 64 hex digits; null after an erasure, as the body. */
  salt: string | null
  body: EventBody | null
  /** Index of the checkpoint that came with it. */
  checkpoint: number
}

export interface StoredCheckpoint {
  size: number
  note: string
}

/** Sorts as the number does. */
export const padded = (n: number): string => String(n).padStart(16, '0')
export const missionPrefix = (missionId: string): string => `${encodeURIComponent(missionId)}/`
export const eventKey = (missionId: string, index: number): string => missionPrefix(missionId) + padded(index)
/** Mission that an event's key files it under. */
export const missionOf = (key: string): string => decodeURIComponent(key.slice(0, key.lastIndexOf('/')))
export const tileKey = (level: number, index: number): string => `${level}/${padded(index)}`
