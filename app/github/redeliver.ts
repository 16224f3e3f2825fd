import type { Clock } from '../../core/platform/clock.ts'
import { isAtomicError } from '../../core/platform/errors.ts'
import type { Store, Write } from '../../core/storage/store.ts'
import { expires } from '../http/expiry.ts'
import { clients, type GitHub, type OctokitFor } from './client.ts'

/** GitHub keeps deliveries for three days: https://docs.github.com/webhooks/testing-and-troubleshooting-webhooks/redelivering-webhooks */
const keptMs = 3 * 24 * 3_600_000
const everyMs = 5 * 60_000
/** What was on its way during a sweep, or failed once more, is seen by the next ones. */
const overlapMs = 30 * 60_000
const maxPages = 2_000
/** A delivery that fails as often will fail again: its secret is another, say. */
const mostAsks = 3

const collection = 'github.sweeps'
const asked = 'github.asked'

export interface Watch {
  octokitFor: OctokitFor
  store: Store
  clock: Clock
  log: { info(fields: object, message: string): void; warn(fields: object, message: string): void }
  /** Was a delivery here, by its id? */
  known(guid: string): Promise<boolean>
  /** Of several processes, is it this one that works? */
  mine(): boolean
}

/** Asks at start and every five minutes for what did not arrive: GitHub does not try again by itself. Returns what ends it. */
export function watchDeliveries(watch: Watch): () => void {
  const { clock, log, mine } = watch
  let sweeping = false
  const sweep = async (): Promise<void> => {
    if (sweeping || !mine()) return
    sweeping = true
    try {
      const count = await redeliverMissed(watch, clock.now())
      if (count > 0) log.info({ count }, 'missed deliveries asked for again')
    } catch (err) {
      log.warn({ err }, 'missed deliveries cannot be asked for')
    } finally {
      sweeping = false
    }
  }
  void sweep()
  const timer = setInterval(() => void sweep(), everyMs)
  timer.unref()
  return () => clearInterval(timer)
}

/** Deliveries since the last sweep that never got here are sent again, oldest first. Answers how many. */
export async function redeliverMissed(
  watch: Pick<Watch, 'octokitFor' | 'store' | 'known'>,
  now: number,
): Promise<number> {
  const { store } = watch
  const app = await clients(watch.octokitFor)()
  const last = (await store.get<{ at: number }>(collection, 'deliveries'))?.value.at ?? 0
  const missed = await missedSince(app, watch.known, Math.max(now - keptMs, last - overlapMs))
  let count = 0
  for (const [guid, delivery_id] of missed) {
    const times = (await store.get<number>(asked, guid))?.value ?? 0
    if (times >= mostAsks) continue
    await store.commit(askedOnce(guid, times, now))
    if (await sentAgain(app, delivery_id)) count++
  }
  await store.commit([{ put: { collection, key: 'deliveries', value: { at: now } } }])
  return count
}

/** False where GitHub will not: it is too old by now. */
async function sentAgain(app: GitHub, delivery_id: number): Promise<boolean> {
  try {
    await app.request('POST /app/hook/deliveries/{delivery_id}/attempts', { delivery_id })
    return true
  } catch (error) {
    if (isAtomicError(error, 'NOT_FOUND') || isAtomicError(error, 'INVALID_REQUEST')) return false
    throw error
  }
}

const askedOnce = (guid: string, times: number, now: number): Write[] => [
  { put: { collection: asked, key: guid, value: times + 1 } },
  ...(times === 0 ? [expires(asked, guid, now + 2 * keptMs)] : []),
]

/** Guid to id, oldest first. */
async function missedSince(
  app: GitHub,
  known: (guid: string) => Promise<boolean>,
  since: number,
): Promise<[guid: string, id: number][]> {
  const missed = new Map<string, number>()
  let cursor: string | undefined
  for (let pages = 0; pages < maxPages; pages++) {
    const answer = await app.request('GET /app/hook/deliveries', {
      per_page: 100,
      ...(cursor === undefined ? {} : { cursor }),
    })
    for (const { id, guid } of answer.data) if (!missed.has(guid) && !(await known(guid))) missed.set(guid, Number(id))
    const oldest = answer.data.at(-1)
    cursor = /[?&]cursor=([^&>]+)[^>]*>; rel="next"/.exec(answer.headers.link ?? '')?.[1]
    if (cursor === undefined || oldest === undefined || Date.parse(oldest.delivered_at) < since) break
  }
  return [...missed].reverse()
}
