import { afterAll, beforeAll, expect, test } from 'vitest'
import { type AppendedEvent, Content, type InclusionProof } from '../../../core/contracts/index.ts'
import { openCheckpoint } from '../../../core/evidence/log/checkpoint.ts'
import { leafHash, verifyConsistency, verifyInclusion } from '../../../core/evidence/log/merkle.ts'
import { ctx, missionEvents, openWorld, origin, packOf, record, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
  await record(world.evidence, 'mis_1', await missionEvents(world.blobs))
})
afterAll(() => world.close())

const bytes = (hex: string): Uint8Array => Buffer.from(hex, 'hex')
const bodyOf = (answer: unknown): string => {
  const { body } = answer as Content
  return typeof body === 'string' ? body : Buffer.from(body as Uint8Array).toString('latin1')
}
const append = (body: Record<string, unknown>, context = {}) =>
  world.evidence.service.append(
    { body: { missionId: 'mis_ext', type: 'ext.note', actor: ctx.caller, payload: {}, ...body } as never },
    { ...ctx, ...context },
  ) as Promise<AppendedEvent>

test('an answered event is covered by a signed checkpoint and proved by it', async () => {
  const { service } = world.evidence
  const answer = await append({ payload: { hello: 'wörld' } })
  const note = bodyOf(await service.checkpoint({ query: {} }, ctx))
  const checkpoint = openCheckpoint(note, [world.vkey])
  expect(checkpoint).toMatchObject({ origin, size: BigInt(answer.treeSize) })
  expect(Buffer.from(checkpoint.rootHash).toString('hex')).toBe(answer.rootHash)

  const query = { index: answer.index, treeSize: answer.treeSize }
  const proof = (await service.inclusion({ query }, ctx)) as InclusionProof
  expect(proof.leafHash).toBe(answer.leafHash)
  expect(
    verifyInclusion({
      index: BigInt(proof.index),
      treeSize: BigInt(proof.treeSize),
      leafHash: bytes(proof.leafHash),
      rootHash: bytes(proof.rootHash),
      proof: proof.proof.map(bytes),
    }),
  ).toBe(true)
})

test('every pair of sizes is consistent', async () => {
  const { service } = world.evidence
  const { treeSize } = await append({})
  for (let from = 0; from <= treeSize; from++) {
    const answer = await service.consistency({ query: { from, to: treeSize } }, ctx)
    if (answer instanceof Content) throw new Error('expected JSON')
    const { fromRoot, toRoot, proof } = answer
    const given = { from: BigInt(from), to: BigInt(treeSize), fromRoot: bytes(fromRoot), toRoot: bytes(toRoot) }
    expect(verifyConsistency({ ...given, proof: proof.map(bytes) })).toBe(true)
  }
})

test('a repeated idempotency key gets the first answer, also at once and after a restart; another body is refused', async () => {
  const again = { idempotencyKey: 'once' }
  const [first, same] = await Promise.all([append({ payload: { a: 1 } }, again), append({ payload: { a: 1 } }, again)])
  expect(same).toEqual(first)
  const restarted = world.again()
  const body = { missionId: 'mis_ext', type: 'ext.note', actor: ctx.caller, payload: { a: 1 } } as never
  expect(await restarted.service.append({ body }, { ...ctx, ...again })).toEqual(first)
  await expect(append({ payload: { a: 2 } }, again)).rejects.toMatchObject({ code: 'IDEMPOTENCY_MISMATCH' })
})

test('Atomic’s own types need a service’s scope, and an actor is the caller', async () => {
  const caller = { login: 'eve', type: 'human' as const, scopes: ['evidence:write'] }
  const own = { actor: { login: 'eve', type: 'human' } }
  await expect(append({ ...own, type: 'mission.completed' }, { caller })).rejects.toMatchObject({ code: 'NOT_ALLOWED' })
  await expect(append({}, { caller })).rejects.toMatchObject({ code: 'NOT_ALLOWED' })
  await expect(append(own, { caller })).resolves.toHaveProperty('eventId')
})

test('text that is not Unicode is refused, alone', async () => {
  const [bad, good] = await Promise.allSettled([
    append({ payload: { a: '\ud800' } }),
    append({ payload: { a: '\\ud800' } }),
  ])
  expect(bad).toMatchObject({ status: 'rejected', reason: { code: 'INVALID_REQUEST' } })
  expect(good.status).toBe('fulfilled')
})

test('the entry bundle hashes to the tile', async () => {
  const { service } = world.evidence
  const { treeSize } = await append({})
  const tile = async (path: string) =>
    Buffer.from(bodyOf(await service.tile({ params: { '*': path }, query: {} }, ctx)), 'latin1')
  const hashes = await tile(`0/000.p/${treeSize}`)
  const bundle = await tile(`entries/000.p/${treeSize}`)
  const found: Buffer[] = []
  for (let at = 0; at < bundle.length; ) {
    const length = bundle.readUInt16BE(at)
    found.push(Buffer.from(leafHash(bundle.subarray(at + 2, at + 2 + length))))
    at += 2 + length
  }
  expect(Buffer.concat(found).equals(hashes)).toBe(true)
  await expect(tile(`0/000.p/${treeSize + 1}`)).rejects.toMatchObject({ code: 'NOT_FOUND' })
})

test('a log that another key signed, or that was changed, is not continued', async () => {
  const other = await openWorld()
  await expect(world.again(other.skey).service.checkpoint({ query: {} }, ctx)).rejects.toMatchObject({
    code: 'SIGNATURE_INVALID',
  })
  const rotated = world.again(other.skey, [world.skey])
  const { treeSize } = (await rotated.service.append(
    { body: { missionId: 'mis_ext', type: 'ext.note', actor: ctx.caller, payload: {} } as never },
    ctx,
  )) as AppendedEvent
  const note = bodyOf(await rotated.service.checkpoint({ query: {} }, ctx))
  expect(openCheckpoint(note, [other.vkey]).size).toBe(BigInt(treeSize))
  await other.close()
})

test('a pack is the same bytes each time, also after its export was recorded', async () => {
  const packs = await openWorld()
  await record(packs.evidence, 'mis_1', await missionEvents(packs.blobs))
  const first = await packOf(packs.evidence, 'mis_1')
  await record(packs.evidence, 'mis_1/other', [{ type: 'pack.exported', payload: {} }])
  await packs.evidence.service.append(
    { body: { missionId: 'mis_1', type: 'pack.exported', actor: ctx.caller, payload: { size: 1 } } as never },
    ctx,
  )
  for (let i = 0; i < 9; i++) expect((await packOf(packs.again(), 'mis_1')).equals(first)).toBe(true)
  await packs.close()
})
