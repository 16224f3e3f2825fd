import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newKey } from '../../core/evidence/log/keys.ts'
import { crashRound } from '../core/evidence/crash.ts'
import { gapTrials } from '../core/evidence/gaps.ts'
import { rebuild } from '../core/evidence/rebuild.ts'
import { tamperTrials } from '../core/evidence/trials.ts'
import { origin } from '../core/evidence/world.ts'
import { sqliteCandidate } from '../core/storage/candidate.ts'

interface Result {
  name: string
  ran: number
  failed: number
  detail: string
}

/** Kills the log `count` times while it appends, every tenth time on a fresh store. */
async function soakCrashes({ count, seed }: { count: number; seed: number }): Promise<Result> {
  const faults: string[] = []
  let [failed, acknowledged] = [0, 0]
  let dir = ''
  const key = newKey(origin)
  for (let round = 0; round < count; round++) {
    if (round % 10 === 0) {
      if (dir !== '') await rm(dir, { recursive: true })
      dir = await mkdtemp(join(tmpdir(), 'atomic crash '))
    }
    const result = await crashRound({ candidate: sqliteCandidate, at: dir }, key, seed + round)
    acknowledged += result.acknowledged
    if (result.faults.length > 0) failed++
    for (const fault of result.faults) faults.push(`seed ${seed + round}: ${fault}`)
  }
  if (dir !== '') await rm(dir, { recursive: true })
  const good = `${acknowledged} acknowledged events, all proved afterwards`
  return {
    name: 'the evidence log, killed while it appends',
    ran: count,
    failed,
    detail: faults.slice(0, 5).join('; ') || good,
  }
}

/** Tampers with a pack `100 · count` times. */
async function soakTampering({ count, seed }: { count: number; seed: number }): Promise<Result> {
  const { ran, accepted, unnamed, genuine } = await tamperTrials(100 * count, seed)
  const bad = [...accepted.map((a) => `accepted: ${a}`), ...unnamed.map((u) => `not named: ${u}`)]
  if (!genuine.ok) bad.push('the genuine pack was refused')
  const good = 'none accepted, each named; the genuine pack accepted'
  return { name: 'audit packs tampered with', ran, failed: bad.length, detail: bad.slice(0, 5).join('; ') || good }
}

/** Writes one pack `count` times: in processes, time zones, locales and Nodes of all kinds. */
async function soakRebuilds({ count }: { count: number }): Promise<Result> {
  const { digests, nodes, zones } = await rebuild(count)
  return {
    name: 'one pack, written anew',
    ran: count,
    failed: digests.size - 1,
    detail: `${digests.size} digest(s), on ${[...nodes].join(', ')}, in ${zones.size} time zones`,
  }
}

/** `10 · count` gaps seeded into years of missions, and as many clean years. */
async function soakGaps({ count, seed }: { count: number; seed: number }): Promise<Result> {
  const { ran, missed, alarms } = await gapTrials(10 * count, seed)
  const bad = [...missed.map((m) => `missed: ${m}`), ...alarms.map((a) => `false alarm: ${a}`)]
  const good = 'every gap found, none where there was none'
  return { name: 'gaps in a year of missions', ran, failed: bad.length, detail: bad.slice(0, 5).join('; ') || good }
}

export async function soak(options: { count: number; seed: number }): Promise<Result> {
  const parts = [
    await soakCrashes(options),
    await soakTampering(options),
    await soakRebuilds(options),
    await soakGaps(options),
  ]
  return {
    name: parts.map((p) => p.name).join(' · '),
    ran: parts.reduce((sum, p) => sum + p.ran, 0),
    failed: parts.reduce((sum, p) => sum + p.failed, 0),
    detail: parts.map((p) => `${p.name}: ${p.detail}`).join(' · '),
  }
}
