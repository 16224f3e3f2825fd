import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createJobs, type JobsOptions } from '../../../core/orchestrator/durable-jobs.ts'
import type { Jobs } from '../../../core/orchestrator/jobs.ts'
import { AtomicError } from '../../../core/platform/errors.ts'
import { createLog } from '../../../core/platform/log.ts'
import { openSqliteStore } from '../../../core/storage/sqlite/open.ts'
import type { Store } from '../../../core/storage/store.ts'
import { temporaryPlace } from '../storage/candidate.ts'

describe('durable jobs', () => {
  let place: { at: string; remove(): Promise<void> }
  let store: Store
  let now: number
  const open: Jobs[] = []
  const logged: { fields: object; message: string }[] = []

  const make = (options: Partial<JobsOptions> = {}): Jobs => {
    const log = {
      warn: (fields: object, message: string) => logged.push({ fields, message }),
      error: (fields: object, message: string) => logged.push({ fields, message }),
    }
    const jobs = createJobs({ store, clock: { now: () => now }, random: () => 0.5, log, ...options })
    open.push(jobs)
    return jobs
  }
  const put = async (jobs: Jobs, key: string, payload: unknown, delayMs?: number): Promise<void> => {
    await store.commit([jobs.write('work', key, payload, delayMs === undefined ? {} : { delayMs })])
    jobs.wake()
  }
  /** Lets the time pass that a pause takes. */
  const pass = async (jobs: Jobs, ms: number): Promise<void> => {
    now += ms
    jobs.wake()
    await jobs.idle()
  }

  beforeEach(async () => {
    place = await temporaryPlace()
    store = await openSqliteStore(place.at)
    now = 1_700_000_000_000
    logged.length = 0
  })
  afterEach(async () => {
    await Promise.all(open.splice(0).map((j) => j.stop()))
    await store.close()
    await place.remove()
  })

  it('runs what was put, gives the handler its payload, and forgets it', async () => {
    const jobs = make()
    const seen: unknown[] = []
    jobs.handle('work', async (payload, job) => {
      seen.push([payload, job.key, job.attempts])
    })
    await jobs.start()
    await put(jobs, 'k', { a: 1 })
    await jobs.idle()
    expect(seen).toEqual([[{ a: 1 }, 'k', 0]])
    expect(await store.list('jobs')).toEqual([])
  })

  it('does nothing for a job that was written and never committed', async () => {
    const jobs = make()
    let ran = 0
    jobs.handle('work', async () => void ran++)
    await jobs.start()
    jobs.write('work', 'k', 1)
    jobs.wake()
    await put(jobs, 'k', 2)
    await jobs.idle()
    expect(ran).toBe(1)
  })

  it('finds a job that was committed after later ones had run', async () => {
    const jobs = make()
    const seen: unknown[] = []
    jobs.handle('work', async (n) => void seen.push(n))
    await jobs.start()
    const late = jobs.write('work', 'late', 'late')
    await put(jobs, 'k', 'early')
    await jobs.idle()
    await store.commit([late])
    jobs.wake()
    await jobs.idle()
    expect(seen).toEqual(['early', 'late'])
  })

  it('keeps the order within a key and runs keys beside each other', async () => {
    const jobs = make({ concurrency: 3 })
    const order: string[] = []
    let running = 0
    let most = 0
    const busy = new Set<string>()
    jobs.handle<number>('work', async (n, { key }) => {
      expect(busy.has(key)).toBe(false)
      busy.add(key)
      most = Math.max(most, ++running)
      await sleep(2)
      running--
      busy.delete(key)
      order.push(`${key}${n}`)
    })
    await jobs.start()
    const writes = Array.from({ length: 24 }, (_, i) => jobs.write('work', 'abcd'[i % 4]!, Math.floor(i / 4)))
    await store.commit(writes)
    jobs.wake()
    await jobs.idle()
    expect(most).toBe(3)
    for (const key of 'abcd') expect(order.filter((o) => o[0] === key)).toEqual([0, 1, 2, 3, 4, 5].map((n) => key + n))
  })

  it('tries again with a growing pause, counted over restarts', async () => {
    const attempts: number[] = []
    const fail = async (_: unknown, job: { attempts: number }): Promise<void> => {
      attempts.push(job.attempts)
      throw new TypeError('the token is hunter2')
    }
    const jobs = make()
    jobs.handle('work', fail)
    await jobs.start()
    await put(jobs, 'k', 1)
    await jobs.idle()
    // Half of 500 ms, and half of the other half by chance: 375 ms.
    await pass(jobs, 374)
    expect(attempts).toEqual([0])
    await pass(jobs, 1)
    expect(attempts).toEqual([0, 1])
    await jobs.stop()

    const again = make()
    again.handle('work', fail)
    await again.start()
    await again.idle()
    expect(attempts).toEqual([0, 1])
    await pass(again, 750)
    expect(attempts).toEqual([0, 1, 2])
    for (let i = 3; i < 10; i++) await pass(again, 300_000)
    expect(attempts).toHaveLength(10)
    expect(await store.list('jobs')).toEqual([])
    const [dead] = await store.list<Record<string, unknown>>('jobs.dead')
    expect(dead?.value).toMatchObject({
      kind: 'work',
      key: 'k',
      payload: 1,
      attempts: 10,
      error: { name: 'TypeError' },
    })
    expect(JSON.stringify([dead, logged])).not.toContain('hunter2')
  })

  it('keeps what a handler answers and ends the job in one commit, or neither', async () => {
    const jobs = make()
    const kept = (value: unknown) => ({ put: { collection: 'kept', key: 'k', value, expect: 0 } })
    jobs.handle('work', async (payload) => [kept(payload)])
    await jobs.start()
    await put(jobs, 'k', 1)
    await jobs.idle()
    expect((await store.get('kept', 'k'))?.value).toBe(1)
    expect(await store.list('jobs')).toEqual([])
    // Its write conflicts: the job is still there.
    await put(jobs, 'k', 2)
    await jobs.idle()
    expect((await store.get('kept', 'k'))?.value).toBe(1)
    expect(await store.list('jobs')).toHaveLength(1)
  })

  it.each([
    ['a refusal ends the job at once', new AtomicError('INVALID_REQUEST', 'no'), 1],
    ['a lost race is run again', new AtomicError('VERSION_CONFLICT', 'raced'), 10],
    ['an upstream failure is run again', new AtomicError('UPSTREAM_FAILED', 'down'), 10],
    ['a rate limit is run again', new AtomicError('RATE_LIMITED', 'slowly'), 10],
  ])('%s', async (_, error, tries) => {
    const jobs = make()
    let ran = 0
    jobs.handle('work', async () => {
      ran++
      throw error
    })
    await jobs.start()
    await put(jobs, 'k', 1)
    await jobs.idle()
    for (let i = 0; i < 12; i++) await pass(jobs, 300_000)
    expect(ran).toBe(tries)
    const [dead] = await store.list('jobs.dead')
    expect(dead?.value).toMatchObject({ error: { code: error.code, detail: error.message }, attempts: tries })
  })

  it('names in the log the code that a job was given up for', async () => {
    const lines: Record<string, unknown>[] = []
    const log = createLog({ level: 'warn', stream: { write: (line) => void lines.push(JSON.parse(line)) } })
    const jobs = make({ log })
    jobs.handle('work', async () => {
      throw new AtomicError('NOT_ALLOWED', 'no place that counts')
    })
    await jobs.start()
    await put(jobs, 'k', 1)
    await jobs.idle()
    expect(lines).toMatchObject([
      { msg: 'a job was given up', kind: 'work', failure: { code: 'NOT_ALLOWED', detail: 'no place that counts' } },
    ])
  })

  it('waits as long as an error asks', async () => {
    const jobs = make()
    let ran = 0
    jobs.handle('work', async () => {
      if (ran++ === 0) throw new AtomicError('RATE_LIMITED', { detail: 'slowly', retryAfter: 60 })
    })
    await jobs.start()
    await put(jobs, 'k', 1)
    await jobs.idle()
    await pass(jobs, 59_999)
    expect(ran).toBe(1)
    await pass(jobs, 1)
    expect(ran).toBe(2)
    expect(await store.list('jobs.dead')).toEqual([])
  })

  it('holds back later jobs of a key while the first waits, and those alone', async () => {
    const jobs = make()
    const seen: string[] = []
    jobs.handle<string>('work', async (name, job) => {
      seen.push(name)
      if (name === 'shaky' && job.attempts === 0) throw new Error('once')
    })
    await jobs.start()
    await put(jobs, 'a', 'shaky')
    await put(jobs, 'a', 'second')
    await put(jobs, 'b', 'other')
    await put(jobs, 'c', 'delayed', 1000)
    await put(jobs, 'c', 'after')
    await jobs.idle()
    expect(seen.toSorted()).toEqual(['other', 'shaky'])
    await pass(jobs, 375)
    expect(seen.slice(2)).toEqual(['shaky', 'second'])
    await pass(jobs, 625)
    expect(seen.slice(4)).toEqual(['delayed', 'after'])
  })

  it('wakes by itself when a pause is over', async () => {
    const jobs = make({ clock: { now: () => Date.now() } })
    const done = new Promise<void>((resolve) => jobs.handle('work', async () => resolve()))
    await jobs.start()
    await put(jobs, 'k', 1, 40)
    await jobs.idle()
    await done
  })

  it('keeps a job for a handler that comes later', async () => {
    const jobs = make()
    await jobs.start()
    await put(jobs, 'k', 1)
    await jobs.idle()
    const done = new Promise((resolve) => jobs.handle('work', async (n) => resolve(n)))
    expect(await done).toBe(1)
  })

  it('keeps the order even when the clock went back over a restart', async () => {
    const before = make()
    await before.start()
    await put(before, 'k', 'first')
    await before.stop()
    now -= 60_000
    const after = make()
    await after.start()
    await put(after, 'k', 'second')
    await after.idle()
    const seen: unknown[] = []
    after.handle('work', async (n) => void seen.push(n))
    now += 60_000
    after.wake()
    await after.idle()
    expect(seen).toEqual(['first', 'second'])
  })

  it('gives up a job that ends the process every time', async () => {
    const jobs = make()
    const write = jobs.write('work', 'k', 'poison')
    if (!('put' in write)) throw new Error('a job is put')
    await store.commit([{ put: { ...write.put, value: { ...(write.put.value as object), begun: 20 } } }])
    let ran = 0
    jobs.handle('work', async () => void ran++)
    await jobs.start()
    await jobs.idle()
    expect(ran).toBe(0)
    expect((await store.list('jobs.dead'))[0]?.value).toMatchObject({ error: { name: 'Silence' } })
  })

  it('lets a running job end when it stops, and starts no other', async () => {
    const jobs = make({ concurrency: 1 })
    const seen: unknown[] = []
    let begin: () => void = () => {}
    const begun = new Promise<void>((resolve) => {
      begin = resolve
    })
    jobs.handle('work', async (n) => {
      begin()
      await sleep(20)
      seen.push(n)
    })
    await jobs.start()
    await put(jobs, 'k', 1)
    await put(jobs, 'l', 2)
    await begun
    await jobs.stop()
    expect(seen).toEqual([1])
    expect(await store.list('jobs')).toHaveLength(1)
  })

  it('loses no job and no order, whatever fails', async () => {
    const plan = fc.array(
      fc.record({ key: fc.constantFrom('a', 'b', 'c'), failures: fc.integer({ min: 0, max: 3 }) }),
      {
        maxLength: 20,
      },
    )
    await fc.assert(
      fc.asyncProperty(plan, async (wanted) => {
        const jobs = make({ concurrency: 2 })
        const seen: number[] = []
        jobs.handle<{ n: number; failures: number }>('work', async ({ n, failures }, { attempts }) => {
          if (attempts < failures) throw new Error('not yet')
          seen.push(n)
        })
        await jobs.start()
        for (const [n, { key, failures }] of wanted.entries()) await put(jobs, key, { n, failures })
        await jobs.idle()
        for (let i = 0; i < 60 && seen.length < wanted.length; i++) await pass(jobs, 10_000)
        await jobs.stop()
        for (const key of 'abc') {
          const numbers = wanted.flatMap((w, n) => (w.key === key ? [n] : []))
          expect(seen.filter((n) => wanted[n]!.key === key)).toEqual(numbers)
        }
      }),
      { numRuns: 15, seed: 5 },
    )
  })

  it('goes on after each kill -9 where it was', async () => {
    const keys = 4
    const perKey = 30
    await store.close()
    const child = fileURLToPath(new URL('./jobs-child.ts', import.meta.url))
    let done = false
    for (let round = 0; !done && round < 8; round++) {
      const running = spawn(process.execPath, [child, place.at, String(keys), String(perKey)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const closed = once(running, 'close')
      let lines = 0
      for await (const line of createInterface({ input: running.stdout })) {
        if (line === 'done') done = true
        else if (++lines === 37) running.kill('SIGKILL')
      }
      await closed
    }
    expect(done).toBe(true)
    store = await openSqliteStore(place.at)
    expect(await store.list('jobs')).toEqual([])
    expect(await store.list('jobs.dead')).toEqual([])
    for (let k = 0; k < keys; k++) {
      const ran = (await store.entries<number>(`done-key${k}`, 0, 1000)).map((e) => e.value)
      // At least once each: those that a kill cut off between work and removal stand there twice.
      expect([...new Set(ran)]).toEqual(Array.from({ length: perKey }, (_, n) => n))
      expect(ran).toEqual(ran.toSorted((a, b) => a - b))
    }
  })
})
