import type { Clock } from '../platform/clock.ts'

const base = 32
const timeDigits = 10
const countDigits = 6
const tailDigits = 6
const form = new RegExp(`^[0-9a-v]{${timeDigits + countDigits + tailDigits}}$`)

const digits = (n: number, width: number): string => n.toString(base).padStart(width, '0')

export interface JobIds {
  next(): string
  /** Every later id sorts after this one, whatever the clock says. */
  follow(id: string): void
}

/** Ids that sort in the order they are made: time in ms, a count within it, and chance against a twin in another process. */
export function createJobIds(clock: Clock, random: () => number): JobIds {
  let time = 0
  let count = 0
  return {
    next() {
      const now = clock.now()
      if (now > time) {
        time = now
        count = 0
      } else count++
      return (
        digits(time, timeDigits) +
        digits(count, countDigits) +
        digits(Math.floor(random() * base ** tailDigits), tailDigits)
      )
    },
    follow(id) {
      if (!form.test(id)) return
      const seenTime = Number.parseInt(id.slice(0, timeDigits), base)
      const seenCount = Number.parseInt(id.slice(timeDigits, timeDigits + countDigits), base)
      if (seenTime < time || (seenTime === time && seenCount <= count)) return
      time = seenTime
      count = seenCount
    },
  }
}
