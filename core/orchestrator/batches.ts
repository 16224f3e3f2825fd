import type { Actor, Batch, CallContext, CreateBatch, FileChange, PlannedChange } from '../contracts/index.ts'
import { type Tree, treeFromFiles, treeId } from '../dte/tree.ts'
import { diffName, type EventPayload } from '../evidence/conventions.ts'
import { AtomicError } from '../platform/errors.ts'
import { diffOfChanges, inverse, plannedFrom, treeAfter } from './changes.ts'
import { applyBatch, batchesOf, nextPlanned, trailers } from './checkpoints/2-execute.ts'
import type { Parts } from './deps.ts'
import { batchRolledBack } from './mission.ts'
import { batchChanges, showBatch } from './show.ts'
import type { MissionRecord } from './types.ts'

/** `POST /missions/:id/batches`: the next planned batch, named by its operations or its files where it is named. */
export async function createBatch(
  parts: Parts,
  record: MissionRecord,
  request: CreateBatch,
  ctx: CallContext,
): Promise<Batch> {
  open(record)
  const planned = await nextPlanned(parts, record)
  if (record.plan) {
    if (!planned) throw new AtomicError('CHECKPOINT_ORDER', 'Every planned batch has been applied.')
    if ('files' in request) {
      await standsThere(parts, record, request.files)
      if (!sameFiles(request.files, planned.changes))
        throw new AtomicError(
          'PLAN_CHANGED',
          `The next planned batch changes other files or texts: ${planned.changes.map((c) => c.path).join(', ')}.`,
        )
    }
    if ('operations' in request && !sameSet(request.operations, planned.operations))
      throw new AtomicError(
        'PLAN_CHANGED',
        `The next planned batch carries operations [${planned.operations.join(', ')}].`,
      )
    const done = await applyBatch(parts, record, planned, ctx)
    return showBatch(parts.blobs, done.record, done.batch)
  }
  if (record.mission.changeSpec) throw new AtomicError('CHECKPOINT_ORDER', 'The plan is not made yet, or it failed.')
  if (!('files' in request))
    throw new AtomicError('INVALID_REQUEST', {
      detail: 'Without a ChangeSpec a batch names its files.',
      errors: [{ path: 'files', message: 'required' }],
    })
  const done = await applyFiles(parts, record, request.files, ctx)
  return showBatch(parts.blobs, done.record, done.batch)
}

const open = (record: MissionRecord): void => {
  if (record.mission.status !== 'open')
    throw new AtomicError('MISSION_CLOSED', `Mission ${record.mission.missionId} is ${record.mission.status}.`)
  if (record.mission.checkpoints[0]!.status === 'pending')
    throw new AtomicError('CHECKPOINT_ORDER', 'No batch is applied before plan is approved.')
}

async function applyFiles(parts: Parts, record: MissionRecord, files: FileChange[], ctx: CallContext) {
  const twice = files.find((f, i) => files.findIndex((g) => g.path === f.path) !== i)
  if (twice)
    throw new AtomicError('INVALID_REQUEST', {
      detail: 'A file is named once in a batch.',
      errors: [{ path: twice.path, message: 'named twice' }],
    })
  await standsThere(parts, record, files)
  const standing = withDeclared(
    record,
    await standingTree(parts, record, (await parts.worksiteOf(record).base(record)).tree),
    files,
  )
  const changes = plannedFrom(files, standing)
  const title = `Batch ${batchesOf(record).length + 1}: ${files.length} file${files.length === 1 ? '' : 's'}`
  return applyBatch(
    parts,
    record,
    { title, changes, baseTree: treeId(standing), resultTree: treeId(treeAfter(standing, changes)) },
    ctx,
  )
}

/** Without a source nobody knows the files that no batch has named yet: `before` says what they are. */
const withDeclared = (record: MissionRecord, standing: Tree, files: readonly FileChange[]): Tree => {
  if (hasSource(record)) return standing
  const fresh = files.flatMap(({ path, before }) =>
    before === null || standing.has(path) ? [] : [[path, before] as const],
  )
  return new Map([...standing, ...treeFromFiles(Object.fromEntries(fresh))])
}

const hasSource = (record: MissionRecord): boolean =>
  record.mission.source !== undefined || record.sourceFiles !== undefined || record.pull !== undefined

/** The tree as the applied batches made it, ids and modes only. */
const standingTree = async (parts: Parts, record: MissionRecord, base: Tree, without?: string): Promise<Tree> => {
  let tree = base
  for (const batch of batchesOf(record))
    if (batch.status === 'applied' && batch.batchId !== without)
      tree = treeAfter(tree, await batchChanges(parts.blobs, record, batch.batchId))
  return tree
}

