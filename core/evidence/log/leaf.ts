import { createHmac } from 'node:crypto'
import { canonical } from '../../platform/canonical.ts'
import type { EventBody } from './layout.ts'

/** What a leaf of the log says of an event: everything but what it was about, which stays behind a salted commitment. */
export interface Leaf {
  commitment: string
  eventId: string
  recordedAt: string
  type: string
  v: 1
}

/** Hex of HMAC-SHA-256 with the event's own 32-byte salt over the RFC 8785 form of `{actor, artifacts, missionId, payload}`. */
export const commitmentOf = (salt: string, { actor, artifacts, missionId, payload }: EventBody): string =>
  createHmac('sha256', Buffer.from(salt, 'hex'))
    .update(canonical({ actor, artifacts, missionId, payload }))
    .digest('hex')

/** The leaf's bytes: RFC 8785 of `{commitment, eventId, recordedAt, type, v}`. */
export const leafText = ({ commitment, eventId, recordedAt, type }: Omit<Leaf, 'v'>): string =>
  canonical({ commitment, eventId, recordedAt, type, v: 1 })
