import { at, BASE64, BASE64URL, HEX, sets } from './chars.ts'
import { escapeAt } from './escapes.ts'
import { type Budget, inflate } from './inflate.ts'
import { leastRun } from './sweep.ts'

/** A part of a text that means another text. */
export interface Encoded {
  /** Absent where it cannot be looked into, being too large. */
  text?: string
  /** Of a compressed text that is cut off, what is missing cannot be told. */
  packed?: true
  /** Offset in the encoded text for one in the decoded text; `end` where a span ends there. */
  offset(inner: number, end?: boolean): number
}

/** Longest part of a run that is decoded at once, and how much of the part before is decoded again. */
const longest = 4_000_000
const overlap = 8_192

/** Places, ascending, where something may be encoded. */
export interface Marks {
  /** Where an escape may stand. */
  escapes: number[]
  /** A place in each run of base 64 that is worth looking at. */
  runs: number[]
}

/** Base 64, hex and escapes in a text, decoded, in time linear in its length; what is decompressed is taken off the budget. */
export function* encodedParts(text: string, { escapes, runs }: Marks, budget: Budget): Generator<Encoded> {
  yield* decodedRuns(text, runs, budget)
  yield* unescaped(text, escapes)
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

function* decodedRuns(text: string, runs: readonly number[], budget: Budget): Generator<Encoded> {
  let done = 0
  for (const place of runs) {
    if (place < done) continue
    const start = Math.max(done, place - leastRun + 1)
    const end = runEnd(text, start)
    done = end
    for (let from = start; from < end; from += longest) {
      // The parts of what is longer overlap, so that nothing stands between them.
      const decoded = decodeRun(text, Math.max(start, from - overlap), Math.min(end, from + longest), budget)
      if (decoded === undefined) continue
      yield {
        ...(decoded === 'opaque' ? {} : decoded),
        offset: (_, isEnd) => (isEnd ? end : start),
      }
    }
  }
}

/** Base 64 is often wrapped; a line that is filled goes on in the next, if that is nothing else. */
function runEnd(text: string, start: number): number {
  let i = lineEnd(text, start)
  const width = i - start
  for (let length = width; length >= 40 && length === width; ) {
    let next = i
    if (text[next] === '\r') next++
    if (text[next] === '\n') next++
    else if (text[next] === '\\' && text[next + 1] === 'n') next += 2
    else break
    while (text[next] === ' ' || text[next] === '\t') next++
    const end = lineEnd(text, next)
    length = end - next
    if (length < 4 || length > width || !closes(text, start, next, end)) break
    i = end
  }
  return padded(text, i)
}

/** Whether a line of base 64 ends like one, and not like a name that something is given to. */
function closes(text: string, start: number, from: number, end: number): boolean {
  const stop = padded(text, end)
  if (stop > end && (stop - from) % 4 !== 0) return false
  const after = text[stop] ?? '\n'
  return '\r\n\\<'.includes(after) || ('"\'`'.includes(after) && text[start - 1] === after)
}

function lineEnd(text: string, start: number): number {
  let i = start
  while (inRun[text.charCodeAt(i)] === 1) i++
  return i
}

const padded = (text: string, i: number): number => (text[i] !== '=' ? i : text[i + 1] === '=' ? i + 2 : i + 1)

type Decoded = (Pick<Encoded, 'packed'> & { text: string }) | 'opaque' | undefined

function decodeRun(text: string, start: number, end: number, budget: Budget): Decoded {
  if (text.startsWith('H4sI', start)) return gunzip(Buffer.from(compact(text.slice(start, end)), 'base64'), budget)
  if (isHex(text, start, end)) {
    const bytes = Buffer.from(text.slice(start, end), 'hex')
    return bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzip(bytes, budget) : asText(bytes)
  }
  // Something else may stand directly before, such as a path: one of four alignments is right.
  const middle = start + ((end - start) >> 3) * 4
  for (let shift = 0; shift < 4; shift++) {
    if (!looksLikeText(text, middle + shift, end)) continue
    const decoded = asText(Buffer.from(compact(text.slice(start + shift, end)), 'base64'))
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

/** Without the line ends that wrap it. */
const compact = (run: string): string => run.replace(/\\[nr]|\s+/g, '')

function gunzip(bytes: Buffer, budget: Budget): Decoded {
  const plain = inflate(bytes, budget)
  if (plain === undefined || plain === 'opaque') return plain
  const decoded = asText(plain)
  return decoded && { ...decoded, packed: true }
}

/** Text in bytes: of one byte a character, or UTF-16 as PowerShell encodes it. */
function asText(bytes: Buffer): { text: string } | undefined {
  if (bytes.length < 12) return undefined
  const sample = bytes.subarray(bytes.length >> 2, (bytes.length >> 2) + 64)
  let good = 0
  let zeros = 0
  for (const b of sample) {
    if ((b >= 32 && b < 127) || b === 9 || b === 10 || b === 13) good++
    else if (b === 0) zeros++
  }
  if (zeros >= sample.length * 0.4) return { text: bytes.toString('utf16le', 0, bytes.length & ~1) }
  return good >= sample.length * 0.85 ? { text: bytes.toString('latin1') } : undefined
}

/** How far from an escape a value may begin or end. */
const around = 300
const longestWindow = 65_536

/** Windows around escapes, with the escapes replaced by what they mean. */
function* unescaped(text: string, escapes: readonly number[]): Generator<Encoded> {
  let units: Uint16Array | undefined
  let offsets: Int32Array | undefined
  let done = 0
  for (let e = 0; e < escapes.length; ) {
    const first = escapes[e]!
    if (first < done || escapeAt(text, first) === 0) {
      e++
      continue
    }
    units ??= new Uint16Array(Math.min(text.length, longestWindow))
    offsets ??= new Int32Array(units.length + 1)
    const at = offsets
    let n = 0
    let i = Math.max(done, first - around)
    let stop = Math.min(text.length, first + around)
    while (i < stop && n < units.length) {
      while (e < escapes.length && escapes[e]! < i) e++
      at[n] = i
      const found = escapes[e] === i ? escapeAt(text, i) : 0
      if (found === 0) units[n++] = text.charCodeAt(i++)
      else {
        units[n++] = found >> 8
        i += found & 255
        stop = Math.min(text.length, i + around)
      }
    }
    at[n] = i
    done = i
    const window = Buffer.from(units.buffer, 0, n * 2).toString('utf16le')
    yield { text: window, offset: (inner) => at[inner]! }
  }
}
