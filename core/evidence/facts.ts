import type { Blobs } from '../storage/blobs.ts'
import type { EventBody, StoredEvent } from './log/layout.ts'
import type { RecordedFact } from './mission-view.ts'
import { payloadArtifact, withPayload } from './payloads.ts'

async function whole(body: EventBody, blobs: Blobs): Promise<EventBody> {
  const artifact = payloadArtifact(body)
  return artifact ? withPayload(body, await blobs.get(artifact.digest)) : body
}

/** Events as they were told, large payloads read from where they are kept. */
export async function factsOf(rows: readonly StoredEvent[], blobs: Blobs): Promise<RecordedFact[]> {
  const facts: RecordedFact[] = []
  for (const { index, eventId, type, recordedAt, body } of rows)
    facts.push({ index, eventId, type, recordedAt, body: body && (await whole(body, blobs)) })
  return facts
}
