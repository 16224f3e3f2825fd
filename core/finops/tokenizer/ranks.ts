import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { step1, step2 } from './byte-hash.ts'

export type Encoding = 'o200k_base' | 'cl100k_base'

/** Ranks of an encoding by the hashes of a token's bytes (open addressing); far smaller than a map of strings. */
export interface Ranks {
  /** In bytes. */
  longest: number
  /** `noRank` where these bytes are no token. */
  rankOf(hash1: number, hash2: number): number
}
export const noRank = 0x7fff_ffff

const require = createRequire(import.meta.url)
const slots = 1 << 19

const slotOf = (hash1: number, hash2: number): number => 4 * ((hash1 ^ (hash2 >>> 9)) & (slots - 1))

/** Six bits of each letter of base64, by its code; of `=` none. */
const bits = new Uint8Array(128)
for (const [i, letter] of [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'].entries())
  bits[letter.charCodeAt(0)] = i
const space = 0x20
const newline = 0x0a
const padding = 0x3d

/** @param file lines of a token in base64 and its rank, as tiktoken has them */
function build(file: Uint8Array): Ranks {
  // Hash, hash, rank + 1 side by side: a look-up touches one line of the processor's cache.
  const table = new Int32Array(4 * slots)
  let longest = 0
  for (let at = 0; at < file.length; at++) {
    let hash1 = 0
    let hash2 = 0
    let length = 0
    let held = 0
    let pending = 0
    for (; file[at] !== space; at++) {
      if (file[at] === padding) continue
      held = ((held << 6) | bits[file[at]!]!) & 0xffff
      pending += 6
      if (pending < 8) continue
      pending -= 8
      const byte = (held >> pending) & 0xff
      hash1 = step1(hash1, byte)
      hash2 = step2(hash2, byte)
      length++
    }
    let rank = 0
    for (at++; at < file.length && file[at] !== newline; at++) rank = 10 * rank + file[at]! - 0x30
    longest = Math.max(longest, length)
    let slot = slotOf(hash1, hash2)
    while (table[slot + 2] !== 0) slot = (slot + 4) & (4 * slots - 1)
    table[slot] = hash1
    table[slot + 1] = hash2
    table[slot + 2] = rank + 1
  }
  return {
    longest,
    rankOf(hash1, hash2) {
      for (let slot = slotOf(hash1, hash2); ; slot = (slot + 4) & (4 * slots - 1)) {
        const found = table[slot + 2]!
        if (found === 0) return noRank
        if (table[slot] === hash1 && table[slot + 1] === hash2) return found - 1
      }
    },
  }
}

const loaded = new Map<Encoding, Ranks>()

/**
 * As gpt-tokenizer brings them (MIT); read when somebody first counts. From the file rather than the
 * module, whose 200,000 strings would stay and be walked at each collection of garbage.
 */
export function ranksOf(encoding: Encoding): Ranks {
  let ranks = loaded.get(encoding)
  if (!ranks) {
    ranks = build(readFileSync(require.resolve(`gpt-tokenizer/data/${encoding}.tiktoken`)))
    loaded.set(encoding, ranks)
  }
  return ranks
}
