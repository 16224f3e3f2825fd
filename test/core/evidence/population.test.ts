import { expect, test } from 'vitest'
import { gapTrials, kinds } from './gaps.ts'

test('of 1,000 gaps in a year of missions every one is found, and a clean year raises no alarm', async () => {
  expect(await gapTrials(1_000, 7)).toEqual({ ran: 1_000, kinds: kinds.length, missed: [], alarms: [] })
})
