import { at, DIGIT, WORD } from '../../engine/chars.ts'
import { type AddressFormat, isCapital, isHouseNumber } from '../address.ts'

const set = (words: string): ReadonlySet<string> => new Set(words.split(/\s+/))

/** `12 Old Main Street` and what follows: the number, some names, the kind of street, the town. */
function englishStreet(words: readonly string[], kinds: ReadonlySet<string>, townFrom: number): number {
  for (let kind = townFrom + 1; kind < words.length - 2; kind++) {
    if (!kinds.has(words[kind]!.replace(/\.$/, '').toLowerCase())) continue
    const after = words.slice(townFrom, kind)
    if (!after.every((w) => isCapital(w) || /^(#|\d|of$|on$|upon$|the$|le$)/.test(w)) || !after.some(isCapital))
      continue
    for (let number = kind + 1; number < Math.min(words.length, kind + 7); number++) {
      if (isHouseNumber(words[number]!)) return number > kind + 1 ? number + 1 : 0
      if (!isCapital(words[number]!) && !/^\d{1,3}(st|nd|rd|th)$/i.test(words[number]!)) break
    }
  }
  return 0
}

/** USPS Publication 28, appendix B (states) and C1 (street suffixes). */
const states = set(
  `AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA PR RI
   SC SD TN TX UT VT VA WA WV WI WY`,
)
const americanKinds = set(
  `street st avenue ave road rd drive dr boulevard blvd lane ln court ct place pl way terrace ter circle cir highway hwy parkway
   pkwy square sq trail trl plaza plz loop alley aly broadway`,
)

/** `350 Fifth Avenue, Suite 3300, New York, NY 10118-0110`. */
export const unitedStates: AddressFormat = {
  country: 'us',
  source: 'https://pe.usps.com/text/pub28/welcome.htm',
  digits: { least: 5, most: 5 },
  postcode(text, digit) {
    const long = text[digit + 5] === '-' && at(text, digit + 9, DIGIT) && !at(text, digit + 10, WORD)
    const end = long ? digit + 10 : digit + 5
    return at(text, end, WORD) || text[digit - 1] !== ' ' ? undefined : { start: digit, end }
  },
  street: (words) => (states.has(words[0] ?? '') ? englishStreet(words, americanKinds, 1) : 0),
}

const britishKinds = set(
  `street st road rd avenue ave lane close drive court place square gardens terrace way hill crescent mews row park grove walk
   yard green embankment circus parade`,
)

/** `221B Baker Street, London NW1 6XE`. */
export const unitedKingdom: AddressFormat = {
  country: 'uk',
  // Outward and inward code, as BS 7666 has them.
  source: 'https://www.gov.uk/government/publications/bulk-data-transfer-for-sponsors-xml-schema',
  digits: { least: 1, most: 1, after: 'ABDEFGHJLNPQRSTUWXYZ' },
  postcode(text, digit) {
    if (!/^\d[ABD-HJLNP-UW-Z]{2}(?!\w)/.test(text.slice(digit, digit + 4))) return undefined
    const outward = /(?<![A-Za-z0-9])[A-Z]{1,2}\d[A-Z\d]? ?$/.exec(text.slice(Math.max(0, digit - 6), digit))
    return outward === null ? undefined : { start: digit - outward[0].length, end: digit + 3 }
  },
  street: (words) => englishStreet(words, britishKinds, 0),
}
