import { constants, gunzipSync } from 'node:zlib'

/** Longest text that one run is decompressed to. */
const longest = 4_000_000

/** How much may still be decompressed in a scan, in bytes: a small text can hold many large ones. */
export interface Budget {
  left: number
}

/**
 * What is compressed (gzip), also where its end is missing.
 * @returns `opaque` where it is larger than anything that is looked into; undefined where it is damaged.
 */
export function inflate(bytes: Buffer, budget: Budget): Buffer | 'opaque' | undefined {
  const maxOutputLength = Math.min(longest, budget.left)
  if (maxOutputLength <= 0) return 'opaque'
  try {
    const plain = gunzipSync(bytes, { maxOutputLength, finishFlush: constants.Z_SYNC_FLUSH })
    budget.left -= plain.length
    return plain
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_BUFFER_TOO_LARGE') return undefined
    budget.left -= maxOutputLength
    return 'opaque'
  }
}
