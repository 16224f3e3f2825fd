import { createJobs } from '../../../core/orchestrator/durable-jobs.ts'
import { systemClock } from '../../../core/platform/clock.ts'
import { openSqliteStore } from '../../../core/storage/sqlite/open.ts'

/** Puts jobs on a few keys at the first start, works on them, and says "done" when none is left. */
const [at, keys, perKey] = process.argv.slice(2) as [string, string, string]
const say = (line: string): Promise<void> =>
  new Promise((resolve) => process.stdout.write(`${line}\n`, () => resolve()))
const store = await openSqliteStore(at)
const jobs = createJobs({ store, clock: systemClock })
jobs.handle<{ n: number }>('count', async ({ n }, { key }) => {
  const index = await store.size(`done-${key}`)
  await store.commit([{ append: { log: `done-${key}`, index, value: n } }])
  await say(`${key} ${n}`)
})
await jobs.start()
if (!(await store.get('test', 'put'))) {
  const writes = Array.from({ length: Number(perKey) }, (_, n) =>
    Array.from({ length: Number(keys) }, (_, k) => jobs.write('count', `key${k}`, { n })),
  ).flat()
  await store.commit([...writes, { put: { collection: 'test', key: 'put', value: true } }])
  jobs.wake()
}
await jobs.idle()
await say('done')
await jobs.stop()
await store.close()
