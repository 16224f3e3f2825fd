import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type AppendedEvent, type CallContext, Content } from '../../../core/contracts/index.ts'
import { parseLogKey } from '../../../core/evidence/log/keys.ts'
import { layout, logName } from '../../../core/evidence/log/layout.ts'
import { importLog } from '../../../core/evidence/log-file.ts'
import { verifyAuditPack } from '../../../core/evidence/pack/verify.ts'
import { unpack } from './tamper.ts'
import { ctx, missionEvents, openWorld, origin, packOf, record, testClock, type World } from './world.ts'

let world: World
beforeEach(async () => {
  world = await openWorld()
})
afterEach(() => world.close())

const admin: CallContext = { caller: { login: 'root', type: 'human', scopes: ['admin'] }, correlationId: 'test' }
const append = (missionId: string, payload: object, context = ctx) =>
  world.evidence.service.append(
    { body: { missionId, type: 'ext.note', actor: ctx.caller, payload } as never },
    context,
  ) as Promise<AppendedEvent>
const events = async (query: object) => world.evidence.service.events({ query }, ctx)
const erase = (missionId: string, eventIds: string[]) =>
  world.evidence.service.append(
    { body: { missionId, type: 'erasure', actor: ctx.caller, payload: { eventIds, reason: 'asked for' } } },
    ctx,
  )

describe('a payload over 64 KB', () => {
  const words = 'personal words '.repeat(6_000)

  test('becomes an artifact by digest, is read back whole, and stands in the pack', async () => {
    const large = await missionEvents(world.blobs, (told) => [
      ...told.slice(0, 2),
      { type: 'ext.note', payload: { words } },
      ...told.slice(2),
    ])
    large[1]!.payload.warnings = [words]
    await record(world.evidence, 'mis_1', large)
    const [row] = await world.store.list<{ body: { payload: object; artifacts: { name: string }[] } }>(
      'evidence/default/events',
      { prefix: 'mis_1/', limit: 1, after: 'mis_1/0000000000000001' },
    )
    expect(row!.value.body.payload).toEqual({ artifact: expect.stringMatching(/^sha256:/) })
    const { items } = await events({ missionId: 'mis_1', type: 'ext.note' })
    expect(items[0]!.body!.payload).toMatchObject({ words })

    const pack = await packOf(world.evidence, 'mis_1')
    const paths = unpack(pack).map((f) => f.path)
    expect(paths).toContain('payloads/1.json')
    expect(paths).toContain('payloads/2.json')
    const path = join(world.dir, 'pack.zip')
    await writeFile(path, pack)
    const { ok, checks } = await verifyAuditPack(path, { keys: [world.vkey] })
    expect(checks.filter((c) => c.verdict === 'fail')).toEqual([])
    expect(ok).toBe(true)
    const { verifyPack } = (await import(
      new URL('../../../docs/audit-pack/verify-pack.mjs', import.meta.url).href
    )) as { verifyPack(zip: Buffer, vkey: string): string[] }
    expect(verifyPack(pack, world.vkey).length).toBeGreaterThan(2)
  })

  test('is answered once for one key, and goes with its event', async () => {
    const again = { ...ctx, idempotencyKey: 'k' }
    const first = await append('mis_2', { words }, again)
    expect(await append('mis_2', { words }, again)).toEqual(first)
    await expect(append('mis_2', { words: `${words}!` }, again)).rejects.toMatchObject({ code: 'IDEMPOTENCY_MISMATCH' })
    const other = await append('mis_3', { words })
    const uses = await world.store.list('evidence/default/uses', { limit: 9 })
    const digest = uses[0]!.key.slice(0, 71)
    await erase('mis_2', [first.eventId])
    // Another mission says the same words: the artifact is still needed.
    expect(await world.blobs.has(digest)).toBe(true)
    await erase('mis_3', [other.eventId])
    expect(await world.blobs.has(digest)).toBe(false)
  })

  test('has an end at 4 MB', async () => {
    await expect(append('mis_4', { words: 'x'.repeat(4_200_000) })).rejects.toMatchObject({ code: 'TOO_LARGE' })
  })
})

