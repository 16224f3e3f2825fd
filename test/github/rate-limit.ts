import type { Caller } from './caller.ts'
import type { Json } from './state.ts'
import type { World } from './world.ts'

interface Bucket {
  used: number
  /** Milliseconds since the epoch. */
  reset: number
}

/** Counts calls as GitHub does: per installation or user, by the hour. */
export class RateLimit {
  limit = 5000
  readonly #world: World
  readonly #buckets = new Map<string, Bucket>()

  constructor(world: World) {
    this.#world = world
  }

  spend(caller: Caller, cost: number): Bucket {
    const bucket = this.#bucket(caller)
    bucket.used += cost
    return bucket
  }

  headers(caller: Caller, resource = 'core'): Record<string, string> {
    const { used, reset } = this.#bucket(caller)
    return {
      'x-ratelimit-limit': String(this.limit),
      'x-ratelimit-remaining': String(Math.max(this.limit - used, 0)),
      'x-ratelimit-used': String(used),
      'x-ratelimit-reset': String(Math.ceil(reset / 1000)),
      'x-ratelimit-resource': resource,
    }
  }

  exhausted(caller: Caller): boolean {
    return this.#bucket(caller).used > this.limit
  }

  overview(caller: Caller): Json {
    const { used, reset } = this.#bucket(caller)
    const one = { limit: this.limit, used, remaining: Math.max(this.limit - used, 0), reset: Math.ceil(reset / 1000) }
    return { resources: { core: one, search: one, graphql: one, integration_manifest: one }, rate: one }
  }

  #bucket(caller: Caller): Bucket {
    const key = caller.kind === 'bot' ? `bot:${caller.token.installationId ?? caller.token.value}` : caller.name
    const now = this.#world.clock.now()
    let bucket = this.#buckets.get(key)
    if (!bucket || bucket.reset <= now) {
      bucket = { used: 0, reset: now + 3_600_000 }
      this.#buckets.set(key, bucket)
    }
    return bucket
  }
}
