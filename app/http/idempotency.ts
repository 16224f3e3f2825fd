import { randomUUID } from 'node:crypto'
import { sha256Hex } from '../../core/platform/canonical.ts'
import type { Clock } from '../../core/platform/clock.ts'
import { AtomicError, isAtomicError } from '../../core/platform/errors.ts'
import type { Store } from '../../core/storage/store.ts'
import { expires } from './expiry.ts'
import { invalid } from './problems.ts'

/** An answer as it went out, word for word. */
export interface Answer {
  status: number
  headers: Record<string, string>
  body: string
}

export interface Once {
  /** Caller and route: the same key elsewhere is another key. */
  scope: string
  key: string
  /** Hash of the request: another one under the same key is refused. */
  hash: string
  /** Running it again after a crash is no second effect. */
  repeatable: boolean
}

export interface Idempotency {
  /**
   * Runs it once and answers the same ever after. `run` throws where nothing may be kept.
   * @throws AtomicError `IDEMPOTENCY_MISMATCH`; `VERSION_CONFLICT` while another process runs it, or
   * when a crash left it unknown whether it took effect.
   */
  once(request: Once, run: () => Promise<Answer>): Promise<{ answer: Answer; replayed: boolean }>
}

type Entry =
  | { state: 'running'; hash: string; owner: string; until: number }
  | { state: 'done'; hash: string; answer: Answer }

const collection = 'http.idempotency'
const keptMs = 24 * 3_600_000
const leaseMs = 10_000

export function createIdempotency(store: Store, clock: Clock): Idempotency {
  const owner = randomUUID()
  const inFlight = new Map<string, { hash: string; done: Promise<Answer> }>()

  const mismatch = (): AtomicError =>
    new AtomicError('IDEMPOTENCY_MISMATCH', 'This Idempotency-Key was used for another request.')
  const mark = (hash: string): Entry => ({ state: 'running', hash, owner, until: clock.now() + leaseMs })

  /** The answer that stands, or the version under which this process may run the request. */
  async function claim(key: string, { hash, repeatable }: Once): Promise<Answer | number> {
    for (;;) {
      const row = await store.get<Entry>(collection, key)
      if (row !== undefined) {
        const { value } = row
        if (value.hash !== hash) throw mismatch()
        if (value.state === 'done') return value.answer
        const left = value.until - clock.now()
        if (left > 0)
          throw new AtomicError('VERSION_CONFLICT', {
            detail: 'The first request with this Idempotency-Key is still running.',
            retryAfter: Math.ceil(left / 1_000),
          })
        if (!repeatable)
          throw new AtomicError(
            'VERSION_CONFLICT',
            'The first request with this Idempotency-Key was cut off, so that nobody knows whether it took effect. ' +
              'Read the current state, and use a new key if it has to be sent again.',
          )
      }
      try {
        const version = row?.version ?? 0
        await store.commit([
          { put: { collection, key, value: mark(hash), expect: version } },
          ...(row === undefined ? [expires(collection, key, clock.now() + keptMs)] : []),
        ])
        return version + 1
      } catch (error) {
        // Another process was faster: look again at what it left.
        if (!isAtomicError(error, 'VERSION_CONFLICT')) throw error
      }
    }
  }

  /** Runs with a lease that is renewed meanwhile, so that only a dead process loses it. */
  async function runClaimed(key: string, hash: string, claimed: number, run: () => Promise<Answer>): Promise<Answer> {
    let version = claimed
    let renewal = Promise.resolve()
    const renew = async () => {
      await store.commit([{ put: { collection, key, value: mark(hash), expect: version } }])
      version += 1
    }
    const timer = setInterval(() => {
      renewal = renewal.then(renew).catch(() => undefined)
    }, leaseMs / 3)
    timer.unref()
    const settle = async (): Promise<void> => {
      clearInterval(timer)
      await renewal
    }
    let answer: Answer
    try {
      answer = await run()
    } catch (error) {
      await settle()
      await store.commit([{ remove: { collection, key, expect: version } }])
      throw error
    }
    await settle()
    await store.commit([
      { put: { collection, key, value: { state: 'done', hash, answer } satisfies Entry, expect: version } },
    ])
    return answer
  }

  return {
    async once(request, run) {
      if (!/^[\x21-\x7e]{1,255}$/.test(request.key))
        throw invalid([{ path: 'Idempotency-Key', message: 'expected 1 to 255 visible ASCII characters' }])
      const key = sha256Hex(`${request.scope}\0${request.key}`)
      const running = inFlight.get(key)
      if (running !== undefined) {
        if (running.hash !== request.hash) throw mismatch()
        return { answer: await running.done, replayed: true }
      }
      let replayed = false
      const done = (async () => {
        const claimed = await claim(key, request)
        if (typeof claimed === 'number') return runClaimed(key, request.hash, claimed, run)
        replayed = true
        return claimed
      })()
      inFlight.set(key, { hash: request.hash, done })
      try {
        return { answer: await done, replayed }
      } finally {
        inFlight.delete(key)
      }
    },
  }
}
