import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Anchor, Post } from '../../../core/evidence/anchor.ts'
import { checkpointsOfRef, gitAnchor } from '../../../core/evidence/anchors/git.ts'
import { timestampAnchor } from '../../../core/evidence/anchors/timestamp.ts'
import { witnessAnchor } from '../../../core/evidence/anchors/witness.ts'
import { newKey, parseLogKey, parseSignerKey, parseVerifierKey } from '../../../core/evidence/log/keys.ts'
import { type VerifyOptions, verifyAuditPack } from '../../../core/evidence/pack/verify.ts'
import { createWitness } from '../../../core/evidence/witness/witness.ts'
import { ctx, missionEvents, openWorld, origin, packOf, record, testClock, type World } from './world.ts'

let world: World
let dir: string
const ends: (() => Promise<unknown>)[] = []
beforeEach(async () => {
  world = await openWorld()
  dir = await mkdtemp(join(tmpdir(), 'atomic anchors '))
  ends.push(
    () => world.close(),
    () => rm(dir, { recursive: true }),
  )
})
afterEach(async () => {
  for (const end of ends.splice(0)) await end()
})

const keys = [1, 2, 3].map((n) => newKey(`witness.test/${n}`, n === 3 ? 'ml-dsa-44' : 'cosignature'))

/** Three witnesses, each with a store of its own. */
async function openWitnesses(vkey: string): Promise<Anchor[]> {
  const anchors: Anchor[] = []
  for (const key of keys) {
    const own = await openWorld()
    ends.push(() => own.close())
    const witness = createWitness({
      store: own.store,
      clock: testClock(),
      signers: [parseSignerKey(key.skey)],
      logs: [{ origin, keys: [parseLogKey(vkey)] }],
    })
    const post: Post = async (_url, _type, body) => {
      const answer = await witness.addCheckpoint(Buffer.from(body).toString())
      if (answer.kind === 'cosigned') return { status: 200, contentType: '', body: Buffer.from(answer.lines) }
      if (answer.kind === 'stale')
        return { status: 409, contentType: 'text/x.tlog.size', body: Buffer.from(`${answer.size}\n`) }
      return { status: answer.kind === 'inconsistent' ? 422 : 403, contentType: '', body: new Uint8Array() }
    }
    anchors.push(witnessAnchor({ url: 'https://witness.test', keys: [parseVerifierKey(key.vkey)] }, post))
  }
  return anchors
}
async function verify(pack: Uint8Array, options: Partial<VerifyOptions>) {
  const path = join(dir, 'pack.zip')
  await writeFile(path, pack)
  const { ok, checks } = await verifyAuditPack(path, { keys: [world.vkey], ...options })
  return { ok, of: (name: string) => checks.find((c) => c.name === name)! }
}

test('k of n witnesses: their cosignatures prove a pack, before and after it; fewer do not', async () => {
  const anchors = await openWitnesses(world.vkey)
  const evidence = world.again(undefined, undefined, { anchors: anchors.slice(0, 2) })
  await record(evidence, 'mis_1', await missionEvents(world.blobs))
  const pack = await packOf(evidence, 'mis_1')
  expect(await evidence.anchor()).toMatchObject({ failed: [], taken: [{}, {}] })
  await record(evidence, 'mis_2', await missionEvents(world.blobs))
  expect((await evidence.anchor()).failed).toEqual([])

  const { items } = await evidence.service.anchors({ query: { since: 13 } }, ctx)
  expect(items.map((i) => [i.treeSize, i.proof?.length !== 0])).toEqual([
    [13, false],
    [26, true],
  ])
  const vkeys = keys.map((k) => k.vkey)
  for (const item of items) {
    const given = [JSON.stringify(item)]
    const two = await verify(pack, { anchors: given, witnesses: { keys: vkeys, threshold: 2 } })
    expect([two.ok, two.of('witnesses').verdict]).toEqual([true, 'pass'])
    expect(two.of('witnesses').detail).toContain('witness.test/1, witness.test/2')
    const all = await verify(pack, { anchors: given, witnesses: { keys: vkeys } })
    expect([all.ok, all.of('witnesses').verdict]).toEqual([false, 'fail'])
  }
  // The third comes later, to the same checkpoint: nothing that stood there is lost.
  const later = world.again(undefined, undefined, { anchors: anchors.slice(2) })
  await later.anchor()
  const [, last] = (await later.service.anchors({ query: { since: 13 } }, ctx)).items
  expect((await verify(pack, { anchors: [JSON.stringify(last)], witnesses: { keys: vkeys } })).ok).toBe(true)

  // One witness with two keys is one witness, and none of it helps without an anchor that fits.
  const twice = { keys: [keys[0]!.vkey, newKey('witness.test/1', 'cosignature').vkey], threshold: 2 }
  expect((await verify(pack, { anchors: [JSON.stringify(last)], witnesses: twice })).of('witnesses').verdict).toBe(
    'fail',
  )
  expect((await verify(pack, { witnesses: { keys: vkeys } })).of('witnesses').verdict).toBe('fail')
  await expect(verify(pack, { witnesses: { keys: vkeys, threshold: 4 } })).rejects.toMatchObject({
    code: 'INVALID_REQUEST',
  })
  await expect(verify(pack, { witnesses: { keys: [world.vkey] } })).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
})

