import { afterAll, expect, it } from 'vitest'
import { Postgres } from '../../support/postgres.ts'
import { processesTrial } from './processes.ts'

const server = await Postgres.start()
afterAll(() => server.stop())

it('never overspends and loses nothing with five processes on one database, one of them killed', async () => {
  const result = await processesTrial(server, { count: 10_000, seed: 1 })
  expect(result.faults).toEqual([])
  expect(result.ran).toBeGreaterThanOrEqual(10_000)
  for (const what of ['killed', 'granted', 'denied', 'settled', 'expired'] as const)
    expect([what, result[what]]).not.toEqual([what, 0])
}, 300_000)
