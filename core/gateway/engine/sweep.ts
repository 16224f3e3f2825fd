import type { Automaton } from './automaton.ts'
import { isDigit } from './chars.ts'
import { RunFinder } from './runs.ts'

export interface Sweep {
  keyword(keyword: number, end: number): void
  /** Where each run of digits begins; absent: of no interest. */
  digits?: ((start: number) => void) | undefined
}

// A text is read through a window of UTF-16 units: faster than a string's own characters, and always
// of one kind. The loops over it call nobody; what they meet is told after each window.
const windowSize = 32_768
const window = new Uint16Array(windowSize)
const windowBytes = Buffer.from(window.buffer)

/** What was met in one half of a window: place and state of each hit, and where runs of digits begin. */
interface Met {
  hits: Int32Array
  hitCount: number
  digits: Int32Array
  digitCount: number
  state: number
}
const met = (): Met => ({
  hits: new Int32Array(windowSize + 1024),
  hitCount: 0,
  digits: new Int32Array(windowSize / 2 + 512),
  digitCount: 0,
  state: 0,
})
const first = met()
const second = met()

/**
 * Goes through the text once, in time linear in its length.
 * @returns where runs of base 64 begin that are worth decoding, ascending
 */
export function sweep(automaton: Automaton, text: string, on: Sweep): number[] {
  const { longest } = automaton
  const runs = new RunFinder()
  const digits = on.digits === undefined ? 256 : automaton.digits
  let state = 0
  for (let from = 0; from < text.length; from += windowSize) {
    const count = Math.min(windowSize, text.length - from)
    const afterDigit = from > 0 && isDigit(text.charCodeAt(from - 1))
    windowBytes.write(count === text.length ? text : text.slice(from, from + count), 'utf16le')
    // Each step waits for the one before it: two that go at once take little longer than one.
    const half = count > 2 * longest ? count >> 1 : 0
    first.state = state
    second.state = 0
    second.hitCount = 0
    second.digitCount = 0
    if (half > 0) {
      // A state depends on no more than the longest keyword's characters before it.
      sweepPart(automaton, half - longest, half, 256, second)
      sweepHalves(automaton, half, digits)
    } else {
      first.hitCount = 0
      first.digitCount = 0
      second.state = state
    }
    sweepPart(automaton, half * 2, count, digits, second)
    state = second.state
    for (const part of [first, second]) {
      tell(automaton, part, from, on)
      for (let d = 0; d < part.digitCount; d++)
        if (part.digits[d]! > 0 || !afterDigit) on.digits?.(from + part.digits[d]!)
    }
    runs.look(window, count, from)
  }
  return runs.found
}

/** The first half of what is in the window and, beside it, the second, each from its own state. */
function sweepHalves({ moves, shift, classes, firstLoud }: Automaton, half: number, digits: number): void {
  const hitsA = first.hits
  const hitsB = second.hits
  const digitsA = first.digits
  const digitsB = second.digits
  let a = first.state
  let b = second.state
  let hA = 0
  let hB = 0
  let dA = 0
  let dB = 0
  for (let i = 0, k = half; i < half; i++, k++) {
    const classA = classes[window[i]!]!
    const classB = classes[window[k]!]!
    a = moves[(a << shift) + classA]!
    b = moves[(b << shift) + classB]!
    if (classA >= digits && (i === 0 || !isDigit(window[i - 1]!))) digitsA[dA++] = i
    if (classB >= digits && !isDigit(window[k - 1]!)) digitsB[dB++] = k
    if (a >= firstLoud) {
      hitsA[hA++] = i
      hitsA[hA++] = a
    }
    if (b >= firstLoud) {
      hitsB[hB++] = k
      hitsB[hB++] = b
    }
  }
  first.state = a
  first.hitCount = hA
  first.digitCount = dA
  second.state = b
  second.hitCount = hB
  second.digitCount = dB
}

/** A few characters of the window, after what `part` holds already. */
function sweepPart(automaton: Automaton, from: number, to: number, digits: number, part: Met): void {
  const { moves, shift, classes, firstLoud } = automaton
  for (let i = from; i < to; i++) {
    const group = classes[window[i]!]!
    part.state = moves[(part.state << shift) + group]!
    if (group >= digits && (i === 0 || !isDigit(window[i - 1]!))) part.digits[part.digitCount++] = i
    if (part.state < firstLoud) continue
    part.hits[part.hitCount++] = i
    part.hits[part.hitCount++] = part.state
  }
}

function tell({ firstLoud, reports }: Automaton, { hits, hitCount }: Met, from: number, on: Sweep): void {
  for (let h = 0; h < hitCount; h += 2)
    for (const keyword of reports[hits[h + 1]! - firstLoud]!) on.keyword(keyword, from + hits[h]! + 1)
}
