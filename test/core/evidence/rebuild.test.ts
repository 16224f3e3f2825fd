import { expect, test } from 'vitest'
import { rebuild } from './rebuild.ts'

test('a pack is the same bytes from every process, time zone and locale', async () => {
  const { digests, zones } = await rebuild(3)
  expect(digests.size).toBe(1)
  expect(zones.size).toBe(3)
})
