import { createHash, createHmac, type KeyObject } from 'node:crypto'
import { at, UPPER } from './engine/chars.ts'

/**
 * Placeholders: `REDACTED_` + type + `_` + twelve letters that are the value's keyed digest + three
 * letters that check the rest. Letters and `_` alone, so that JSON, YAML, TOML, `.env`, XML and URLs
 * that held the value still parse, and no digits, so that nothing takes one for a number, a key or
 * a hash.
 */

export const placeholderKeyword = 'redacted_'
export const placeholderPrefix = 'REDACTED_'
/** Ends the type where a number stood unquoted, and the placeholder brought quotation marks. */
const bare = '_BARE'
const letters = 'abcdefghijklmnop'
const tagLength = 12
const checkLength = 3

const spell = (bytes: Uint8Array, n: number): string => {
  let text = ''
  for (let i = 0; i < n; i++) text += letters[(bytes[i >> 1]! >> (i % 2 === 0 ? 4 : 0)) & 15]
  return text
}

const checkOf = (head: string): string =>
  spell(createHash('sha256').update(`atomic placeholder\0${head}`).digest(), checkLength)

/** @param nth 1, 2 … where those before stand for other values already */
export type Placeholders = (type: string, value: string, isBare?: boolean, nth?: number) => string

/** The same value gets the same placeholder under one key, and another under another. */
export function placeholders(key: KeyObject): Placeholders {
  return (type, value, isBare = false, nth = 0) => {
    // UTF-16, since lone surrogates are all one in UTF-8.
    const hmac = createHmac('sha256', key)
      .update(`${type}\0${nth === 0 ? '' : nth}`)
      .update(value, 'utf16le')
    const tag = spell(hmac.digest(), tagLength)
    const head = `${placeholderPrefix}${type.toUpperCase().replace(/[^A-Z]+/g, '_')}${isBare ? bare : ''}_${tag}`
    return head + checkOf(head)
  }
}

export const standsForBare = (placeholder: string): boolean =>
  placeholder.endsWith(bare, placeholder.length - tagLength - checkLength - 1)

/** Where the placeholder that begins at `start` ends, or -1 when none does; what stands around it does not matter. */
export function placeholderAt(text: string, start: number): number {
  if (!text.startsWith(placeholderPrefix, start)) return -1
  let tag = start + placeholderPrefix.length
  while (tag - start < 80 && (at(text, tag, UPPER) || text[tag] === '_')) tag++
  const end = tag + tagLength + checkLength
  if (text[tag - 1] !== '_' || end > text.length) return -1
  for (let i = tag; i < end; i++) if (!letters.includes(text[i]!)) return -1
  return checkOf(text.slice(start, end - checkLength)) === text.slice(end - checkLength, end) ? end : -1
}
