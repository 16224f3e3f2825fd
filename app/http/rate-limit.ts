import type { Clock } from '../../core/platform/clock.ts'
import { AtomicError } from '../../core/platform/errors.ts'

const mostBuckets = 10_000

/**
 * A token bucket a caller: `rate` requests a second, bursts of twice as many.
 * @throws AtomicError `RATE_LIMITED` with `retryAfter`.
 */
export function createRateLimit(rate: number, clock: Clock): (caller: string) => void {
  const burst = rate * 2
  const buckets = new Map<string, { left: number; at: number }>()
  return (caller) => {
    if (rate === 0) return
    const now = clock.now()
    const bucket = buckets.get(caller) ?? { left: burst, at: now }
    bucket.left = Math.min(burst, bucket.left + ((now - bucket.at) / 1_000) * rate)
    bucket.at = now
    // Set anew: a Map keeps the order of insertion, so that the first is the longest unseen.
    buckets.delete(caller)
    buckets.set(caller, bucket)
    if (buckets.size > mostBuckets) buckets.delete(buckets.keys().next().value ?? '')
    if (bucket.left < 1)
      throw new AtomicError('RATE_LIMITED', {
        detail: `More than ${rate} requests a second.`,
        retryAfter: Math.max(1, Math.ceil((1 - bucket.left) / rate)),
      })
    bucket.left -= 1
  }
}
