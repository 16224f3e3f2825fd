import { createJobs } from '../../core/orchestrator/durable-jobs.ts'
import { systemClock } from '../../core/platform/clock.ts'
import { openSqliteStore } from '../../core/storage/sqlite/open.ts'
import { temporaryPlace } from '../core/storage/candidate.ts'

const percentile = (sorted: readonly number[], p: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))]!

async function timed(count: number, run: (i: number) => Promise<unknown>): Promise<number[]> {
  const times: number[] = []
  for (let i = 0; i < count; i++) {
    const started = performance.now()
    await run(i)
    times.push(performance.now() - started)
  }
  return times.sort((a, b) => a - b)
}

/** The embedded store and the jobs on it: times in ms, and what commits gain by waiting together. */
export async function bench(): Promise<{ name: string; figures: Record<string, number> }> {
  const place = await temporaryPlace()
  const store = await openSqliteStore(place.at)
  const jobs = createJobs({ store, clock: systemClock })
  try {
    const value = { text: 'x'.repeat(500) }
    const alone = await timed(300, (index) => store.commit([{ append: { log: 'alone', index, value } }]))
    const together = 5_000
    const started = performance.now()
    await Promise.all(
      Array.from({ length: together }, (_, i) => store.commit([{ put: { collection: 'c', key: `k${i}`, value } }])),
    )
    const each = (performance.now() - started) / together

    jobs.handle('nothing', async () => {})
    await jobs.start()
    const roundTrip = await timed(100, async (i) => {
      await store.commit([jobs.write('nothing', `k${i}`, value)])
      jobs.wake()
      await jobs.idle()
    })
    return {
      name: 'storage',
      figures: {
        'append, p50 ms': percentile(alone, 0.5),
        'append, p95 ms': percentile(alone, 0.95),
        'commits waiting together, times as fast': percentile(alone, 0.5) / each,
        'job put, run and removed, p50 ms': percentile(roundTrip, 0.5),
        'job put, run and removed, p95 ms': percentile(roundTrip, 0.95),
      },
    }
  } finally {
    await jobs.stop()
    await store.close()
    await place.remove()
  }
}