/** @throws AtomicError `BATCH_CONFLICT` where `before` is not what is there. */
async function standsThere(parts: Parts, record: MissionRecord, files: readonly FileChange[]): Promise<void> {
  const texts = await parts.worksiteOf(record).texts(
    record,
    files.map((f) => f.path),
  )
  const known = new Set(hasSource(record) ? files.map((f) => f.path) : await namedPaths(parts, record))
  const wrong = files.filter((f) => known.has(f.path) && texts[f.path] !== f.before)
  if (wrong.length === 0) return
  throw new AtomicError('BATCH_CONFLICT', {
    detail: `What stands there is not what "before" says, in ${wrong.length} file${wrong.length === 1 ? '' : 's'}.`,
    errors: wrong.map((f) => ({ path: f.path, message: 'differs' })),
  })
}

const namedPaths = async (parts: Parts, record: MissionRecord): Promise<string[]> =>
  (await Promise.all(batchesOf(record).map((b) => batchChanges(parts.blobs, record, b.batchId))))
    .flat()
    .map((c) => c.path)

const sameFiles = (given: readonly FileChange[], planned: readonly PlannedChange[]): boolean =>
  given.length === planned.length &&
  given.every((g) => planned.some((p) => p.path === g.path && p.before === g.before && p.after === g.after))

const sameSet = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && [...a].sort().join() === [...b].sort().join()

/** Lands the inverse of a batch. Idempotent. @throws AtomicError `ROLLBACK_CONFLICT` with the paths. */
export async function rollbackBatch(
  parts: Parts,
  missionId: string,
  batchId: string,
  by: Actor,
  reason: string,
): Promise<{ record: MissionRecord; batch: Batch }> {
  const record = await parts.records.read(missionId)
  const batch = batchesOf(record).find((b) => b.batchId === batchId)
  if (!batch)
    throw new AtomicError('NOT_FOUND', `Mission ${missionId} has no batch ${JSON.stringify(batchId.slice(0, 64))}.`)
  const changes = await batchChanges(parts.blobs, record, batchId)
  const worksite = parts.worksiteOf(record)
  const { tree: base } = await worksite.base(record)
  // Modes as they stood before this batch: an earlier one may have set them.
  const without = await standingTree(parts, record, base, batchId)
  const back = inverse(changes, without)
  const files = back.map(({ path, before, after }) => ({ path, before, after }))
  if (batch.status === 'rolled_back') return { record, batch: { ...batch, files } }

  const ordinal = batchesOf(record).indexOf(batch) + 1
  const expectedTree = treeId(await standingTree(parts, record, base))
  const resultTree = treeId(without)
  const expectedHead = record.landed?.headSha ?? record.pull?.headSha
  await noConflict(parts, record, ordinal, changes)
  const landed = await worksite.land({
    record,
    kind: 'rollback',
    batchId,
    title: `Roll back ${batchId}`,
    changes: back,
    ...(expectedHead === undefined ? {} : { expectedHead }),
    expectedTree,
    resultTree,
    trailers: trailers(record, batchId, 'rollback', resultTree),
  })
  const commit = landed.commit === undefined ? {} : { commit: landed.commit }
  const payload: EventPayload<'batch.rolled_back'> = {
    batchId,
    ...commit,
    baseTree: expectedTree,
    resultTree,
    paths: back.map((c) => c.path),
    reason,
  }
  const diff = await parts.blobs.put(Buffer.from(diffOfChanges(back)))
  const artifacts = [{ name: diffName(ordinal, batchId, 'rollback'), ...diff, mediaType: 'text/x-diff' }]
  const place = { tree: landed.tree, ...(landed.commit === undefined ? {} : { headSha: landed.commit }) }
  const after = await parts.records.transition(missionId, (now) =>
    batchesOf(now)[ordinal - 1]!.status === 'rolled_back'
      ? { record: now, events: [], work: [] }
      : batchRolledBack(now, batchId, place, by, { payload, artifacts }),
  )
  return { record: after, batch: { ...batch, status: 'rolled_back', ...commit, files } }
}

async function noConflict(
  parts: Parts,
  record: MissionRecord,
  ordinal: number,
  changes: readonly PlannedChange[],
): Promise<void> {
  const paths = new Set(changes.map((c) => c.path))
  const later = new Set<string>()
  for (const batch of batchesOf(record).slice(ordinal))
    if (batch.status === 'applied')
      for (const c of await batchChanges(parts.blobs, record, batch.batchId)) if (paths.has(c.path)) later.add(c.path)
  if (later.size === 0) return
  throw new AtomicError('ROLLBACK_CONFLICT', {
    detail: `Later batches changed the same files: ${[...later].join(', ')}.`,
    errors: [...later].map((path) => ({ path, message: 'changed by a later batch' })),
  })
}
