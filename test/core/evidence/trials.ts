import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Content } from '../../../core/contracts/index.ts'
import { type PackVerdict, verifyAuditPack } from '../../../core/evidence/pack/verify.ts'
import { type Random, seeded, tamperings } from './tamper.ts'
import { ctx, missionEvents, openWorld, packOf, record, type Told, type World } from './world.ts'

interface Forgery {
  name: string
  pack: Buffer
  anchors?: string[]
  named?: string
}

const noteOf = async (world: World): Promise<string> =>
  ((await world.evidence.service.checkpoint({ query: {} }, ctx)) as Content).body as string

const noise = (world: World, n: number) =>
  record(
    world.evidence,
    'mis_other',
    Array.from({ length: n }, (): Told => ({ type: 'ext.noise', payload: { n } })),
  )

/** The approval comes from somebody who never gave it. */
const forged = (events: Told[]): Told[] =>
  events.map((e) => (e.actor?.login === 'bob' ? { ...e, actor: { login: 'carol', type: 'human' } } : e))

type Standalone = { verifyPack(zip: Buffer, vkey: string, anchor?: string): string[] }
const { verifyPack } = (await import(
  new URL('../../../docs/audit-pack/verify-pack.mjs', import.meta.url).href
)) as Standalone

/** Does the single-file verifier accept it? */
function standaloneAccepts({ pack, anchors = [] }: Forgery, vkey: string): boolean {
  try {
    verifyPack(pack, vkey, anchors[0])
    return true
  } catch {
    return false
  }
}

/**
 * Tampers with a genuine pack `count` times, each trial by its own seed: with its bytes, with the
 * key, and with whole logs written anew by somebody who holds the key but not an earlier anchor.
 * Both verifiers are asked: ours and the single file that an auditor can run without an install.
 */
export async function tamperTrials(
  count: number,
  seed: number,
): Promise<{ ran: number; accepted: string[]; unnamed: string[]; genuine: PackVerdict }> {
  const dir = await mkdtemp(join(tmpdir(), 'atomic tamper '))
  const worlds: World[] = []
  const world = async (key?: World): Promise<World> => {
    const made = await openWorld(key && { skey: key.skey, vkey: key.vkey })
    worlds.push(made)
    return made
  }
  try {
    const honest = await world()
    await noise(honest, 3)
    const early = await noteOf(honest)
    await record(honest.evidence, 'mis_1', await missionEvents(honest.blobs))
    const pack = await packOf(honest.evidence, 'mis_1')
    await record(honest.evidence, 'mis_2', await missionEvents(honest.blobs))
    const late = await noteOf(honest)

    const stranger = await world()
    await noise(stranger, 3)
    await record(stranger.evidence, 'mis_1', await missionEvents(stranger.blobs))
    const rewritten = await world(honest)
    await noise(rewritten, 3)
    await record(rewritten.evidence, 'mis_1', await missionEvents(rewritten.blobs, forged))
    const rolledBack = await world(honest)
    await record(rolledBack.evidence, 'mis_1', await missionEvents(rolledBack.blobs))
    const whole: Forgery[] = [
      { name: 'another key', pack: await packOf(stranger.evidence, 'mis_1'), named: 'known key' },
      {
        name: 'a log written anew with the stolen key',
        pack: await packOf(rewritten.evidence, 'mis_1'),
        anchors: [early],
        named: 'rewritten',
      },
      {
        name: 'a log rolled back with the stolen key',
        pack: await packOf(rolledBack.evidence, 'mis_1'),
        anchors: [late],
        named: 'consistency proof',
      },
      { name: 'an anchor of another log', pack, anchors: [await noteOf(stranger)], named: 'known key' },
    ]

    const path = join(dir, 'pack.zip')
    const verify = async ({ pack: bytes, anchors = [] }: Forgery): Promise<PackVerdict> => {
      await writeFile(path, bytes)
      return verifyAuditPack(path, { keys: [honest.vkey], anchors })
    }
    const genuine = await verify({ name: 'genuine', pack, anchors: [early] })
    if (!standaloneAccepts({ name: 'genuine', pack, anchors: [early] }, honest.vkey))
      throw new Error('the single file refuses the genuine pack')
    const accepted: string[] = []
    const unnamed: string[] = []
    for (let i = 0; i < count; i++) {
      const forgery = await forge(i, seeded(seed + i), pack, whole)
      const label = `${forgery.name} (seed ${seed + i})`
      // A forger may by chance change nothing at all.
      if (forgery.pack.equals(pack) && !forgery.anchors) continue
      const { ok, checks } = await verify(forgery)
      const failed = checks.filter((c) => c.verdict === 'fail')
      if (standaloneAccepts(forgery, honest.vkey)) accepted.push(`${label}, by the single file`)
      if (ok) accepted.push(label)
      else if (failed.length === 0 || !failed.some((c) => c.detail.includes(forgery.named ?? ''))) unnamed.push(label)
    }
    return { ran: count, accepted, unnamed, genuine }
  } finally {
    for (const one of worlds) await one.close()
    await rm(dir, { recursive: true })
  }
}

async function forge(i: number, random: Random, pack: Buffer, whole: readonly Forgery[]): Promise<Forgery> {
  const ways = tamperings.length + whole.length
  const way = i % ways
  const forgery = whole[way - tamperings.length]
  if (forgery) return forgery
  const { name, apply } = tamperings[way]!
  return { name, ...(await apply(pack, random)) }
}
