import { gunzipSync } from 'node:zlib'
import { at, BASE64, BASE64URL, HEX, sets } from './chars.ts'
import { escapeAt } from './escapes.ts'
import { leastRun } from './sweep.ts'

/** A part of a text that means another text. */
export interface Encoded {
  text: string
  /** Offset in the encoded text for one in the decoded text; `end` where a span ends there. */
  offset(inner: number, end?: boolean): number
}

/** Longest text that a run is decoded to. */
const longest = 4_000_000

/** Places, ascending, where something may be encoded. */
export interface Marks {
  /** Where an escape may stand. */
  escapes: number[]
  /** A place in each run of base 64 that is worth looking at. */
  runs: number[]
}

/** Base 64, hex and escapes in a text, decoded. What is decoded is taken off the budget (in bytes). */
export function* encodedParts(text: string, { escapes, runs }: Marks, budget: { left: number }): Generator<Encoded> {
  yield* decodedRuns(text, runs, budget)
  yield* unescaped(text, escapes, budget)
}

/** Of every UTF-16 unit; past the end of a text it is undefined. */
const inRun = new Uint8Array(65_536)
const sextet = new Uint8Array(128)
for (let c = 0; c < 128; c++) if ((sets[c]! & (BASE64 | BASE64URL)) !== 0) inRun[c] = 1
'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'.split('').forEach((ch, i) => {
  sextet[ch.charCodeAt(0)] = i
})
for (const ch of '+-') sextet[ch.charCodeAt(0)] = 62
for (const ch of '/_') sextet[ch.charCodeAt(0)] = 63

function* decodedRuns(text: string, runs: readonly number[], budget: { left: number }): Generator<Encoded> {
  let done = 0
  for (const place of runs) {
    if (place < done) continue
    const start = Math.max(done, place - leastRun + 1)
    const end = runEnd(text, start)
    if (budget.left <= 0) return
    budget.left -= end - start
    done = end
    const decoded = decodeRun(text, start, Math.min(end, start + longest))
    if (decoded === undefined) continue
    budget.left -= decoded.length
    yield { text: decoded, offset: (_, isEnd) => (isEnd ? end : start) }
  }
}

/** Base 64 is often wrapped; a line that is filled goes on in the next. */
function runEnd(text: string, start: number): number {
  let i = start
  let lineStart = start
  for (;;) {
    while (inRun[text.charCodeAt(i)] === 1) i++
    if (i - lineStart < 40) break
    let next = i
    if (text[next] === '\r') next++
    if (text[next] === '\n') next++
    else if (text[next] === '\\' && text[next + 1] === 'n') next += 2
    else break
    while (text[next] === ' ' || text[next] === '\t') next++
    if (inRun[text.charCodeAt(next)] !== 1 || inRun[text.charCodeAt(next + 3)] !== 1) break
    lineStart = i = next
  }
  if (text[i] === '=') i++
  if (text[i] === '=') i++
  return i
}

function decodeRun(text: string, start: number, end: number): string | undefined {
  if (text.startsWith('H4sI', start)) return gunzip(Buffer.from(text.slice(start, end), 'base64'))
  if (isHex(text, start, end)) {
    const bytes = Buffer.from(text.slice(start, end), 'hex')
    return bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzip(bytes) : asText(bytes)
  }
  // Something else may stand directly before, such as a path: one of four alignments is right.
  const middle = start + ((end - start) >> 3) * 4
  for (let shift = 0; shift < 4; shift++) {
    if (!looksLikeText(text, middle + shift, end)) continue
    const decoded = asText(Buffer.from(text.slice(start + shift, end).replace(/\\n|\s+/g, ''), 'base64'))
    if (decoded !== undefined) return decoded
  }
  return undefined
}

/** Whether the 12 bytes that 16 characters mean are text, or every other one is zero. */
function looksLikeText(text: string, from: number, end: number): boolean {
  let good = 0
  let zeros = 0
  let bytes = 0
  let bits = 0
  let have = 0
  for (let i = from; i < end && bytes < 12; i++) {
    const c = text.charCodeAt(i)
    if (inRun[c] !== 1) continue
    bits = ((bits << 6) | sextet[c]!) & 0xffff
    have += 6
    if (have < 8) continue
    have -= 8
    const byte = (bits >> have) & 255
    bytes++
    if ((byte >= 32 && byte < 127) || byte === 10 || byte === 13 || byte === 9) good++
    else if (byte === 0) zeros++
  }
  return good >= bytes - 1 || (zeros >= (bytes >> 1) - 1 && good + zeros === bytes)
}

function isHex(text: string, start: number, end: number): boolean {
  if ((end - start) % 2 !== 0 || end - start < 32) return false
  for (let i = start; i < end; i++) if (!at(text, i, HEX)) return false
  return true
}

function gunzip(bytes: Buffer): string | undefined {
  try {
    return asText(gunzipSync(bytes, { maxOutputLength: longest }))
  } catch {
    // Damaged, or larger than anything that is looked into.
    return undefined
  }
}

/** Text in bytes: of one byte a character, or UTF-16 as PowerShell encodes it. */
function asText(bytes: Buffer): string | undefined {
  if (bytes.length < 12) return undefined
  const sample = bytes.subarray(bytes.length >> 2, (bytes.length >> 2) + 64)
  let good = 0
  let zeros = 0
  for (const b of sample) {
    if ((b >= 32 && b < 127) || b === 9 || b === 10 || b === 13) good++
    else if (b === 0) zeros++
  }
  if (zeros >= sample.length * 0.4) return bytes.toString('utf16le', 0, bytes.length & ~1)
  return good >= sample.length * 0.85 ? bytes.toString('latin1') : undefined
}

/** How far from an escape a value may begin or end. */
const around = 300
const longestWindow = 65_536

/** Windows around escapes, with the escapes replaced by what they mean. */
function* unescaped(text: string, escapes: readonly number[], budget: { left: number }): Generator<Encoded> {
  let done = 0
  for (let e = 0; e < escapes.length; ) {
    const first = escapes[e]!
    if (first < done || escapeAt(text, first) === undefined) {
      e++
      continue
    }
    const start = Math.max(done, first - around)
    const offsets: number[] = []
    const parts: string[] = []
    let i = start
    let stop = Math.min(text.length, first + around)
    while (i < stop && offsets.length < longestWindow) {
      while (e < escapes.length && escapes[e]! < i) e++
      const next = Math.min(escapes[e] ?? stop, stop)
      for (let k = i; k < next; k++) offsets.push(k)
      parts.push(text.slice(i, next))
      i = next
      if (i >= stop) break
      const found = escapeAt(text, i)
      offsets.push(i)
      if (found === undefined) parts.push(text[i++]!)
      else {
        parts.push(found.char)
        i += found.length
        stop = Math.min(text.length, i + around)
      }
    }
    offsets.push(i)
    done = i
    budget.left -= offsets.length * 4
    if (budget.left <= 0) return
    yield { text: parts.join(''), offset: (inner) => offsets[inner]! }
  }
}
