import { most, step1, step2 } from './byte-hash.ts'
import { Units } from './characters.ts'
import { Merger } from './merge.ts'
import { type Encoding, noRank, type Ranks, ranksOf } from './ranks.ts'
import { type Split, splits } from './split.ts'

/** Pieces whose count is kept, by hash; a newer one takes the place of an older. */
const kept = 1 << 14
/** The most bytes of a piece whose count is kept. */
const longestKept = 128

/** Counts tokens of text, piece by piece, exactly as the encoding does, in time linear but for a logarithm. */
export class TokenCounter {
  readonly #ranks: Ranks
  readonly #split: Split
  readonly #prefix1 = new Int32Array(most + 1)
  readonly #prefix2 = new Int32Array(most + 1)
  readonly #merger = new Merger(most)
  /** Hash, hash, count, side by side. */
  readonly #kept = new Int32Array(4 * kept)
  readonly #units = new Units()
  readonly #bytes = new Uint8Array(most)
  /** What was done since it was set to 0: bytes read, and those merged by their weight. */
  work = 0
  /** What would be more work than this in all is not done, and counts as infinitely many tokens. */
  mostWork = Number.POSITIVE_INFINITY

  constructor(encoding: Encoding) {
    this.#ranks = ranksOf(encoding)
    this.#split = splits[encoding]
  }

  /** Takes a stretch of text to count in. */
  load(text: string, start: number, end: number): void {
    this.#units.load(text, start, end)
  }

  /** Tokens of the piece that begins there; sets `end`, where that ends. */
  next(at: number): number {
    this.end = this.#split(this.#units, at)
    let tokens = 0
    // A piece of more bytes than there is room for is cut; no text of people has one.
    for (let from = at; from < this.end; from = this.#read) tokens += this.#stretch(from, this.end)
    return tokens
  }
  end = 0
  #read = 0

  #stretch(start: number, end: number): number {
    const units = this.#units
    const { codes } = units
    const bytes = this.#bytes
    let hash1 = 0
    let hash2 = 0
    let length = 0
    let at = start
    while (at < end && length + 4 <= most) {
      const code = codes[at]!
      if (code < 0x80) {
        bytes[length++] = code
        hash1 = step1(hash1, code)
        hash2 = step2(hash2, code)
        at++
        continue
      }
      const pair = units.pairAt(at)
      at += pair > 0 ? 2 : 1
      const from = length
      length = utf8(bytes, length, pair > 0 ? pair : code >= 0xd800 && code <= 0xdfff ? 0xfffd : code)
      for (let i = from; i < length; i++) {
        hash1 = step1(hash1, bytes[i]!)
        hash2 = step2(hash2, bytes[i]!)
      }
    }
    this.#read = at
    const slot = 4 * ((hash1 ^ (hash2 >>> 13)) & (kept - 1))
    const counts = this.#kept
    let tokens = counts[slot] === hash1 && counts[slot + 1] === hash2 ? counts[slot + 2]! : 0
    if (tokens === 0) {
      const isToken = length <= this.#ranks.longest && this.#ranks.rankOf(hash1, hash2) !== noRank
      if (!isToken && this.work + (1 + mergeWork) * length > this.mostWork) return Number.POSITIVE_INFINITY
      tokens = isToken ? 1 : this.#merged(length)
      if (length <= longestKept) {
        counts[slot] = hash1
        counts[slot + 1] = hash2
        counts[slot + 2] = tokens
      }
    }
    // What was kept counts as if it had been done, so that the same text is the same work each time.
    this.work += tokens === 1 ? length : (1 + mergeWork) * length
    return tokens
  }

  #merged(length: number): number {
    const bytes = this.#bytes
    const prefix1 = this.#prefix1
    const prefix2 = this.#prefix2
    let hash1 = 0
    let hash2 = 0
    for (let i = 0; i < length; i++) {
      hash1 = step1(hash1, bytes[i]!)
      hash2 = step2(hash2, bytes[i]!)
      prefix1[i + 1] = hash1
      prefix2[i + 1] = hash2
    }
    return this.#merger.count(this.#ranks, prefix1, prefix2, length)
  }
}

/** How much longer a byte takes to merge than to read. */
const mergeWork = 8

/** Writes a character; returns where it ends. */
function utf8(bytes: Uint8Array, at: number, point: number): number {
  let end = at
  if (point < 0x800) bytes[end++] = 0xc0 | (point >> 6)
  else {
    if (point < 0x1_0000) bytes[end++] = 0xe0 | (point >> 12)
    else {
      bytes[end++] = 0xf0 | (point >> 18)
      bytes[end++] = 0x80 | ((point >> 12) & 0x3f)
    }
    bytes[end++] = 0x80 | ((point >> 6) & 0x3f)
  }
  bytes[end++] = 0x80 | (point & 0x3f)
  return end
}
