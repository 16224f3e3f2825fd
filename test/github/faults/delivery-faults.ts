import type { Delivery } from '../webhooks/delivery.ts'

export interface DeliveryFault {
  /** Only this event, `pull_request` or `pull_request.opened`; default any. */
  event?: string
  /** Lost: never sent. Repeated: sent `count` more times. Reordered: the next one overtakes it. Delayed: `ms` late. */
  kind: 'lose' | 'repeat' | 'reorder' | 'delay'
  /** How many deliveries it meets; default 1. */
  times?: number
  /** Deliveries that match and pass unharmed first; default 0. */
  skip?: number
  count?: number
  ms?: number
}

/** What goes wrong between GitHub and the app's webhook address. */
export class DeliveryFaults {
  readonly #faults: Required<DeliveryFault>[] = []

  add(fault: DeliveryFault): void {
    this.#faults.push({ event: '*', times: 1, skip: 0, count: 1, ms: 50, ...fault })
  }

  clear(): void {
    this.#faults.length = 0
  }

  loses(delivery: Delivery): boolean {
    return this.#meets('lose', delivery) !== undefined
  }

  repeats(delivery: Delivery): number {
    return this.#meets('repeat', delivery)?.count ?? 0
  }

  reorders(delivery: Delivery): boolean {
    return this.#meets('reorder', delivery) !== undefined
  }

  delays(delivery: Delivery): number {
    return this.#meets('delay', delivery)?.ms ?? 0
  }

  #meets(kind: DeliveryFault['kind'], delivery: Delivery): Required<DeliveryFault> | undefined {
    const names = ['*', delivery.event, `${delivery.event}.${delivery.action}`]
    const fault = this.#faults.find((it) => it.kind === kind && it.times > 0 && names.includes(it.event))
    if (!fault) return undefined
    if (fault.skip > 0) {
      fault.skip -= 1
      return undefined
    }
    fault.times -= 1
    return fault
  }
}
