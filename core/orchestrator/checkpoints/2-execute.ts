import type { ApplyAnswer, Batch, CallContext, PlannedBatch, PlannedChange } from '../../contracts/index.ts'
import { diffName, type EventPayload } from '../../evidence/conventions.ts'
import { isoTime } from '../../platform/clock.ts'
import { AtomicError } from '../../platform/errors.ts'
import { diffOfChanges } from '../changes.ts'
import type { Parts } from '../deps.ts'
import { batchApplied, began } from '../mission.ts'
import { fromJsonBlob, toJsonBlob } from '../show.ts'
import type { MissionRecord } from '../types.ts'
import { preflight } from './1-plan.ts'

const batchIdOf = (index: number): string => `batch-${String(index + 1).padStart(3, '0')}`

export const batchesOf = (record: MissionRecord): Batch[] => record.mission.checkpoints[1]!.batches!

/** The next batch of the plan, with its texts; undefined when all are applied or there is no plan. */
export async function nextPlanned(parts: Parts, record: MissionRecord): Promise<PlannedBatch | undefined> {
  if (!record.plan) return undefined
  const derivation = await fromJsonBlob<ApplyAnswer>(parts.blobs, record.plan.derivation)
  return derivation.batches[batchesOf(record).length]
}

/** Execute: one batch, gone through the gateway, landed exactly as planned, recorded. Idempotent by batch. */
export async function applyBatch(
  parts: Parts,
  record: MissionRecord,
  batch: { title: string; operations?: number[]; changes: PlannedChange[]; baseTree: string; resultTree: string },
  ctx: CallContext,
): Promise<{ record: MissionRecord; batch: Batch }> {
  const { missionId } = record.mission
  const index = batchesOf(record).length
  // A deleted or moved file has no text, but its path is judged.
  const texts = batch.changes.map(({ path, after }) => ({ path, content: after ?? '' }))
  await preflight(parts, record, texts, ctx)
  return parts.turns.run(missionId, () => land(parts, missionId, index, batch))
}

async function land(
  parts: Parts,
  missionId: string,
  index: number,
  batch: Parameters<typeof applyBatch>[2],
): Promise<{ record: MissionRecord; batch: Batch }> {
  const batchId = batchIdOf(index)
  const ready = await parts.records.transition(missionId, (now) =>
    batchesOf(now)[index] ? { record: now, events: [], work: [] } : began(now),
  )
  const expectedHead = ready.landed?.headSha ?? ready.pull?.headSha
  const landed = await parts.worksiteOf(ready).land({
    record: ready,
    kind: 'apply',
    batchId,
    title: batch.title,
    changes: batch.changes,
    ...(expectedHead === undefined ? {} : { expectedHead }),
    expectedTree: batch.baseTree,
    resultTree: batch.resultTree,
    trailers: trailers(ready, batchId, 'apply', batch.resultTree),
  })
  const changes = await toJsonBlob(parts.blobs, batch.changes)
  const diff = await parts.blobs.put(Buffer.from(diffOfChanges(batch.changes)))
  const applied: Batch = {
    batchId,
    status: 'applied',
    files: [],
    ...(batch.operations === undefined ? {} : { operations: batch.operations }),
    ...(landed.commit === undefined ? {} : { commit: landed.commit }),
    createdAt: isoTime(parts.clock),
  }
  const payload: EventPayload<'batch.applied'> = {
    batchId,
    ...(ready.plan ? { index } : {}),
    title: batch.title,
    ...(batch.operations === undefined ? {} : { operations: batch.operations }),
    ...(landed.commit === undefined ? {} : { commit: landed.commit }),
    baseTree: batch.baseTree,
    resultTree: batch.resultTree,
    paths: batch.changes.map((c) => c.path),
  }
  const artifacts = [{ name: diffName(index + 1, batchId), ...diff, mediaType: 'text/x-diff' }]
  const place = { tree: landed.tree, ...(landed.commit === undefined ? {} : { headSha: landed.commit }) }
  const after = await parts.records.transition(missionId, (now) => {
    if (!batchesOf(now)[index]) return batchApplied(now, applied, changes.digest, place, { payload, artifacts })
    if (now.batchChanges[batchId] !== changes.digest)
      throw new AtomicError('BATCH_CONFLICT', 'Another batch was applied in the meantime.')
    return { record: now, events: [], work: [] }
  })
  return { record: after, batch: batchesOf(after)[index]! }
}

/** What a commit of Atomic's says of itself; CI finds mission and base by it. */
export const trailers = (
  record: MissionRecord,
  batchId: string,
  kind: 'apply' | 'rollback',
  resultTree: string,
): Record<string, string> => ({
  'Atomic-Mission': record.mission.missionId,
  'Atomic-Batch': batchId,
  'Atomic-Batch-Kind': kind,
  ...(record.pull ? { 'Atomic-Base': record.pull.headSha } : {}),
  ...(record.plan ? { 'Atomic-Base-Tree': record.plan.baseTree, 'Atomic-Plan-Digest': record.plan.digest } : {}),
  'Atomic-Result-Tree': resultTree,
})

/** All batches that are left, one after another: what an approved mission on a pull request does by itself. */
export async function execute(parts: Parts, missionId: string, ctx: CallContext): Promise<void> {
  for (;;) {
    const record = await parts.records.read(missionId)
    if (record.mission.status !== 'open' || record.mission.checkpoints[1]!.status !== 'approved') return
    const planned = await nextPlanned(parts, record)
    if (!planned) throw new AtomicError('CHECKPOINT_ORDER', 'There is no batch left to apply.')
    await applyBatch(parts, record, planned, ctx)
  }
}
