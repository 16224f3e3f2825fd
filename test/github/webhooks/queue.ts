import type { DeliveryFaults } from '../faults/delivery-faults.ts'
import type { Delivery } from './delivery.ts'

/** One app's deliveries, one after the other in the order they happened, unless a fault says otherwise. */
export class DeliveryQueue {
  /** False where it was lost on the way. */
  readonly #attempt: (delivery: Delivery) => Promise<boolean>
  readonly #faults: DeliveryFaults
  readonly #waiting: Delivery[] = []
  #working: Promise<void> | undefined
  #stopped = false

  constructor(attempt: (delivery: Delivery) => Promise<boolean>, faults: DeliveryFaults) {
    this.#attempt = attempt
    this.#faults = faults
  }

  push(delivery: Delivery): void {
    if (this.#stopped) return
    this.#waiting.push(delivery)
    // In a task of its own, so that an answer being written is not held up by its own webhook.
    this.#working ??= new Promise<void>((resolve) => setImmediate(resolve)).then(() => this.#work())
  }

  async idle(): Promise<void> {
    while (this.#working) await this.#working
  }

  stop(): void {
    this.#stopped = true
    this.#waiting.length = 0
  }

  async #work(): Promise<void> {
    try {
      for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
        const wait = this.#faults.delays(next)
        if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
        if (this.#faults.reorders(next)) {
          await this.#overtakenBy()
          const overtaking = this.#waiting.shift()
          if (overtaking) await this.#send(overtaking)
        }
        await this.#send(next)
      }
    } finally {
      this.#working = undefined
    }
  }

  async #send(delivery: Delivery): Promise<void> {
    if (!(await this.#attempt(delivery))) return
    for (let more = this.#faults.repeats(delivery); more > 0; more -= 1) await this.#attempt({ ...delivery })
  }

  /** Gives a later event a moment to happen. */
  async #overtakenBy(): Promise<void> {
    for (let i = 0; i < 100 && this.#waiting.length === 0 && !this.#stopped; i += 1) {
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }
}
