import { DeliveryFaults } from './delivery-faults.ts'

export interface When {
  method?: string
  /** Against the described path (`/repos/{owner}/{repo}/git/refs/{ref}`) or the one sent; a string must be one of them. */
  path?: string | RegExp
  /** Login or app slug. */
  caller?: string
  /** Writes alone: everything but GET and the making of tokens. */
  writes?: boolean
  /** Calls that match and pass unharmed first; default 0. */
  skip?: number
  /** How many calls it meets; default 1. */
  times?: number
}

export type Fault =
  | { kind: 'rateLimit'; status?: 403 | 429; resetInSeconds?: number }
  | { kind: 'secondaryLimit'; status?: 403 | 429; retryAfterSeconds?: number }
  /** `performed`: the call is carried out, its answer is lost. */
  | { kind: 'error'; status?: 500 | 502 | 503 | 504; performed?: boolean }
  | { kind: 'slow'; ms: number }
  | { kind: 'drop'; performed?: boolean }
  /** Something else happens first: a force-push between two calls. */
  | { kind: 'before'; act: () => unknown }
  /** Something else happens afterwards, before the answer is sent. */
  | { kind: 'after'; act: () => unknown }

export interface Asked {
  method: string
  template: string
  path: string
  caller: string
  write: boolean
}

interface Armed {
  when: When
  fault: Fault
  skip: number
  times: number
}

/** What goes wrong, and when. */
export class Faults {
  readonly deliveries = new DeliveryFaults()
  readonly #armed: Armed[] = []

  add(when: When, fault: Fault): void {
    this.#armed.push({ when, fault, skip: when.skip ?? 0, times: when.times ?? 1 })
  }

  clear(): void {
    this.#armed.length = 0
    this.deliveries.clear()
  }

  /** The faults that this call meets, in the order they were added. */
  meet(asked: Asked): Fault[] {
    const met: Fault[] = []
    for (const armed of this.#armed) {
      if (armed.times <= 0 || !matches(armed.when, asked)) continue
      if (armed.skip > 0) {
        armed.skip -= 1
        continue
      }
      armed.times -= 1
      met.push(armed.fault)
    }
    return met
  }
}

function matches(when: When, asked: Asked): boolean {
  const { path } = when
  if (when.method !== undefined && when.method !== asked.method) return false
  if (when.caller !== undefined && when.caller !== asked.caller) return false
  if (when.writes && !asked.write) return false
  if (path === undefined) return true
  const either = [asked.template, asked.path]
  return typeof path === 'string' ? either.includes(path) : either.some((it) => path.test(it))
}
