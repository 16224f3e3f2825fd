import type { Automaton } from './automaton.ts'
import { BASE64, BASE64URL, sets } from './chars.ts'

export interface Sweep {
  keyword(keyword: number, end: number): void
  /** Where each run of digits begins; absent: of no interest. */
  digits?: ((start: number) => void) | undefined
  /** Some place in each run of base 64 that is worth decoding, its `leastRun`th character. */
  run(at: number): void
}

/** Shortest run worth decoding: 18 bytes in base 64. */
export const leastRun = 24

// A text is read through a window of UTF-16 units: faster than a string's own characters, and always
// of one kind. The loop over it calls nobody; what it meets is told after each window.
const windowSize = 32_768
const window = new Uint16Array(windowSize)
const windowBytes = Buffer.from(window.buffer)
const hits = new Int32Array(windowSize * 2)
const digitStarts = new Int32Array(windowSize)
const runs = new Int32Array(windowSize)
const isDigit = new Uint8Array(65_536)
isDigit.fill(1, 48, 58)
const noDigit = new Uint8Array(65_536)
/** All bits where a character may stand in a run, none where it may not. */
const inRun = new Int32Array(65_536)
for (let c = 0; c < 128; c++) if ((sets[c]! & (BASE64 | BASE64URL)) !== 0) inRun[c] = -1

/** Goes through the text once, in time linear in its length. */
export function sweep(automaton: Automaton, text: string, on: Sweep): void {
  const { moves, shift, classes, firstLoud, reports } = automaton
  const digit = on.digits === undefined ? noDigit : isDigit
  // State, length of the run, in digits; then how many hits, digits and runs the window had.
  const state = new Int32Array(6)
  for (let from = 0; from < text.length; from += windowSize) {
    const count = Math.min(windowSize, text.length - from)
    windowBytes.write(count === text.length ? text : text.slice(from, from + count), 'utf16le')
    sweepWindow(count, moves, shift, classes, firstLoud, digit, state)
    for (let h = 0; h < state[3]!; h += 2)
      for (const keyword of reports[hits[h + 1]! - firstLoud]!) on.keyword(keyword, from + hits[h]! + 1)
    for (let d = 0; d < state[4]!; d++) on.digits?.(from + digitStarts[d]!)
    for (let r = 0; r < state[5]!; r++) on.run(from + runs[r]!)
  }
}

function sweepWindow(
  count: number,
  moves: Uint16Array,
  shift: number,
  classes: Uint8Array,
  firstLoud: number,
  digit: Uint8Array,
  state: Int32Array,
): void {
  let s = state[0]!
  let run = state[1]!
  let before = state[2]!
  let h = 0
  let d = 0
  let r = 0
  for (let i = 0; i < count; i++) {
    const c = window[i]!
    s = moves[(s << shift) + classes[c]!]!
    if (s >= firstLoud) {
      hits[h++] = i
      hits[h++] = s
    }
    // Counts without a branch: a mask of no bits sets the length back to nothing.
    run = (run + 1) & inRun[c]!
    if (run === leastRun) runs[r++] = i
    const k = digit[c]!
    if (k > before) digitStarts[d++] = i
    before = k
  }
  state[0] = s
  state[1] = run
  state[2] = before
  state[3] = h
  state[4] = d
  state[5] = r
}
