import { ALNUM, at, DIGIT, HEX } from '../engine/chars.ts'
import { contextBefore } from '../engine/context.ts'
import type { Detector } from '../engine/detector.ts'

/** IPv4 addresses that stand for a machine: not loopback, masks, multicast or versions with four parts. */
export const ipv4: Detector = {
  type: 'ip-address',
  kind: 'pii',
  digits: { least: 1, most: 3, after: '.' },
  source: 'https://www.rfc-editor.org/rfc/rfc6890',
  verify({ text }, start) {
    const before = text[start - 1] ?? ' '
    if (/[\w.+~^=<>-]/.test(before) && before !== '=') return undefined
    const octets: number[] = []
    let i = start
    for (let part = 0; part < 4; part++) {
      const from = i
      while (i - from < 4 && at(text, i, DIGIT)) i++
      const n = Number(text.slice(from, i))
      if (i === from || i - from > 3 || n > 255 || (text[from] === '0' && i - from > 1)) return undefined
      octets.push(n)
      if (part < 3 && text[i++] !== '.') return undefined
    }
    const after = text[i] ?? ' '
    if (
      at(text, i, ALNUM) ||
      after === '_' ||
      (after === '.' && at(text, i + 1, ALNUM)) ||
      (after === '-' && at(text, i + 1, ALNUM))
    )
      return undefined
    if (
      isVersion(text, start) ||
      isSection(text, start, octets) ||
      isObjectIdentifier(text, start, octets) ||
      !names(octets)
    )
      return undefined
    return { start, end: i, confidence: 0.8 }
  },
}

/** Four small numbers that nothing marks as an address are rather a chapter, a version or an object identifier. */
const isSection = (text: string, start: number, octets: readonly number[]): boolean => {
  if (octets[0] === 10 || !octets.every((n) => n < 32)) return false
  const before = text[start - 1] ?? ' '
  if (before === '/' || before === '@') return false
  return (
    !'"\'`'.includes(before) || !/addr|host|\bip|ip\b|server|client|peer|node/i.test(contextBefore(text, start, 32))
  )
}

const isVersion = (text: string, start: number): boolean =>
  /((version|release|build|@|\bv|\bv8|chrome|chromium|electron|firefox)\W{0,5}|==\s?)$/i.test(
    contextBefore(text, start, 16),
  )

/** Of the internet, of Edwards and other curves, of names and extensions in certificates, of their policies: https://oid-base.com. */
const knownArcs = ['1.3.6.1', '1.3.101.', '1.3.132.', '2.5.4.', '2.5.8.', '2.5.29.', '2.23.']

/** Object identifiers (https://www.rfc-editor.org/rfc/rfc3061) begin with 0 to 2, and what stands around says it. */
const isObjectIdentifier = (text: string, start: number, octets: readonly number[]): boolean =>
  (knownArcs.some((arc) => text.startsWith(arc, start)) &&
    !/addr|host|\bip\b|server|peer/i.test(contextBefore(text, start, 32))) ||
  (octets[0]! <= 2 &&
    octets[1]! < 40 &&
    /oid|object.?id|\bcase\b|algorithm|extension/i.test(contextBefore(text, start, 48)))

function names([a, b, c, d]: number[]): boolean {
  if (a === 0 || a === 127 || a! >= 224) return false
  // Small numbers in every place are rather a version than a machine.
  if (a! < 10 && b! < 10 && c! < 10 && d! < 10) return (a === 1 && b === 1) || (a === 8 && b === 8)
  return true
}

/** IPv6 addresses in full or with `::` (https://www.rfc-editor.org/rfc/rfc4291#section-2.2), but for the loopback and documentation of the syntax. */
export const ipv6: Detector = {
  type: 'ip-address',
  kind: 'pii',
  keywords: [
    '2001:',
    '2400:',
    '2600:',
    '2603:',
    '2604:',
    '2606:',
    '2607:',
    '2620:',
    '2800:',
    '2803:',
    '2804:',
    '2a00:',
    '2a01:',
    '2a02:',
    '2a03:',
    '2a04:',
    '2a05:',
    '2a06:',
    '2a07:',
    '2a09:',
    '2a0a:',
    '2a0b:',
    '2a0c:',
    '2a0d:',
    '2a0e:',
    '2a10:',
    '2c0f:',
    'fd00:',
    'fe80:',
  ],
  source: 'https://www.rfc-editor.org/rfc/rfc4291#section-2.2',
  verify({ text }, start) {
    if (at(text, start - 1, ALNUM) || text[start - 1] === ':' || text[start - 1] === '.') return undefined
    let i = start
    while (i - start < 40 && (at(text, i, HEX) || text[i] === ':')) i++
    while (text[i - 1] === ':' && text[i - 2] !== ':') i--
    const value = text.slice(start, i)
    if (at(text, i, ALNUM)) return undefined
    const halves = value.split('::')
    if (halves.length > 2) return undefined
    const groups = halves.flatMap((h) => (h === '' ? [] : h.split(':')))
    if (!groups.every((g) => /^[0-9a-f]{1,4}$/i.test(g))) return undefined
    if (halves.length === 1 ? groups.length !== 8 : groups.length > 7 || groups.length < 2) return undefined
    return { start, end: i, confidence: 0.9 }
  },
}
