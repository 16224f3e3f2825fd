import type { AppendEvent, ArtifactRef } from '../contracts/index.ts'
import { canonical } from '../platform/canonical.ts'
import { AtomicError } from '../platform/errors.ts'
import type { EventBody } from './log/layout.ts'
import { bodyText } from './log/leaf.ts'
import { bodyOf, type Entry } from './log/record-group.ts'

/** A payload larger than this is kept as an artifact, and the event names it by digest. */
const largestPayload = 64 * 1024
const artifactName = 'payload.json'

/** Characters of a body; more than this nobody should have to read again and again. */
const largestEvent = 4 * 1024 * 1024
/** Bytes that UTF-8 needs for a UTF-16 unit at most. */
const widest = 3

/** What is committed to. @throws AtomicError `INVALID_REQUEST`, `TOO_LARGE`. */
function checkedText(event: AppendEvent): string {
  let text: string
  try {
    text = bodyText(bodyOf(event))
  } catch (cause) {
    // RFC 8785 has no form for a lone surrogate: such an event could not be proved.
    throw new AtomicError('INVALID_REQUEST', { detail: 'The event has text that is not Unicode.', cause })
  }
  if (text.length > largestEvent)
    throw new AtomicError('TOO_LARGE', `The event is larger than ${largestEvent} bytes: make its content an artifact.`)
  return text
}

/**
 * The event as it is recorded, and its text: `payload` is `{"artifact": DIGEST}` where it was too
 * large to stand there. @throws AtomicError `INVALID_REQUEST`, `TOO_LARGE`.
 */
export async function recordable(
  event: AppendEvent,
  put: (data: Uint8Array) => Promise<{ digest: string; size: number }>,
): Promise<Pick<Entry, 'event' | 'text'>> {
  const text = checkedText(event)
  if (text.length * widest <= largestPayload) return { event, text }
  const data = Buffer.from(canonical(event.payload))
  if (data.length <= largestPayload) return { event, text }
  const stored = await put(data)
  const artifact = { name: artifactName, ...stored, mediaType: 'application/json' }
  const apart = { ...event, payload: { artifact: stored.digest }, artifacts: [...(event.artifacts ?? []), artifact] }
  return { event: apart, text: bodyText(bodyOf(apart)) }
}

/** The artifact that stands for an event's payload. */
export function payloadArtifact({ payload, artifacts }: EventBody): ArtifactRef | undefined {
  if (Object.keys(payload).length !== 1) return undefined
  return artifacts.find(({ name, digest }) => name === artifactName && digest === payload.artifact)
}

/** The event with the payload that it was given. @throws TypeError where the artifact is no JSON object. */
export function withPayload(body: EventBody, data: Uint8Array): EventBody {
  const payload: unknown = JSON.parse(Buffer.from(data).toString())
  if (payload === null || typeof payload !== 'object' || Array.isArray(payload)) throw new TypeError('not an object')
  return { ...body, payload: payload as EventBody['payload'] }
}
