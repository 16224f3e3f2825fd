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

/** Writes the pack of the mission as it stands, keeps it as an artifact, records the export; answers its digest. */
export async function writePack(parts: Parts, missionId: string, ctx: CallContext): Promise<string> {
  const { treeSize } = await relay(parts, missionId)
  const answer = await parts.services.evidence.export({ body: { missionId } }, ctx)
  const { digest, size } = await kept(parts, answer)
  await parts.records.transition(missionId, (now) =>
    now.pack?.digest === digest && now.mission.status !== 'open'
      ? { record: now, events: [], work: [] }
      : packed(now, { digest, size, at: isoTime(parts.clock) }, treeSize),
  )
  return digest
}

/** A pack may be larger than memory: it goes to the disk as it comes. */
function kept({ blobs }: Parts, { body }: Content): ReturnType<Parts['blobs']['put']> {
  if (typeof body === 'string') return blobs.put(Buffer.from(body))
  // Streams come from more than one package, so they are not known by their class.
  return body instanceof Uint8Array ? blobs.put(body) : blobs.keep(body)
}
