import { createJobs } from '../../core/orchestrator/durable-jobs.ts'
import { systemClock } from '../../core/platform/clock.ts'
import { openSqliteStore } from '../../core/storage/sqlite/open.ts'
import { temporaryPlace } from '../core/storage/candidate.ts'
import { percentile, timesOf } from '../support/times.ts'

/** The embedded store and the jobs on it: times in ms, and what commits gain by waiting together. */
export async function bench(): Promise<{ name: string; figures: Record<string, number> }> {
  const place = await temporaryPlace()
  const store = await openSqliteStore(place.at)
  const jobs = createJobs({ store, clock: systemClock })
  try {
    const value = { text: 'x'.repeat(500) }
    const alone = await timesOf(300, (index) => store.commit([{ append: { log: 'alone', index, value } }]))
    const together = 5_000
    const started = performance.now()
    await Promise.all(
      Array.from({ length: together }, (_, i) => store.commit([{ put: { collection: 'c', key: `k${i}`, value } }])),
    )
    const each = (performance.now() - started) / together

    jobs.handle('nothing', async () => {})
    await jobs.start()
    const roundTrip = await timesOf(100, async (i) => {
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
