import { type Clock, isoTime } from '../../platform/clock.ts'
import { AtomicError } from '../../platform/errors.ts'
import { newId } from '../../platform/ids.ts'
import type { Store, Write } from '../../storage/store.ts'
import type { BudgetNews } from '../apply.ts'
import type { Tell } from '../tell.ts'
import { type DeliverOptions, deliver } from './deliver.ts'
import { webhookHeaders } from './sign.ts'

/** From the operator's configuration, and from nowhere else. */
export interface WebhookEndpoint {
  /** How messages name it. */
  name: string
  url: string
  /** `whsec_…` */
  secret: string
  /** Default: all. */
  events?: readonly BudgetNews['type'][]
}

/** Durable work, as the orchestrator's jobs do it. */
export interface WebhookJobs {
  write(kind: string, key: string, payload: unknown): Write
  wake(): void
  handle<P>(kind: string, handler: (payload: P) => Promise<void>): void
}

export interface WebhookPorts extends DeliverOptions {
  store: Store
  clock: Clock
  jobs: WebhookJobs
  endpoints: readonly WebhookEndpoint[]
}

export interface Webhooks extends Tell {
  /**
   * Sends a message again, with its own id, to every endpoint that takes it.
   * @throws AtomicError `NOT_FOUND`.
   */
  replay(id: string): Promise<void>
}

interface Message {
  type: BudgetNews['type']
  body: string
}
interface Delivery {
  id: string
  endpoint: string
}

const kind = 'finops.webhook'
const messages = 'finops.webhooks'

/** Budget alerts and breaches as Standard Webhooks: signed, tried again, kept to be sent again. */
export function createWebhooks({ store, clock, jobs, endpoints, ...options }: WebhookPorts): Webhooks {
  const takers = (type: BudgetNews['type']): WebhookEndpoint[] =>
    type === 'budget.kept' ? [] : endpoints.filter(({ events }) => events === undefined || events.includes(type))
  // One endpoint that is down holds up no other, and each has its messages in order.
  const deliveries = (id: string, type: BudgetNews['type']): Write[] =>
    takers(type).map(({ name }) => jobs.write(kind, `webhook ${name}`, { id, endpoint: name } satisfies Delivery))

  jobs.handle<Delivery>(kind, async ({ id, endpoint: name }) => {
    const message = (await store.get<Message>(messages, id))?.value
    const endpoint = endpoints.find((e) => e.name === name)
    // Taken out of the configuration meanwhile.
    if (!message || !endpoint) return
    const headers = webhookHeaders(endpoint.secret, id, Math.floor(clock.now() / 1000), message.body)
    const status = await deliver(endpoint.url, headers, message.body, options)
    if (status < 200 || status > 299)
      throw new AtomicError('UPSTREAM_FAILED', `The endpoint "${name}" answered ${status}.`)
  })

  return {
    writes({ type, scope, row, share }) {
      if (takers(type).length === 0) return []
      const id = newId('msg', clock)
      const { total = null, consumed, period = null, periodStart = null } = row
      const data = { scope, total, consumed, period, periodStart, ...(share === undefined ? {} : { share }) }
      const body = JSON.stringify({ type, timestamp: isoTime(clock), data })
      return [
        { put: { collection: messages, key: id, value: { type, body } satisfies Message, expect: 0 } },
        ...deliveries(id, type),
      ]
    },
    wake: () => jobs.wake(),
    async replay(id) {
      const message = (await store.get<Message>(messages, id))?.value
      if (!message) throw new AtomicError('NOT_FOUND', 'There is no such message.')
      await store.commit(deliveries(id, message.type))
      jobs.wake()
    },
  }
}
