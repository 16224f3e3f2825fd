import { BASE64, BASE64URL, HEX, sets } from './chars.ts'

/** What may stand in base 64, of every UTF-16 unit; past the end of a text it is undefined. */
export const inRun: Readonly<Uint8Array> = Uint8Array.from({ length: 65_536 }, (_, c) =>
  c < 128 && (sets[c]! & (BASE64 | BASE64URL)) !== 0 ? 1 : 0,
)
const isHex: Readonly<Uint8Array> = Uint8Array.from({ length: 65_536 }, (_, c) =>
  c < 128 && (sets[c]! & HEX) !== 0 ? 1 : 0,
)
const sextet = new Uint8Array(128)
'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'.split('').forEach((ch, i) => {
  sextet[ch.charCodeAt(0)] = i
})
for (const ch of '+-') sextet[ch.charCodeAt(0)] = 62
for (const ch of '/_') sextet[ch.charCodeAt(0)] = 63

/** Shortest run worth decoding: 18 bytes in base 64. */
export const leastRun = 24

/** Looks for runs of base 64 in a text that comes in windows. */
export class RunFinder {
  readonly found: number[] = []
  #open = false

  /** One in so many characters is looked at: a run that is long enough holds one of them. */
  look(units: Uint16Array, count: number, from: number): void {
    let first = 0
    // A run that goes on from the window before is known.
    if (this.#open) while (first < count && inRun[units[first]!] === 1) first++
    let i = first + leastRun - 1
    while (i < count) {
      let start = i
      while (start >= first && inRun[units[start]!] === 1) start--
      start++
      if (i - start < leastRun - 1) {
        i = start + leastRun - 1
        continue
      }
      let end = i + 1
      while (end < count && inRun[units[end]!] === 1) end++
      if (end === count) break
      if (mayMean(units, start, end)) this.found.push(from + start)
      i = end + leastRun
    }
    if (first === count) return
    let last = count
    while (last > first && inRun[units[last - 1]!] === 1) last--
    this.#open = last < count
    // It may go on: whether it means something shows later.
    if (this.#open) this.found.push(from + last)
  }
}

/** How many bytes tell whether a run means text. */
const sample = 12

/** Most runs are names and paths, and mean nothing: that shows in a few of their bytes. */
function mayMean(units: Uint16Array, start: number, end: number): boolean {
  const length = end - start
  if (units[start] === 72 && units[start + 1] === 52 && units[start + 2] === 115) return true // H4s: gzip
  if (length % 2 === 0 && isHexRun(units, start, end)) return true
  const step = length < 96 ? length >> 1 : length >> 2
  for (let from = start + step; from < end - 8; from += step)
    for (let shift = 0; shift < 4; shift++) if (looksLikeText(units, from + shift, end)) return true
  return false
}

const isPlain = (byte: number): boolean => (byte >= 32 && byte < 127) || byte === 10 || byte === 13 || byte === 9

/** Whether the bytes that these characters mean are text, or every other one is zero. */
function looksLikeText(units: Uint16Array, from: number, end: number): boolean {
  let bad = 0
  let zeros = 0
  let bytes = 0
  let bits = 0
  let have = 0
  for (let i = from; i < end && bytes < sample; i++) {
    bits = ((bits << 6) | sextet[units[i]!]!) & 0xffff
    have += 6
    if (have < 8) continue
    have -= 8
    const byte = (bits >> have) & 255
    bytes++
    if (isPlain(byte)) continue
    if (byte === 0) zeros++
    else if (++bad > 1) return false
  }
  return bad + zeros <= 1 || (bad === 0 && zeros >= (bytes >> 1) - 1)
}

function isHexRun(units: Uint16Array, start: number, end: number): boolean {
  if (end - start < 32) return false
  for (let i = start; i < end; i++) if (isHex[units[i]!] === 0) return false
  // Compressed: 1f8b.
  if (units[start] === 49 && units[start + 2] === 56) return true
  let good = 0
  const middle = start + ((end - start) >> 2) * 2
  for (let i = middle; i < middle + 16; i += 2) if (isPlain(nibble(units[i]!) * 16 + nibble(units[i + 1]!))) good++
  return good >= 7
}

const nibble = (c: number): number => (c <= 57 ? c - 48 : (c & 31) + 9)
