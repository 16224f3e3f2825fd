import type { Batch, Mission, PlannedChange } from '../contracts/index.ts'
import type { Blobs } from '../storage/blobs.ts'
import type { MissionRecord } from './types.ts'

export const toJsonBlob = (blobs: Blobs, value: unknown): Promise<{ digest: string; size: number }> =>
  blobs.put(Buffer.from(JSON.stringify(value)))
export const fromJsonBlob = async <T>(blobs: Blobs, digest: string): Promise<T> =>
  JSON.parse(Buffer.from(await blobs.get(digest)).toString('utf8')) as T

/** The mission as the API shows it: batches with their texts, the source with its files. */
export async function showMission(blobs: Blobs, record: MissionRecord): Promise<Mission> {
  const mission = structuredClone(record.mission)
  for (const point of mission.checkpoints)
    if (point.batches) point.batches = await Promise.all(point.batches.map((batch) => showBatch(blobs, record, batch)))
  if (record.sourceFiles !== undefined) mission.source = { files: await fromJsonBlob(blobs, record.sourceFiles) }
  return mission
}

export async function showBatch(blobs: Blobs, record: MissionRecord, batch: Batch): Promise<Batch> {
  const changes = await batchChanges(blobs, record, batch.batchId)
  return { ...batch, files: changes.map(({ path, before, after }) => ({ path, before, after })) }
}

export const batchChanges = (blobs: Blobs, record: MissionRecord, batchId: string): Promise<PlannedChange[]> =>
  fromJsonBlob(blobs, record.batchChanges[batchId]!)
