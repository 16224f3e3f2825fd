import type { Jobs } from '../../core/orchestrator/jobs.ts'
import type { Clock } from '../../core/platform/clock.ts'
import { isAtomicError } from '../../core/platform/errors.ts'
import type { Store, Write } from '../../core/storage/store.ts'
import { expires } from './expiry.ts'

/** One webhook delivery of GitHub. */
export interface Delivery {
  /** `X-GitHub-Delivery`. */
  id: string
  /** `X-GitHub-Event`, such as `pull_request`. */
  name: string
  payload: Record<string, unknown>
}

export interface Deliveries {
  /** Durable when it resolves; a delivery that was here before puts no second job. */
  accept(delivery: Delivery): Promise<'accepted' | 'repeated'>
  /** Was it here, worked off or not? */
  known(id: string): Promise<boolean>
  /** Works the deliveries off, in order for each pull request. */
  handle(receive: (delivery: Delivery) => Promise<void>): void
}

const jobKind = 'github.delivery'
/** Texts of a payload may hold secrets: they stay only until they are worked off. */
const payloads = 'github.payloads'
/** That it was here, for as long as GitHub delivers again (3 days), and longer. */
const seen = 'github.seen'
const seenMs = 14 * 24 * 3_600_000

const field = (value: unknown, name: string): unknown =>
  value !== null && typeof value === 'object' ? (value as Record<string, unknown>)[name] : undefined

/** Deliveries about one pull request come one after another; others by repository. */
function orderKey({ payload }: Delivery): string {
  const repository = field(payload.repository, 'full_name')
  if (typeof repository !== 'string') return `installation ${String(field(payload.installation, 'id'))}`
  const [pull] = [field(payload.check_run, 'pull_requests'), field(payload.check_suite, 'pull_requests')].flat()
  const number = [payload.pull_request, payload.issue, pull].map((part) => field(part, 'number')).find(Boolean)
  return `${repository.toLowerCase()}${number === undefined ? '' : `#${String(number)}`}`
}

export function createDeliveries(store: Store, jobs: Jobs, clock: Clock): Deliveries {
  return {
    async accept(delivery) {
      const { id } = delivery
      try {
        await store.commit([
          { put: { collection: seen, key: id, value: { name: delivery.name }, expect: 0 } },
          { put: { collection: payloads, key: id, value: delivery } },
          expires(seen, id, clock.now() + seenMs),
          // One that can never be worked off does not stay for ever either.
          expires(payloads, id, clock.now() + seenMs),
          jobs.write(jobKind, orderKey(delivery), { id }),
        ])
      } catch (error) {
        if (isAtomicError(error, 'VERSION_CONFLICT')) return 'repeated'
        throw error
      }
      jobs.wake()
      return 'accepted'
    },

    known: async (id) => (await store.get(seen, id)) !== undefined,

    handle(receive) {
      jobs.handle<{ id: string }>(jobKind, async ({ id }) => {
        const row = await store.get<Delivery>(payloads, id)
        // Past its time.
        if (row === undefined) return []
        const done: Write[] = [{ remove: { collection: payloads, key: id } }]
        try {
          await receive(row.value)
        } catch (error) {
          if (isAtomicError(error) && error.status < 500 && error.status !== 429) await store.commit(done)
          throw error
        }
        return done
      })
    },
  }
}
