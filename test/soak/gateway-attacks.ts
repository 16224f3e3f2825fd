import { growth } from '../core/gateway/attacks.ts'
import type { SoakResult } from './run.ts'

const most = 2.3
const long = 4_000_000

/** Texts made to be slow: time for twice the input. Every 50th up to 8 MB. */
export async function soak({ count, seed }: { count: number; seed: number }): Promise<SoakResult> {
  const slow: string[] = []
  let worst = 0
  for (let i = 0; i < count; i++) {
    const size = i % 50 === 49 ? long : 64_000
    const first = growth(seed + i, size)
    // A millisecond is easily disturbed. What grows faster than its input does so all the more in a longer one.
    const ratio = first > most && size < long ? growth(seed + i, size * 8) : first
    worst = Math.max(worst, ratio)
    if (ratio > most) slow.push(`seed ${seed + i}, from ${size} characters on: ${ratio.toFixed(2)} times`)
  }
  return {
    name: 'attacks on the gateway, in time linear in their length',
    ran: count,
    failed: slow.length,
    detail:
      slow.length > 0 ? slow.slice(0, 10).join('; ') : `twice the input took at most ${worst.toFixed(2)} times as long`,
  }
}
