import { afterAll, expect, it } from 'vitest'
import type { AppendedEvent } from '../../../core/contracts/index.ts'
import { newKey, parseSignerKey } from '../../../core/evidence/log/keys.ts'
import { layout } from '../../../core/evidence/log/layout.ts'
import { createEvidenceService } from '../../../core/evidence/service.ts'
import { systemClock } from '../../../core/platform/clock.ts'
import { openPostgresStore } from '../../../core/storage/postgres/open.ts'
import type { Store } from '../../../core/storage/store.ts'
import { Postgres } from '../../support/postgres.ts'
import { postgresCandidate } from '../storage/candidate.ts'
import { openLog, prove } from './crash.ts'
import { postgresKill, victims } from './server-kill.ts'
import { ctx, missionEvents, openWorld, origin, packOf, record } from './world.ts'

const server = await Postgres.start()
afterAll(() => server.stop())

/** The evidence of one store, put into another. */
async function copy(from: Store, to: Store): Promise<void> {
  const { leaves, checkpoints, ...collections } = layout('default')
  for (const log of [leaves, checkpoints])
    for (const { index, value } of await from.entries(log, 0, 10_000))
      await to.commit([{ append: { log, index, value } }])
  for (const collection of Object.values(collections))
    for (const { key, value } of await from.list(collection, { limit: 10_000 }))
      await to.commit([{ put: { collection, key, value } }])
}

it('writes the same pack, byte for byte, on either store', async () => {
  const world = await openWorld()
  const place = await server.place()
  const store = await openPostgresStore(place.at)
  await record(world.evidence, 'mis_1', await missionEvents(world.blobs))
  await record(world.evidence, 'mis_2', await missionEvents(world.blobs))
  await copy(world.store, store)
  const keys = { signers: [parseSignerKey(world.skey)] }
  const other = createEvidenceService({ store, blobs: world.blobs, keys, clock: systemClock, origin })
  const [pack, twin] = [await packOf(world.evidence, 'mis_1'), await packOf(other, 'mis_1')]
  expect(pack.length).toBeGreaterThan(10_000)
  expect(twin.equals(pack)).toBe(true)
  await store.close()
  await place.remove()
  await world.close()
})

it('gives each event one place, whichever of several processes takes it', async () => {
  const key = newKey(origin)
  const place = await server.place()
  const stores = await Promise.all(Array.from({ length: 4 }, () => openPostgresStore(place.at)))
  const answers = await Promise.all(
    stores.flatMap((store, process) => {
      const service = openLog(store, key.skey)
      return Array.from({ length: 40 }, async (_, i) => {
        const step = `${process}/${i}`
        const body = { missionId: 'm', type: 'ext.step', actor: ctx.caller, payload: { step } }
        return (await service.append({ body } as never, { ...ctx, idempotencyKey: step })) as AppendedEvent
      })
    }),
  )
  await Promise.all(stores.map((store) => store.close()))
  expect(answers.map((a) => a.index).sort((a, b) => a - b)).toEqual(Array.from({ length: 160 }, (_, i) => i))
  expect(await prove({ candidate: postgresCandidate(server), at: place.at }, key, answers)).toEqual([])
  await place.remove()
})

it.each(victims.map((victim, seed) => [victim, seed] as const))(
  'loses nothing acknowledged when the %s is killed',
  async (_, seed) => {
    const place = await server.place()
    const { acknowledged, faults } = await postgresKill(server, place, newKey(origin), seed + 3)
    expect(faults).toEqual([])
    expect(acknowledged).toBeGreaterThan(0)
    await place.remove()
  },
  300_000,
)
