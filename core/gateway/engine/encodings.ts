import { gunzipSync } from 'node:zlib'
import { at, BASE64, BASE64URL, HEX } from './chars.ts'

/** A part of a text that means another text. */
export interface Encoded {
  text: string
  /** Offset in the encoded text for one in the decoded text; `end` where a span ends there. */
  offset(inner: number, end?: boolean): number
}

/** Shortest run worth decoding: 18 bytes in base 64. */
const least = 24
const longest = 4_000_000

/** Base 64, hex and escapes in a text, decoded. What is decoded is taken off the budget (in bytes). */
export function* encodedParts(text: string, budget: { left: number }): Generator<Encoded> {
  yield* runs(text, budget)
  yield* escapes(text, budget)
}

const RUN = BASE64 | BASE64URL

/** Every run of at least `least` characters holds one at a multiple of it: only those are looked at. */
function* runs(text: string, budget: { left: number }): Generator<Encoded> {
  for (let probe = least - 1; probe < text.length; probe += least) {
    if (!at(text, probe, RUN)) continue
    let start = probe
    while (start > 0 && probe - start < least && at(text, start - 1, RUN)) start--
    if (probe - start === least) while (start > 0 && at(text, start - 1, RUN)) start--
    const end = runEnd(text, probe)
    if (end - start < least) continue
    if (budget.left <= 0) return
    budget.left -= end - start
    const decoded = decodeRun(text.slice(start, Math.min(end, start + longest)))
    if (decoded !== undefined) {
      budget.left -= decoded.length
      yield { text: decoded, offset: (_, isEnd) => (isEnd ? end : start) }
    }
    probe = Math.max(probe, end - 1)
  }
}

/** Base 64 is often wrapped; a line that is filled goes on in the next. */
function runEnd(text: string, from: number): number {
  let i = from
  let lineStart = from
  for (;;) {
    while (at(text, i, RUN)) i++
    if (i - lineStart < 20) break
    let next = i
    if (text[next] === '\r') next++
    if (text[next] === '\n') next++
    else if (text[next] === '\\' && text[next + 1] === 'n') next += 2
    else break
    while (text[next] === ' ' || text[next] === '\t') next++
    if (!at(text, next, RUN) || !at(text, next + 3, RUN)) break
    if (i - lineStart < 40) break
    lineStart = i = next
  }
  while (text[i] === '=' && at(text, i - 1, RUN)) {
    i++
    if (text[i] === '=') i++
    break
  }
  return i
}

function decodeRun(run: string): string | undefined {
  if (run.startsWith('H4sI')) return gunzip(Buffer.from(run, 'base64'))
  if (isHex(run)) {
    const bytes = Buffer.from(run, 'hex')
    if (bytes[0] === 0x1f && bytes[1] === 0x8b) return gunzip(bytes)
    return asText(bytes)
  }
  const compact = /[\s\\]/.test(run) ? run.replace(/\\n|\s+/g, '') : run
  // Something else may stand directly before, such as a path: one of four alignments is right.
  const middle = (compact.length >> 3) << 2
  for (let shift = 0; shift < 4; shift++) {
    const sample = Buffer.from(compact.slice(middle + shift, middle + shift + 24), 'base64')
    if (!isPlain(sample) && !isWide(sample)) continue
    const decoded = asText(Buffer.from(compact.slice(shift), 'base64'))
    if (decoded !== undefined) return decoded
  }
  return undefined
}

function isHex(run: string): boolean {
  if (run.length % 2 !== 0 || run.length < 32) return false
  for (let i = 0; i < run.length; i++) if (!at(run, i, HEX)) return false
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

/** Text in bytes: UTF-8, or UTF-16 as PowerShell encodes it. */
function asText(bytes: Buffer): string | undefined {
  if (bytes.length < 12) return undefined
  const sample = bytes.subarray(bytes.length >> 2, (bytes.length >> 2) + 64)
  if (isWide(sample)) return bytes.toString('utf16le')
  return isPlain(sample) ? bytes.toString('latin1') : undefined
}

function isPlain(bytes: Uint8Array): boolean {
  let good = 0
  for (const b of bytes) if ((b >= 32 && b < 127) || b === 9 || b === 10 || b === 13) good++
  return good >= bytes.length * 0.9
}

function isWide(bytes: Uint8Array): boolean {
  let zeros = 0
  for (const b of bytes) if (b === 0) zeros++
  return zeros >= bytes.length * 0.4 && zeros <= bytes.length * 0.6
}

/** How far from an escape a value may begin or end. */
const around = 300

/** `%41`, `\x41`, `\u0041`, `\/`, `&#65;`, `&#x41;`: windows around them, unescaped. */
function* escapes(text: string, budget: { left: number }): Generator<Encoded> {
  let done = 0
  for (let i = nextEscape(text, 0); i >= 0; ) {
    if (budget.left <= 0) return
    const start = Math.max(done, i - around)
    const map: number[] = []
    let decoded = ''
    let last = i
    let at_ = start
    while (at_ < text.length && at_ - last < around && map.length < 65_536) {
      const found = escapeAt(text, at_)
      map.push(at_)
      if (found === undefined) decoded += text[at_++]
      else {
        decoded += found.char
        at_ += found.length
        last = at_
      }
    }
    map.push(at_)
    budget.left -= decoded.length * 4
    done = last
    yield { text: decoded, offset: (inner) => map[inner]! }
    i = nextEscape(text, Math.max(at_, last))
  }
}

const marks =
  /%[2-7][0-9a-fA-F]|\\(?:x[2-7][0-9a-fA-F]|u00[2-7][0-9a-fA-F]|\/)|&#(?:[3-9][0-9]|1[0-2][0-9]|x[2-7][0-9a-fA-F]);/g

function nextEscape(text: string, from: number): number {
  marks.lastIndex = from
  return marks.exec(text)?.index ?? -1
}

function escapeAt(text: string, i: number): { char: string; length: number } | undefined {
  const c = text[i]
  if (c !== '%' && c !== '\\' && c !== '&') return undefined
  const hex = (from: number, n: number): number => {
    let value = 0
    for (let k = from; k < from + n; k++) {
      if (!at(text, k, HEX)) return -1
      value = value * 16 + Number.parseInt(text[k]!, 16)
    }
    return value
  }
  const printable = (code: number, length: number) =>
    code >= 32 && code < 127 ? { char: String.fromCharCode(code), length } : undefined
  if (text[i] === '%') return printable(hex(i + 1, 2), 3)
  if (text[i] === '\\') {
    if (text[i + 1] === '/') return { char: '/', length: 2 }
    if (text[i + 1] === 'x') return printable(hex(i + 2, 2), 4)
    if (text[i + 1] === 'u') return printable(hex(i + 2, 4), 6)
    return undefined
  }
  if (text[i + 1] !== '#') return undefined
  const close = text.slice(i, i + 7).indexOf(';') + i
  if (close <= i) return undefined
  const digits = text.slice(i + 2, close)
  const code = digits[0] === 'x' ? Number.parseInt(digits.slice(1), 16) : Number(digits)
  return printable(code, close - i + 1)
}
