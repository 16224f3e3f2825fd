import { type Clock, isoTime } from '../platform/clock.ts'
import { isAtomicError } from '../platform/errors.ts'
import type { Row, Store, Write } from '../storage/store.ts'
import type { Turn } from '../storage/turn.ts'
import { createJobIds } from './job-ids.ts'
import { JobQueue, type Ticket } from './job-queue.ts'
import { describeError, isRetryable, pauseMs } from './job-retry.ts'
import type { Job, Jobs } from './jobs.ts'

const collection = 'jobs'
const deadCollection = 'jobs.dead'
const page = 100
const maxAttempts = 10
/** A job during which the process ended this often without a word is taken for the reason. */
const maxSilentEnds = 20
const storePauseMs = 1_000
/** What another process put, or what was committed very late, is found at the latest then. */
const sweepMs = 15_000
/** A job written but not seen in the store by then was probably never committed. */
const commitWithinMs = 60_000
const longestTimerMs = 2 ** 31 - 1

interface Stored {
  kind: string
  key: string
  payload: unknown
  attempts: number
  /** How often it was begun; more than `attempts` when the process ended in between. */
  begun: number
  notBefore: number
  putAt: string
}

interface JobsLog {
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export interface JobsOptions {
  store: Store
  clock: Clock
  log?: JobsLog
  /** Where several processes share the store: who has it runs the jobs of all. */
  turn?: Turn
  /** Jobs that run at once. Default 8. */
  concurrency?: number
  /** From 0 up to 1. */
  random?: () => number
}

type Handler = (payload: unknown, job: Job) => Promise<void> | Promise<Write[]>

/**
 * Jobs in the collection `jobs` of a store, one process running them (of several: who has the turn). A job is removed when its
 * handler has ended well, so one that was cut off runs again; after 10 failures, or one that no
 * repetition can mend, it moves to `jobs.dead` with what is known of the error. A first job that
 * waits (a delay, a pause after a failure) holds back the later ones of its key.
 */
export function createJobs({ store, clock, log, turn, concurrency = 8, random = Math.random }: JobsOptions): Jobs {
  const handlers = new Map<string, Handler>()
  const queue = new JobQueue((kind) => handlers.has(kind))
  const ids = createJobIds(clock, random)
  /** Written here and not yet seen in the store: reading goes on from before the oldest, so that a late commit is not skipped. */
  const unseen = new Map<string, number>()
  let readUpTo = ''
  let started = false
  let stopping = false
  let reading: Promise<void> | undefined
  /** Where another reading is to begin. */
  let readAgain: { from?: string } | undefined
  let timer: NodeJS.Timeout | undefined
  let sweeper: NodeJS.Timeout | undefined
  let waiters: { quiet: () => boolean; resolve: () => void }[] = []

  const active = (): boolean => started && !stopping && (turn?.mine ?? true)
  turn?.watch(() => lookAtAll())

  const ticketOf = (row: Row<Stored>): Ticket => ({
    id: row.key,
    kind: row.value.kind,
    key: row.value.key,
    notBefore: row.value.notBefore,
  })

  function whereToRead(): string {
    const now = clock.now()
    for (const [id, writtenAt] of unseen) {
      if (now - writtenAt > commitWithinMs) unseen.delete(id)
      // Ids end in a digit above every control character, so this comes right before it.
      else return id <= readUpTo ? id.slice(0, -1) : readUpTo
    }
    return readUpTo
  }

  async function read(from: string): Promise<void> {
    for (let after = from; ; ) {
      const rows = await store.list<Stored>(collection, { limit: page, ...(after === '' ? {} : { after }) })
      for (const row of rows) {
        unseen.delete(row.key)
        queue.add(ticketOf(row))
        after = row.key
      }
      if (after > readUpTo) readUpTo = after
      if (rows.length < page) return
    }
  }

  /** Reads what is new; calls while it reads lead to one more reading. */
  function look(from?: string): void {
    if (!active()) return
    if (reading) {
      readAgain = from === undefined ? (readAgain ?? {}) : { from }
      return
    }
    reading = read(from ?? whereToRead())
      .catch((error: unknown) => {
        log?.error({ failure: describeError(error) }, 'jobs could not be read')
        setTimeout(() => look(), storePauseMs).unref()
      })
      .then(() => {
        reading = undefined
        const again = readAgain
        readAgain = undefined
        if (again) look(again.from)
        pump()
      })
  }

  /** Also at what another process put; only while little is known: a long queue needs no second look at all of it. */
  const lookAtAll = (): void => look(queue.size < 1000 ? '' : undefined)

  function pump(handlersChanged = false): void {
    clearTimeout(timer)
    if (active()) {
      queue.recheck(clock.now(), handlersChanged)
      while (queue.running < concurrency) {
        const ticket = queue.take(clock.now())
        if (!ticket) break
        void run(ticket).then((again) => {
          queue.release(ticket, again)
          pump()
        })
      }
      const next = queue.nextDue
      if (next !== undefined)
        timer = setTimeout(() => pump(), Math.min(longestTimerMs, Math.max(1, next - clock.now())))
    }
    const done = waiters.filter((w) => w.quiet())
    waiters = waiters.filter((w) => !done.includes(w))
    for (const { resolve } of done) resolve()
  }

  /** Runs one job. @returns when it is to run again, if it is. */
  async function run(ticket: Ticket): Promise<number | undefined> {
    try {
      const row = await store.get<Stored>(collection, ticket.id)
      if (!row) return undefined
      const begun = { ...row.value, begun: row.value.begun + 1 }
      if (row.value.begun - row.value.attempts >= maxSilentEnds)
        return await bury(row, {
          name: 'Silence',
          stack: [],
          detail: 'The process ended again and again during this job.',
        })
      // Counted before it runs, so that a job that ends the process cannot do so for ever.
      await store.commit([{ put: { collection, key: row.key, value: begun, expect: row.version } }])
      return await attempt({ ...row, value: begun, version: row.version + 1 })
    } catch (error) {
      // Another process took it: the next sweep shows whether it is still to be done.
      if (isAtomicError(error, 'VERSION_CONFLICT')) return undefined
      if (!stopping)
        log?.error({ job: ticket.id, kind: ticket.kind, failure: describeError(error) }, 'a job could not be kept')
      return clock.now() + storePauseMs
    }
  }

  async function attempt(row: Row<Stored>): Promise<number | undefined> {
    const { kind, key, payload, attempts, notBefore } = row.value
    let writes: Write[]
    try {
      writes = (await handlers.get(kind)!(payload, { id: row.key, kind, key, payload, attempts, notBefore })) ?? []
    } catch (error) {
      return await failed(row, error)
    }
    await store.commit([{ remove: { collection, key: row.key, expect: row.version } }, ...writes])
    return undefined
  }

  async function failed(row: Row<Stored>, error: unknown): Promise<number | undefined> {
    const attempts = row.value.attempts + 1
    const failure = describeError(error)
    const counted = { ...row, value: { ...row.value, attempts } }
    if (!isRetryable(error) || attempts >= maxAttempts) return await bury(counted, failure)
    const notBefore = clock.now() + pauseMs(attempts, error, random)
    await store.commit([
      { put: { collection, key: row.key, value: { ...counted.value, notBefore }, expect: row.version } },
    ])
    log?.warn({ job: row.key, kind: row.value.kind, attempts, failure }, 'a job failed and will run again')
    return notBefore
  }

  async function bury(row: Row<Stored>, failure: ReturnType<typeof describeError>): Promise<undefined> {
    const value = { ...row.value, error: failure, diedAt: isoTime(clock) }
    await store.commit([
      { remove: { collection, key: row.key, expect: row.version } },
      { put: { collection: deadCollection, key: row.key, value } },
    ])
    log?.error({ job: row.key, kind: row.value.kind, attempts: row.value.attempts, failure }, 'a job was given up')
  }

  const when = (quiet: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      waiters.push({ quiet, resolve })
      pump()
    })

