import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Content } from '../../../core/contracts/index.ts'
import { type VerifyOptions, verifyAuditPack } from '../../../core/evidence/pack/verify.ts'
import { ann, ctx, missionEvents, openWorld, packOf, record, type Told, type World } from './world.ts'

let world: World
let missions = 0
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

async function verify(pack: Uint8Array, options: Partial<VerifyOptions> = {}) {
  const path = join(world.dir, `pack ${++missions}.zip`)
  await writeFile(path, pack)
  const { ok, checks } = await verifyAuditPack(path, { keys: [world.vkey], ...options })
  return { ok, checks, verdict: (name: string) => checks.find((c) => c.name === name)?.verdict }
}
async function packed(change?: (events: Told[]) => Told[]) {
  const id = `mis_${++missions}`
  await record(world.evidence, id, await missionEvents(world.blobs, change))
  return packOf(world.evidence, id)
}
const checkpoint = async () => (await world.evidence.service.checkpoint({ query: {} }, ctx)) as Content

test('a pack as it should be passes every check that can be made', async () => {
  const anchor = (await checkpoint()).body as string
  const { ok, checks } = await verify(await packed(), { anchors: [anchor], requireIndependent: true })
  // Nobody named witnesses or timestamp authorities: that is said, and is no failure.
  expect(checks.filter((c) => c.verdict !== 'pass').map((c) => `${c.name} ${c.verdict}`)).toEqual([
    'witnesses not-assessed',
    'timestamps not-assessed',
  ])
  expect(ok).toBe(true)
})

test('without a key the verdict is KEY_NOT_PINNED', async () => {
  const { ok, verdict } = await verify(await packed(), { keys: [] })
  expect([ok, verdict('key'), verdict('attestation')]).toEqual([false, 'KEY_NOT_PINNED', 'not-assessed'])
})

const payloadOf = (events: Told[], type: string): Record<string, unknown> =>
  events.find((e) => e.type === type)!.payload

test('a proposer’s own approval passes under solo alone, and never when independence is required', async () => {
  const self = (solo: boolean) => (events: Told[]) => {
    events.find((e) => e.type === 'checkpoint.approved')!.actor = ann
    Object.assign(payloadOf(events, 'mission.planned').policy as object, { solo })
    return events
  }
  const solo = await packed(self(true))
  expect(await verify(solo)).toMatchObject({ ok: true })
  expect((await verify(solo)).verdict('independence')).toBe('SELF_APPROVED')
  expect(await verify(solo, { requireIndependent: true })).toMatchObject({ ok: false })
  expect((await verify(await packed(self(false)))).verdict('independence')).toBe('fail')
})

const stories: [string, string, (events: Told[]) => Told[]][] = [
  ['record', 'the end is missing', (e) => e.slice(0, -1)],
  [
    'approvals',
    'nobody approved',
    (e) => e.filter((x) => x.payload.checkpoint !== 'plan' || x.type !== 'checkpoint.approved'),
  ],
  ['approvals', 'the approval came after execution', (e) => [...e.slice(0, 2), ...e.slice(3, 7), e[2]!, ...e.slice(7)]],
  [
    'approvals',
    'another plan was approved',
    (e) => {
      payloadOf(e, 'checkpoint.approved').planDigest = `sha256:${'0'.repeat(64)}`
      return e
    },
  ],
  [
    'approvals',
    'an agent approved',
    (e) => {
      e[2]!.actor = { login: 'robot', type: 'agent' }
      return e
    },
  ],
  [
    'approvals',
    'the approval was withdrawn',
    (e) => [
      ...e.slice(0, 4),
      { type: 'approval.withdrawn', payload: { checkpoint: 'plan', reason: 'edited' } },
      ...e.slice(4),
    ],
  ],
  [
    'plan',
    'the digest is of another plan',
    (e) => {
      payloadOf(e, 'mission.planned').engine = 'another'
      return e
    },
  ],
  ['landing', 'a batch is missing', (e) => e.filter((x) => x.payload.batchId !== 'bat_1')],
  [
    'landing',
    'another tree landed',
    (e) => {
      e.at(-1)!.payload.resultTree = 'b'.repeat(40)
      return e
    },
  ],
  [
    'tests',
    'the verification failed',
    (e) => {
      payloadOf(e, 'verify.completed').passed = false
      return e
    },
  ],
  [
    'tests',
    'only the app itself verified, where policy asks for a run',
    (e) => {
      payloadOf(e, 'verify.completed').by = 'app'
      return e
    },
  ],
  ['tests', 'nothing was verified', (e) => e.filter((x) => x.type !== 'verify.completed')],
]
test.each(stories)('a truthful record of a bad mission fails at "%s": %s', async (name, _, change) => {
  const { ok, verdict } = await verify(await packed(change))
  expect([ok, verdict(name)]).toEqual([false, 'fail'])
})
