import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  type AppendedEvent,
  Content,
  type InclusionProof,
  type MissionEvidence,
} from '../../../core/contracts/index.ts'
import { verifyInclusion } from '../../../core/evidence/log/merkle.ts'
import { verifyAuditPack } from '../../../core/evidence/pack/verify.ts'
import { ctx, missionEvents, openWorld, packOf, record, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

const erase = (missionId: string, eventIds: string[]) =>
  world.evidence.service.append(
    { body: { missionId, type: 'erasure', actor: ctx.caller, payload: { eventIds, reason: 'asked for' } } },
    ctx,
  ) as Promise<AppendedEvent>
const eventsOf = async (missionId: string) => {
  const answer = await world.evidence.service.mission({ params: { id: missionId }, query: {} }, ctx)
  if (answer instanceof Content) throw new Error('expected JSON')
  return (answer as MissionEvidence).events
}
const verify = async (pack: Buffer) => {
  const path = join(world.dir, 'pack.zip')
  await writeFile(path, pack)
  return verifyAuditPack(path, { keys: [world.vkey] })
}

test('an erasure destroys what was said, and every older proof still holds', async () => {
  const secret = 'somebody’s personal words'
  const events = await missionEvents(world.blobs)
  events[2]!.payload.comment = secret
  const indices = await record(world.evidence, 'mis_1', events)
  const before = await packOf(world.evidence, 'mis_1')
  const [index, treeSize] = [indices[2]!, indices.at(-1)! + 1]
  const query = { index, treeSize }
  const proof = (await world.evidence.service.inclusion({ query }, ctx)) as InclusionProof

  await erase('mis_1', [(await eventsOf('mis_1'))[2]!.eventId])
  expect(JSON.stringify(await eventsOf('mis_1'))).not.toContain(secret)
  expect((await eventsOf('mis_1'))[2]!.body).toBeNull()
  for (const place of ['events', 'answers', 'attestations'])
    expect(JSON.stringify(await world.store.list(`evidence/default/${place}`, { limit: 1000 }))).not.toContain(secret)
  expect(await world.again().service.inclusion({ query }, ctx)).toEqual(proof)
  expect(
    verifyInclusion({
      index: BigInt(index),
      treeSize: BigInt(treeSize),
      leafHash: Buffer.from(proof.leafHash, 'hex'),
      rootHash: Buffer.from(proof.rootHash, 'hex'),
      proof: proof.proof.map((hash) => Buffer.from(hash, 'hex')),
    }),
  ).toBe(true)

  expect((await verify(before)).ok).toBe(true)
  const after = await packOf(world.evidence, 'mis_1')
  expect(after.includes(secret)).toBe(false)
  const { checks } = await verify(after)
  const verdicts = Object.fromEntries(checks.map((c) => [c.name, c.verdict]))
  // The approval was erased: the pack still proves itself whole, and no longer claims an approval.
  expect(verdicts).toMatchObject({
    log: 'pass',
    events: 'pass',
    attestation: 'pass',
    record: 'pass',
    approvals: 'fail',
  })
})

test('a repeated request still gets its first answer after its event was erased', async () => {
  const body = { missionId: 'mis_2', type: 'ext.note', actor: ctx.caller, payload: { a: 1 } } as never
  const first = (await world.evidence.service.append({ body }, { ...ctx, idempotencyKey: 'k' })) as AppendedEvent
  await erase('mis_2', [first.eventId])
  expect(await world.evidence.service.append({ body }, { ...ctx, idempotencyKey: 'k' })).toEqual(first)
})

test('only events of the mission can be erased, and an erasure cannot', async () => {
  const [first] = await eventsOf('mis_2')
  await expect(erase('mis_1', [first!.eventId])).rejects.toMatchObject({ code: 'NOT_FOUND' })
  const erasure = (await eventsOf('mis_2')).find((e) => e.type === 'erasure')!
  await expect(erase('mis_2', [erasure.eventId])).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
})
