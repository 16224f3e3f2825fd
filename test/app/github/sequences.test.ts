import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Hall, openHall, playSequence } from './sequences.ts'

let hall: Hall
beforeAll(async () => {
  hall = await openHall()
})
afterAll(() => hall.github.stop())

test('20 sequences of batches, rollbacks and pushes leave exact trees; the thousand are `npm run soak -- batches`', async () => {
  const sum = { landed: 0, rolledBack: 0, refused: 0, pushes: 0 }
  for (let seed = 1; seed <= 20; seed++) {
    const played = await playSequence(hall, seed)
    for (const key of Object.keys(sum) as (keyof typeof sum)[]) sum[key] += played[key]
  }
  hall.github.assertValid()
  for (const n of Object.values(sum)) expect(n).toBeGreaterThan(0)
}, 180_000)
