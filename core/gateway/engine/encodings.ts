import { at, HEX } from './chars.ts'
import { escapeAt } from './escapes.ts'
import { type Budget, inflate } from './inflate.ts'
import { inRun, leastRun } from './runs.ts'

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
  escapes: readonly number[]
  /** Where a run of base 64 begins. */
  runs: readonly number[]
}

/** Base 64, hex and escapes in a text, decoded, in time linear in its length; what is decompressed is taken off the budget. */
export function* encodedParts(text: string, { escapes, runs }: Marks, budget: Budget): Generator<Encoded> {
  if (runs.length > 0) yield* decodedRuns(text, runs, budget)
  if (escapes.length > 0) yield* unescaped(text, escapes)
}

function* decodedRuns(text: string, runs: readonly number[], budget: Budget): Generator<Encoded> {
  let done = 0
  for (const start of runs) {
    if (start < done) continue
    const end = runEnd(text, start)
    done = end
    if (end - start < leastRun) continue
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
  const run = compact(text.slice(start, end))
  // Something else may stand directly before, such as a path: one of four alignments is right.
  for (let shift = 0; shift < 4; shift++) {
    const decoded = asText(Buffer.from(shift === 0 ? run : run.slice(shift), 'base64'))
    if (decoded !== undefined) return decoded
  }
  return undefined
}

function isHex(text: string, start: number, end: number): boolean {
  if ((end - start) % 2 !== 0 || end - start < 32) return false
  for (let i = start; i < end; i++) if (!at(text, i, HEX)) return false
  return true
}

/** Without the line ends that wrap it. */
const compact = (run: string): string => (/[\\\s]/.test(run) ? run.replace(/\\[nr]|\s+/g, '') : run)

function gunzip(bytes: Buffer, budget: Budget): Decoded {
  const plain = inflate(bytes, budget)
  if (plain === undefined || plain === 'opaque') return plain
  const decoded = asText(plain)
  return decoded && { ...decoded, packed: true }
}

/** Bytes that are looked at in each place. */
const sample = 16

/** Text in bytes: of one byte a character, or UTF-16 as PowerShell encodes it. */
function asText(bytes: Buffer): { text: string } | undefined {
  if (bytes.length < 12) return undefined
  let good = 0
  let zeros = 0
  let seen = 0
  // A few places, for what is text here and something else there.
  const step = Math.max(sample, bytes.length >> 3)
  for (let from = 0; from < bytes.length; from += step)
    for (let i = from; i < Math.min(bytes.length, from + sample); i++, seen++) {
      const b = bytes[i]!
      if ((b >= 32 && b < 127) || b === 9 || b === 10 || b === 13) good++
      else if (b === 0) zeros++
    }
  if (zeros >= seen * 0.4) return { text: bytes.toString('utf16le', 0, bytes.length & ~1) }
  return good >= seen * 0.85 ? { text: bytes.toString('latin1') } : undefined
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
        // Escaped once more, as in a string of JSON: the backslashes before belong to it.
        while (text[i] === '\\' && n > 0 && units[n - 1] === 92 && at[n - 1]! === i - 1 && i > 0) {
          n--
          i--
        }
        at[n] = i
        i = escapes[e]!
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
