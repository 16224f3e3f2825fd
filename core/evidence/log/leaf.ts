import { hash } from 'node:crypto'
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

/** Bytes that SHA-256 takes at once. */
const block = 64

/** What is committed to: the RFC 8785 form of `{actor, artifacts, missionId, payload}`. */
export const bodyText = ({ actor, artifacts, missionId, payload }: EventBody): string =>
  canonical({ actor, artifacts, missionId, payload })

/**
 * Hex of HMAC-SHA-256 with the event's own 32-byte salt over its body's text. HMAC as RFC 2104 has
 * it: Node's own makes a key object of every salt, which costs more than the hashing.
 */
export function commitmentOf(salt: string, text: string): string {
  const inner = Buffer.allocUnsafe(block + Buffer.byteLength(text))
  const outer = Buffer.allocUnsafe(block + 32)
  outer.fill(0, 0, block).write(salt, 'hex')
  for (let i = 0; i < block; i++) {
    inner[i] = outer[i]! ^ 0x36
    outer[i] = outer[i]! ^ 0x5c
  }
  inner.write(text, block)
  outer.set(hash('sha256', inner, 'buffer'), block)
  return hash('sha256', outer, 'hex')
}

/** The leaf's bytes: RFC 8785 of `{commitment, eventId, recordedAt, type, v}`. */
export function leafText({ commitment, eventId, recordedAt, type }: Omit<Leaf, 'v'>): string {
  // RFC 8785 writes texts as JSON.stringify does, and these names stand in its order.
  return JSON.stringify({ commitment, eventId, recordedAt, type, v: 1 })
}
