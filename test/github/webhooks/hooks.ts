import { randomUUID } from 'node:crypto'
import type { DeliveryFaults } from '../faults/delivery-faults.ts'
import { simpleUser, webhookOrganization } from '../shapes/account.ts'
import { nodeId } from '../shapes/node-id.ts'
import { repository } from '../shapes/repository.ts'
import type { AppRecord, Installation, Json } from '../state.ts'
import type { World } from '../world.ts'
import { type Delivery, send } from './delivery.ts'
import type { HookEvent, HookPort } from './port.ts'
import { DeliveryQueue } from './queue.ts'

/** Events that reach an app whether it asked for them or not. */
const always = new Set(['installation', 'installation_repositories', 'ping'])

/** Who may write checks hears of them unasked. */
function subscribed(installation: Installation, event: string): boolean {
  if (installation.suspendedAt !== undefined) return false
  const unasked = event.startsWith('check_') && installation.permissions.checks === 'write'
  return unasked || installation.events.includes(event)
}

/** Builds, signs and sends webhooks; remembers each attempt. */
export class Hooks implements HookPort {
  readonly deliveries: Delivery[] = []
  readonly #world: World
  readonly #faults: DeliveryFaults
  readonly #check: (event: string, payload: Json) => void
  readonly #queues = new Map<number, DeliveryQueue>()

  constructor(world: World, faults: DeliveryFaults, check: (event: string, payload: Json) => void) {
    this.#world = world
    this.#faults = faults
    this.#check = check
  }

  emit(event: HookEvent): void {
    const { repo } = event
    const reached = event.installation ? [event.installation] : repo ? this.#world.installationsOn(repo) : []
    for (const installation of reached) {
      const app = this.#world.apps.get(installation.appId)!
      if (event.onlyApp !== undefined && app.id !== event.onlyApp) continue
      if (app.webhookUrl === undefined) continue
      if (!always.has(event.name) && !subscribed(installation, event.name)) continue
      this.#deliver(app, event, installation)
    }
  }

  ping(app: AppRecord): void {
    const now = this.#world.time()
    const url = `${this.#world.url}/app/hook`
    const hook = {
      type: 'App',
      id: app.id + 400_000_000,
      name: 'web',
      active: true,
      events: [...app.events],
      config: { content_type: 'json', insecure_ssl: '0', secret: '********', url: app.webhookUrl },
      updated_at: now,
      created_at: now,
      app_id: app.id,
      url: `${url}/config`,
      deliveries_url: `${url}/deliveries`,
      ping_url: `${url}/pings`,
    }
    this.#deliver(app, {
      name: 'ping',
      sender: app.owner,
      payload: { zen: 'Design for failure.', hook_id: hook.id, hook },
    })
  }

  /** Sends the same event again: same body, same guid, as GitHub's button does. */
  redeliver(original: Delivery): Delivery {
    const again: Delivery = { ...original, id: this.#world.id(), redelivery: true }
    this.#enqueue(this.#world.apps.get(original.appId)!, again)
    return again
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    for (const queue of this.#queues.values()) await queue.idle()
  }

  stop(): void {
    for (const queue of this.#queues.values()) queue.stop()
  }

  #deliver(app: AppRecord, event: HookEvent, installation?: Installation): void {
    const { repo } = event
    const world = this.#world
    const payload: Json = {
      ...(event.action === undefined ? {} : { action: event.action }),
      ...event.payload,
      ...(repo && !('repository' in event.payload) ? { repository: repository(world, repo) } : {}),
      ...(repo && world.organization(repo.owner) ? { organization: webhookOrganization(world, repo.owner) } : {}),
      sender: simpleUser(world, event.sender),
      ...(installation && !('installation' in event.payload)
        ? { installation: { id: installation.id, node_id: nodeId('Installation', installation.id) } }
        : {}),
    }
    this.#check(event.name, payload)
    this.#enqueue(app, {
      id: world.id(),
      guid: randomUUID(),
      appId: app.id,
      installationId: installation?.id ?? null,
      repositoryId: repo?.id ?? null,
      event: event.name,
      action: event.action ?? null,
      body: JSON.stringify(payload),
      redelivery: false,
      deliveredAt: '',
      duration: 0,
      status: 'pending',
      statusCode: 0,
      requestHeaders: {},
      responseHeaders: {},
      responseBody: '',
    })
  }

  #enqueue(app: AppRecord, delivery: Delivery): void {
    let queue = this.#queues.get(app.id)
    if (!queue) {
      queue = new DeliveryQueue((it) => this.#attempt(it), this.#faults)
      this.#queues.set(app.id, queue)
    }
    queue.push(delivery)
  }

  async #attempt(delivery: Delivery): Promise<boolean> {
    const app = this.#world.apps.get(delivery.appId)!
    delivery.deliveredAt = new Date(this.#world.clock.now()).toISOString()
    this.deliveries.push(delivery)
    if (this.#faults.loses(delivery)) {
      delivery.status = 'timed out'
      return false
    }
    await send(delivery, app.webhookUrl!, app.webhookSecret)
    return true
  }
}
