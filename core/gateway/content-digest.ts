import { createHmac, type KeyObject } from 'node:crypto'
import { utf8Pieces } from '../platform/utf8.ts'

/** HMAC-SHA-256 over each part (UTF-8) with its length behind it, and the lengths in bytes. */
export function contentDigest(key: KeyObject, parts: readonly string[]): { digest: string; lengths: number[] } {
  const hmac = createHmac('sha256', key)
  const lengths = parts.map((part) => {
    let length = 0
    for (const bytes of utf8Pieces(part)) {
      hmac.update(bytes)
      length += bytes.length
    }
    hmac.update(`\0${length}\0`)
    return length
  })
  return { digest: hmac.digest('hex'), lengths }
}
