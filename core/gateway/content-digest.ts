import { createHmac, type KeyObject } from 'node:crypto'

// A long text is encoded piece by piece: a buffer of its own length would cost more than reading it.
const piece = 32_768
const bytes = Buffer.allocUnsafeSlow(piece * 3)

/** Where a piece that begins at `from` ends, with no pair of surrogates cut in two. */
function endOfPiece(text: string, from: number): number {
  const end = from + piece
  if (end >= text.length) return text.length
  const last = text.charCodeAt(end - 1)
  return last >= 0xd800 && last < 0xdc00 ? end - 1 : end
}

/** HMAC-SHA-256 over each part (UTF-8) with its length behind it, and the lengths in bytes. */
export function contentDigest(key: KeyObject, parts: readonly string[]): { digest: string; lengths: number[] } {
  const hmac = createHmac('sha256', key)
  const lengths = parts.map((part) => {
    let length = 0
    for (let from = 0, to = 0; from < part.length; from = to) {
      to = endOfPiece(part, from)
      const written = bytes.write(to - from === part.length ? part : part.slice(from, to))
      hmac.update(written === bytes.length ? bytes : bytes.subarray(0, written))
      length += written
    }
    hmac.update(`\0${length}\0`)
    return length
  })
  return { digest: hmac.digest('hex'), lengths }
}
