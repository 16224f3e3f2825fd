import { createHash } from 'node:crypto'
import canonicalizeJson from 'canonicalize'

/** The RFC 8785 form of a JSON value. Throws on what JSON cannot carry (NaN, Infinity, undefined at the root). */
export function canonical(value: unknown): string {
  const text = canonicalizeJson(value)
  if (text === undefined) throw new TypeError('not a JSON value')
  return text
}

export const sha256Hex = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex')

/** `sha256:` and the hex of SHA-256 over the RFC 8785 form. */
export const canonicalDigest = (value: unknown): string => `sha256:${sha256Hex(canonical(value))}`
