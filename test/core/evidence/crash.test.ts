import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { newKey } from '../../../core/evidence/log/keys.ts'
import { sqliteCandidate } from '../storage/candidate.ts'
import { crashRound } from './crash.ts'
import { origin } from './world.ts'

test('no acknowledged event is lost by a SIGKILL, and the log goes on from where it was', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'atomic crash '))
  const key = newKey(origin)
  let acknowledged = 0
  for (const seed of [1, 2, 3]) {
    const round = await crashRound({ candidate: sqliteCandidate, at: dir }, key, seed)
    expect(round.faults).toEqual([])
    acknowledged += round.acknowledged
  }
  expect(acknowledged).toBeGreaterThan(3)
  await rm(dir, { recursive: true })
})
