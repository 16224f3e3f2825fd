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

function build(tokens: readonly (string | readonly number[] | undefined)[]): Ranks {
  // Hash, hash, rank + 1 side by side: a look-up touches one line of the processor's cache.
  const table = new Int32Array(4 * slots)
  const bytes = new Uint8Array(1_024)
  const encoder = new TextEncoder()
  let longest = 0
  for (const [rank, token] of tokens.entries()) {
    if (token === undefined) continue
    const length = typeof token === 'string' ? encoder.encodeInto(token, bytes).written : token.length
    if (typeof token !== 'string') bytes.set(token)
    longest = Math.max(longest, length)
    let hash1 = 0
    let hash2 = 0
    for (let i = 0; i < length; i++) {
      hash1 = step1(hash1, bytes[i]!)
      hash2 = step2(hash2, bytes[i]!)
    }
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

/** As gpt-tokenizer brings them (MIT); read when somebody first counts, since that takes 0.1 s. */
export function ranksOf(encoding: Encoding): Ranks {
  let ranks = loaded.get(encoding)
  if (!ranks) {
    const { default: tokens } = require(`gpt-tokenizer/bpeRanks/${encoding}`) as { default: (string | number[])[] }
    ranks = build(tokens)
    loaded.set(encoding, ranks)
  }
  return ranks
}
