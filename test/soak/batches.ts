import { openHall, playSequence } from '../app/github/sequences.ts'
import type { SoakResult } from './run.ts'

/** Random batches and rollbacks on real branches, with renames, modes, links, binaries and pushes in between: exact trees. */
export async function soak({ count, seed }: { count: number; seed: number }): Promise<SoakResult> {
  const sum = { landed: 0, rolledBack: 0, refused: 0, pushes: 0 }
  const wrong: string[] = []
  let hall = await openHall()
  for (let i = 0; i < count; i++) {
    try {
      const played = await playSequence(hall, seed + i)
      for (const key of Object.keys(sum) as (keyof typeof sum)[]) sum[key] += played[key]
    } catch (error) {
      wrong.push(`seed ${seed + i}: ${String(error).slice(0, 2_000)}`)
    }
    if (i % 100 !== 99) continue
    hall.github.assertValid()
    await hall.github.stop()
    hall = await openHall()
    console.log(`       ${i + 1} sequences, ${sum.landed} batches landed, ${sum.rolledBack} rollbacks`)
  }
  await hall.github.stop()
  const { landed, rolledBack, refused, pushes } = sum
  const detail = `${landed} batches landed, ${rolledBack} rollbacks, ${refused} refused for later batches, ${pushes} pushes in the middle`
  return {
    name: 'batches and rollbacks',
    ran: count,
    failed: wrong.length,
    detail: [detail, ...wrong.slice(0, 5)].join('\n       '),
  }
}