  return {
    write(kind, key, payload, options = {}) {
      const id = ids.next()
      const now = clock.now()
      // Who has the turn finds it; should it be this process by then, it reads everything.
      if (turn?.mine ?? true) unseen.set(id, now)
      const value: Stored = {
        kind,
        key,
        payload,
        attempts: 0,
        begun: 0,
        notBefore: now + (options.delayMs ?? 0),
        putAt: isoTime(clock),
      }
      return { put: { collection, key: id, value, expect: 0 } }
    },
    wake() {
      if (turn === undefined || turn.mine) look()
      else turn.call()
    },
    handle(kind, handler) {
      handlers.set(kind, handler as Handler)
      pump(true)
    },
    async start() {
      const [newest] = await store.list(collection, { reverse: true, limit: 1 })
      if (newest) ids.follow(newest.key)
      started = true
      stopping = false
      look('')
      sweeper = setInterval(lookAtAll, sweepMs)
      sweeper.unref()
      while (reading) await reading
    },
    async stop(graceMs = 10_000) {
      stopping = true
      clearTimeout(timer)
      clearInterval(sweeper)
      let grace: NodeJS.Timeout | undefined
      await Promise.race([
        when(() => queue.running === 0 && !reading),
        new Promise<void>((resolve) => {
          grace = setTimeout(resolve, graceMs)
        }),
      ])
      clearTimeout(grace)
      started = false
    },
    idle: () => when(() => !reading && (queue.quiet || (!started && queue.running === 0))),
  }
}
