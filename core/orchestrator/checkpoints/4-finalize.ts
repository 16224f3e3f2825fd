import { buffer } from 'node:stream/consumers'
import type { CallContext, Content } from '../../contracts/index.ts'
import { isoTime } from '../../platform/clock.ts'
import type { Parts } from '../deps.ts'
import { closing, packed } from '../mission.ts'
import { relay } from '../relay.ts'

/** Finalize: the last events, then the pack that proves them, then the mission is completed. */
export async function finalize(parts: Parts, missionId: string, ctx: CallContext): Promise<void> {
  const record = await parts.records.read(missionId)
  if (record.mission.status !== 'open' || record.mission.checkpoints[3]!.status !== 'approved') return
  const { plan, landed } = record
  await parts.records.transition(missionId, (now) =>
    closing(now, {
      ...(plan ? { planDigest: plan.digest } : {}),
      ...(landed ? { resultTree: landed.tree } : {}),
      ...(landed?.headSha === undefined ? {} : { commit: landed.headSha }),
    }),
  )
  await writePack(parts, missionId, ctx)
}

/** Writes the pack of the mission as it stands, keeps it as an artifact, records the export. */
export async function writePack(parts: Parts, missionId: string, ctx: CallContext): Promise<Uint8Array> {
  const { treeSize } = await relay(parts, missionId)
  const answer = await parts.services.evidence.export({ body: { missionId } }, ctx)
  const bytes = await bytesOf(answer)
  const { digest, size } = await parts.blobs.put(bytes)
  await parts.records.transition(missionId, (now) =>
    now.pack?.digest === digest && now.mission.status !== 'open'
      ? { record: now, events: [], work: [] }
      : packed(now, { digest, size, at: isoTime(parts.clock) }, treeSize),
  )
  return bytes
}

const bytesOf = async (content: Content): Promise<Uint8Array> => {
  if (typeof content.body === 'string') return Buffer.from(content.body)
  // Streams come from more than one package, so they are not known by their class.
  return content.body instanceof Uint8Array ? content.body : buffer(content.body)
}
