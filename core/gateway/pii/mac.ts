import { ALNUM, at, HEX } from '../engine/chars.ts'
import type { Detector } from '../engine/detector.ts'

/** MAC addresses of six octets (https://standards.ieee.org/products-programs/regauth/), found from a digit inside. */
export const macAddress: Detector = {
  type: 'mac-address',
  kind: 'pii',
  digits: { least: 1, most: 2 },
  source: 'https://standards.ieee.org/products-programs/regauth/',
  verify({ text }, digit) {
    // A digit of an octet has a mark next to it, or one character further.
    const mark = [text[digit - 1], text[digit + 1], text[digit + 2]].find((c) => c === ':' || c === '-')
    if (mark === undefined) return undefined
    let start = digit
    while (start > 0 && digit - start < 17 && (at(text, start - 1, HEX) || text[start - 1] === mark)) start--
    const value = text.slice(start, start + 17)
    if (value.length < 17 || at(text, start - 1, ALNUM) || at(text, start + 17, ALNUM)) return undefined
    if (text[start - 1] === mark || text[start + 17] === mark) return undefined
    for (let i = 0; i < 17; i++) if (i % 3 === 2 ? value[i] !== mark : !at(value, i, HEX)) return undefined
    const octets = value.toLowerCase().split(mark)
    if (new Set(octets).size <= 1) return undefined
    // Times and dates have no letters; an address of an adapter nearly always has.
    return /[a-f]/.test(value.toLowerCase()) ? { start, end: start + 17, confidence: 0.9 } : undefined
  },
}