test('an erasure destroys the artifacts that no other event names', async () => {
  const told = await missionEvents(world.blobs)
  await record(world.evidence, 'mis_1', told)
  await record(world.evidence, 'mis_2', told)
  const spec = told[1]!.artifacts![0]!.digest
  const planned = async (missionId: string) => (await events({ missionId, type: 'mission.planned' })).items[0]!.eventId
  await erase('mis_1', [await planned('mis_1')])
  expect(await world.blobs.has(spec)).toBe(true)
  await erase('mis_2', [await planned('mis_2')])
  expect(await world.blobs.has(spec)).toBe(false)
  expect(await world.blobs.has(told[5]!.artifacts![0]!.digest)).toBe(true)
})

test('events by page and filter: each once, in order', async () => {
  for (const id of ['mis_1', 'mis_2', 'mis/3']) await record(world.evidence, id, await missionEvents(world.blobs))
  const seen: string[] = []
  for (let cursor: string | undefined; ; ) {
    const page = await events({ limit: 5, ...(cursor === undefined ? {} : { cursor }) })
    expect(page.items.length).toBeLessThanOrEqual(5)
    seen.push(...page.items.map((e) => e.eventId))
    cursor = page.nextCursor
    if (cursor === undefined) break
  }
  expect([seen.length, new Set(seen).size]).toEqual([39, 39])
  const types = async (query: object) => (await events(query)).items.map((e) => `${e.missionId} ${e.type}`)
  expect(await types({ missionId: 'mis/3', type: 'batch.applied' })).toEqual([
    'mis/3 batch.applied',
    'mis/3 batch.applied',
  ])
  expect(await types({ missionId: 'mis_1', actor: 'BOB' })).toEqual(['mis_1 checkpoint.approved'])
  expect((await types({ type: 'checkpoint.' })).length).toBe(18)
  expect(await types({ to: '2026-01-01T00:00:00Z' })).toEqual([])
  expect((await types({ from: '2026-01-01T00:00:00Z', limit: 200 })).length).toBe(39)
  await expect(events({ missionId: 'mis_1', cursor: 'mis_2/0000000000000001' })).rejects.toMatchObject({
    code: 'INVALID_REQUEST',
  })
  await expect(events({ log: 'other' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  const mission = await world.evidence.service.mission({ params: { id: 'mis_2' }, query: { limit: 2 } }, ctx)
  if (mission instanceof Content) throw new Error('expected JSON')
  expect([mission.events.length, mission.nextCursor]).toEqual([2, 'mis_2/0000000000000014'])
})

describe('legal hold and retention', () => {
  const hold = (missionId: string, held: boolean, context = admin) =>
    world.evidence.service.hold({ body: { missionId, held, reason: 'case 7' } }, context)
  const bodies = async (missionId: string) =>
    (await events({ missionId, limit: 100 })).items.filter((e) => e.body !== null).map((e) => e.type)

  test('what is held is not erased until it is released; both are recorded', async () => {
    const { eventId } = await append('mis_1', { a: 1 })
    await expect(hold('mis_1', true, ctx)).rejects.toMatchObject({ code: 'NOT_ALLOWED' })
    expect(await hold('mis_1', true)).toMatchObject({ held: true, by: 'root' })
    await hold('mis_1', true)
    await expect(erase('mis_1', [eventId])).rejects.toMatchObject({ code: 'LEGAL_HOLD' })
    expect((await world.evidence.service.holds({ query: {} }, ctx)).items.map((h) => h.missionId)).toEqual(['mis_1'])
    await hold('mis_1', false)
    expect((await world.evidence.service.holds({ query: {} }, ctx)).items).toEqual([])
    await erase('mis_1', [eventId])
    expect((await events({ missionId: 'legal-hold' })).items.map((e) => e.body!.payload.held)).toEqual([true, false])
  })

  test('retention erases what has ended and is old, and nothing else', async () => {
    await record(world.evidence, 'old', await missionEvents(world.blobs))
    await record(world.evidence, 'held', await missionEvents(world.blobs))
    await record(world.evidence, 'open', (await missionEvents(world.blobs)).slice(0, 5))
    await append('gateway', { note: 'old' })
    await hold('held', true)
    const pack = await packOf(world.evidence, 'old')
    const day = 86_400_000
    const later = world.again(undefined, undefined, { clock: testClock(Date.UTC(2026, 0, 1) + 100 * day) })
    expect(await later.retain(120)).toEqual([])
    await later.service.append(
      { body: { missionId: 'gateway', type: 'ext.note', actor: ctx.caller, payload: { note: 'new' } } },
      ctx,
    )
    await record(later, 'new', await missionEvents(world.blobs))
    expect(await later.retain(30)).toEqual(['gateway', 'old'])
    expect(await bodies('old')).toEqual(['erasure'])
    expect(await bodies('gateway')).toEqual(['ext.note', 'erasure'])
    expect((await bodies('held')).length).toBe(13)
    expect((await bodies('open')).length).toBe(5)
    expect((await bodies('new')).length).toBe(13)
    expect(await later.retain(30)).toEqual([])
    const path = join(world.dir, 'old.zip')
    await writeFile(path, pack)
    expect((await verifyAuditPack(path, { keys: [world.vkey] })).ok).toBe(true)
  })
})

describe('a log in a file', () => {
  const linesOf = async () => {
    const lines: string[] = []
    for await (const line of world.evidence.exportLog()) lines.push(line.trimEnd())
    return lines
  }
  async function* given(lines: readonly string[]) {
    yield* lines
  }
  const into = (other: World, lines: readonly string[], vkey = world.vkey) =>
    importLog(given(lines), {
      store: other.store,
      blobs: other.blobs,
      layout: layout(logName),
      keys: [parseLogKey(vkey)],
      origin,
    })
  beforeEach(async () => {
    for (let i = 0; i < 300; i++) await append(`mis_${i % 7}`, { i })
    await record(world.evidence, 'mis_1', await missionEvents(world.blobs))
    await erase('mis_2', [(await events({ missionId: 'mis_2' })).items[0]!.eventId])
  })

  test('is the same log elsewhere: the same packs, proofs and answers, and it goes on', async () => {
    const other = await openWorld({ skey: world.skey, vkey: world.vkey })
    const lines = await linesOf()
    expect(await into(other, lines)).toMatchObject({ leaves: 314, events: 314 })
    expect((await packOf(other.evidence, 'mis_1')).equals(await packOf(world.evidence, 'mis_1'))).toBe(true)
    const proof = (of: World) => of.evidence.service.inclusion({ query: { index: 5, treeSize: 314 } }, ctx)
    expect(await proof(other)).toEqual(await proof(world))
    await record(other.evidence, 'mis_1', (await missionEvents(other.blobs)).slice(0, 1))
    expect(
      (await other.evidence.service.events({ query: { missionId: 'mis_2', limit: 1 } }, ctx)).items[0]!.body,
    ).toBeNull()
    await other.evidence.service.append(
      { body: { missionId: 'x', type: 'ext.note', actor: ctx.caller, payload: {} } },
      ctx,
    )
    await expect(into(other, lines)).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
    await other.close()
  })

  test('is refused where a line is changed, missing, twice, or by another key', async () => {
    const lines = await linesOf()
    const at = (part: string): number => lines.findIndex((line) => line.includes(part))
    const swap = (n: number, from: string | RegExp, to: string) =>
      lines.map((l, i) => (i === n ? l.replace(from, to) : l))
    const event = at('"event":')
    const forgeries: [string, string[]][] = [
      ['a changed leaf', swap(at('"leaf":'), '2026', '2025')],
      ['a changed checkpoint', swap(at('"checkpoint":{'), 'n0', 'n1')],
      ['a changed body', swap(event, '"i":0', '"i":9')],
      ['a changed mission', swap(event, '"missionId":"mis_0"', '"missionId":"mis_9"')],
      ['a leaf less', lines.filter((_, i) => i !== at('"leaf":'))],
      ['a checkpoint less', lines.filter((_, i) => i !== at('"checkpoint":{'))],
      ['an event less', lines.filter((_, i) => i !== event)],
      ['an event twice', [...lines.slice(0, event), lines[event]!, ...lines.slice(event)]],
      ['a changed artifact', swap(at('"artifact":"'), /"data":"../, '"data":"AA')],
      ['a cut tail', lines.slice(0, -1)],
      ['more after the end', [...lines, lines[1]!]],
      ['no head', lines.slice(1)],
      ['no JSON', ['{']],
    ]
    for (const [name, forged] of forgeries) {
      expect(forged, name).not.toEqual(lines)
      const other = await openWorld()
      await expect(into(other, forged), name).rejects.toMatchObject({ code: expect.stringMatching(/INVALID|CONFLICT/) })
      await other.close()
    }
    const other = await openWorld()
    await expect(into(other, lines, other.vkey)).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' })
    await other.close()
  })
})
