import { growth } from '../core/gateway/attacks.ts'
import type { SoakResult } from './run.ts'

const most = 2.3
const long = 4_000_000

/**
 * Texts made to be slow: time for twice the input. Every 50th up to 8 MB. What is over is looked at once more: a
 * short text eight times as long, where what grows faster than its input shows all the more, and a long one after
 * all others, when what disturbed it has passed.
 */
export async function soak({ count, seed }: { count: number; seed: number }): Promise<SoakResult> {
  const slow: string[] = []
  const again: number[] = []
  let worst = 0
  const held = (one: number, size: number, ratio: number): void => {
    worst = Math.max(worst, ratio)
    if (ratio > most) slow.push(`seed ${one}, from ${size} characters on: ${ratio.toFixed(2)} times`)
  }
  for (let i = 0; i < count; i++) {
    const isLong = i % 50 === 49
    const size = isLong ? long : 64_000
    const first = growth(seed + i, size)
    if (first <= most) held(seed + i, size, first)
    else if (isLong) again.push(seed + i)
    else held(seed + i, size * 8, growth(seed + i, size * 8))
  }
  for (const one of again) held(one, long, growth(one, long))
  return {
    name: 'attacks on the gateway, in time linear in their length',
    ran: count,
    failed: slow.length,
    detail:
      slow.length > 0
        ? slow.slice(0, 10).join('; ')
        : `twice the input took at most ${worst.toFixed(2)} times as long; looked at once more: ${again.length} of 4 to 8 MB`,
  }
}
