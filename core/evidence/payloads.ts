import type { ArtifactRef } from '../contracts/index.ts'
import { canonical } from '../platform/canonical.ts'
import type { EventBody } from './log/layout.ts'

/** A payload larger than this is kept as an artifact, and the event names it by digest. */
const largestPayload = 64 * 1024
const artifactName = 'payload.json'

/** The event as it is recorded: `payload` is `{"artifact": DIGEST}` where it was too large to stand there. */
export async function withLargePayloadApart(
  body: { payload: EventBody['payload']; artifacts: readonly ArtifactRef[] },
  put: (data: Uint8Array) => Promise<{ digest: string; size: number }>,
): Promise<{ payload: EventBody['payload']; artifacts: ArtifactRef[] }> {
  const { payload } = body
  const artifacts = [...body.artifacts]
  const data = Buffer.from(canonical(payload))
  if (data.length <= largestPayload) return { payload, artifacts }
  const stored = await put(data)
  const artifact = { name: artifactName, ...stored, mediaType: 'application/json' }
  return { payload: { artifact: stored.digest }, artifacts: [...artifacts, artifact] }
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