test('a split view is refused by the witnesses, and found in the pack by their cosignatures', async () => {
  const anchors = await openWitnesses(world.vkey)
  const evidence = world.again(undefined, undefined, { anchors })
  await record(evidence, 'mis_1', await missionEvents(world.blobs))
  await evidence.anchor()
  const [seen] = (await evidence.service.anchors({ query: {} }, ctx)).items

  const other = await openWorld({ skey: world.skey, vkey: world.vkey })
  ends.push(() => other.close())
  const split = other.again(undefined, undefined, { anchors })
  await record(split, 'mis_1', await missionEvents(other.blobs))
  const report = await split.anchor()
  expect(report.taken).toEqual([])
  expect(report.failed.map((f) => f.rewritten)).toEqual([true, true, true])
  const forged = await packOf(split, 'mis_1')
  const witnesses = { keys: keys.map((k) => k.vkey) }
  const found = await verify(forged, { anchors: [JSON.stringify(seen)], witnesses })
  expect([found.ok, found.of('anchors').verdict, found.of('witnesses').verdict]).toEqual([false, 'fail', 'fail'])
  expect(found.of('anchors').detail).toContain('rewritten')
})

test('a git ref holds every checkpoint, moves forward only, and tells of a rollback', async () => {
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', dir, ...args])
      .toString()
      .trim()
  const remote = await mkdtemp(join(tmpdir(), 'atomic remote '))
  ends.push(() => rm(remote, { recursive: true }))
  execFileSync('git', ['init', '-q', '--bare', remote])
  git('init', '-q')
  const anchor = gitAnchor({ dir, remote })
  const evidence = world.again(undefined, undefined, { anchors: [anchor] })
  await expect(checkpointsOfRef({ dir })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  await record(evidence, 'mis_1', await missionEvents(world.blobs))
  const pack = await packOf(evidence, 'mis_1')
  const first = await evidence.anchor()
  expect(first.failed).toEqual([])
  expect((await evidence.anchor()).taken).toEqual(first.taken)
  await record(evidence, 'mis_2', await missionEvents(world.blobs))
  await evidence.anchor()
  const [, older] = await checkpointsOfRef({ dir })
  expect(git('rev-list', '--count', 'refs/atomic/log')).toBe('2')
  expect(await checkpointsOfRef({ dir: remote })).toHaveLength(2)
  expect((await verify(pack, { anchors: [older!] })).ok).toBe(true)

  const other = await openWorld({ skey: world.skey, vkey: world.vkey })
  ends.push(() => other.close())
  const rolledBack = other.again(undefined, undefined, { anchors: [anchor] })
  expect(await rolledBack.anchor()).toMatchObject({ taken: [], failed: [{ rewritten: true }] })
  await record(rolledBack, 'mis_1', await missionEvents(other.blobs))
  await record(rolledBack, 'mis_2', await missionEvents(other.blobs))
  expect(await rolledBack.anchor()).toMatchObject({ taken: [], failed: [{ rewritten: true }] })
  expect((await verify(await packOf(rolledBack, 'mis_1'), { anchors: [older!] })).of('anchors').verdict).toBe('fail')
})

test('an anchor that is away, or answers nonsense, holds up no other and is no reason to cry', async () => {
  const broken: Post = async () => ({ status: 200, contentType: '', body: Buffer.from('nonsense') })
  const away: Post = async () => ({ status: 503, contentType: '', body: new Uint8Array() })
  const place = { url: 'https://away.test', keys: [parseVerifierKey(keys[0]!.vkey)] }
  execFileSync('git', ['-C', dir, 'init', '-q'])
  const evidence = world.again(undefined, undefined, {
    anchors: [
      witnessAnchor(place, broken),
      witnessAnchor(place, away),
      timestampAnchor({ url: 'https://away.test', roots: [] }, away),
      timestampAnchor({ url: 'https://away.test', roots: [] }, broken),
      gitAnchor({ dir: join(dir, 'nowhere') }),
      gitAnchor({ dir }),
    ],
  })
  const { taken, failed } = await evidence.anchor()
  expect(taken).toHaveLength(1)
  expect(failed.map((f) => f.rewritten)).toEqual([false, false, false, false, false])
})
