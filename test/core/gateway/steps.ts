import { Session } from 'node:inspector'
import { scan } from '../../../core/gateway/engine/scan.ts'
import { attack } from './attacks.ts'

/** How many characters the searches for a string pass over meanwhile: V8 counts each of them as one step. */
export function passedOver(run: () => void): number {
  const { indexOf, lastIndexOf } = String.prototype
  let passed = 0
  String.prototype.indexOf = function (this: string, what, from = 0) {
    const at = indexOf.call(this, what, from)
    passed += Math.max(0, (at < 0 ? this.length : at) - from)
    return at
  }
  String.prototype.lastIndexOf = function (this: string, what, from = this.length) {
    const at = lastIndexOf.call(this, what, from)
    passed += Math.max(0, Math.min(from, this.length) - Math.max(at, 0))
    return at
  }
  try {
    run()
  } finally {
    Object.assign(String.prototype, { indexOf, lastIndexOf })
  }
  return passed
}

/**
 * How often each block of the gateway's sources is run for a text: V8 counts them
 * (https://v8.dev/blog/javascript-code-coverage), so that no clock and no load decides.
 */
function stepCounter(): { of(text: string): number; close(): void } {
  const session = new Session()
  session.connect()
  const ask = (method: string, params?: object): unknown => {
    let answer: unknown
    session.post(method, params, (error, result) => {
      if (error !== null) throw error
      answer = result
    })
    return answer
  }
  ask('Profiler.enable')
  ask('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
  /** Since it was last asked. */
  const taken = (): number => {
    const { result } = ask('Profiler.takePreciseCoverage') as {
      result: { url: string; functions: { ranges: { count: number }[] }[] }[]
    }
    return result
      .filter(({ url }) => url.includes('/core/gateway/'))
      .flatMap(({ functions }) => functions.flatMap(({ ranges }) => ranges))
      .reduce((sum, { count }) => sum + count, 0)
  }
  return {
    of(text) {
      taken()
      const passed = passedOver(() => scan(text, { secrets: true, pii: true }))
      return taken() + passed
    },
    close: () => session.disconnect(),
  }
}

/**
 * By how much the steps of each of these attacks grow where the input doubles: the mean of three
 * doublings, since whether what ends a text happens to mean something changes what is read of it.
 */
export function growthInSteps(seeds: readonly number[], size: (seed: number) => number): Map<number, number> {
  const steps = stepCounter()
  // What is built once is built before.
  scan('', { secrets: true, pii: true })
  try {
    return new Map(
      seeds.map((seed) => [
        seed,
        Math.cbrt(steps.of(attack(seed, size(seed) * 8)) / steps.of(attack(seed, size(seed)))),
      ]),
    )
  } finally {
    steps.close()
  }
}
