import { DIGIT, skip } from '../engine/chars.ts'
import type { Detector } from '../engine/detector.ts'
import { luhn, readDigits, standsAlone } from './digits.ts'

/** Issuer ranges and lengths: https://en.wikipedia.org/wiki/Payment_card_number#Issuer_identification_number_(IIN). */
const brands: readonly { prefix: RegExp; lengths: readonly number[] }[] = [
  { prefix: /^4/, lengths: [13, 16, 19] },
  { prefix: /^(5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/, lengths: [16] },
  { prefix: /^3[47]/, lengths: [15] },
  { prefix: /^(6011|64[4-9]|65)/, lengths: [16, 19] },
  { prefix: /^3(0[0-5]|[689])/, lengths: [14, 16] },
  { prefix: /^35(2[89]|[3-8])/, lengths: [16, 17, 18, 19] },
  { prefix: /^62/, lengths: [16, 17, 18, 19] },
  { prefix: /^(50|5[6-9]|6[0-9])/, lengths: [16, 19] },
  { prefix: /^220[0-4]/, lengths: [16] },
]

/** Numbers that payment processors publish for tests: https://docs.stripe.com/testing, https://docs.adyen.com/development-resources/testing/test-card-numbers. */
const tests = new Set(
  `4242424242424242 4000056655665556 5555555555554444 2223003122003222 5200828282828210 5105105105105100 378282246310005
   371449635398431 6011111111111117 6011000990139424 6011981111111113 3056930009020004 36227206271667 6555900000604105
   3566002020360505 6200000000000005 4111111111111111 4012888888881881 4222222222222 30569309025904 38520000023237
   3530111333300000 4000000000000002 4000000000009995 4000002500003155 4000000000003220 5454545454545454 6304000000000000
   4917610000000000 4988438843884305 2222400070000005 5500000000000004 340000000000009 6011000000000004 3088000000000009
   4007000000027 4009348888881881 4012000033330026 4500600000000061 6371830000000000 4000000000000077`.split(/\s+/),
)

/** Payment cards: issuer range, length and check digit; groups as printed on cards. */
export const card: Detector = {
  type: 'credit-card',
  kind: 'pii',
  digits: { least: 4, most: 19 },
  source: 'https://www.iso.org/standard/70484.html',
  verify({ text, examples }, start) {
    const first = skip(text, start, DIGIT, 20) - start
    if (first !== 4 && first < 13) return undefined
    const { digits, end, groups, marks } = readDigits(text, start, ' -', 19)
    if (digits.length < 13 || digits.length > 19 || !standsAlone(text, start, end)) return undefined
    if (marks !== '' && (new Set(marks).size > 1 || !printed(groups))) return undefined
    if (!brands.some((b) => b.lengths.includes(digits.length) && b.prefix.test(digits)) || !luhn(digits))
      return undefined
    // A number that a program calculates with.
    if (/BigInt\(.?$/.test(text.slice(Math.max(0, start - 8), start))) return undefined
    if (new Set(digits).size < 3 && !examples) return undefined
    if (!examples && tests.has(digits)) return undefined
    return { start, end, confidence: 1 }
  },
}

function printed(groups: readonly number[]): boolean {
  const shape = groups.join(' ')
  return ['4 4 4 4', '4 6 5', '4 6 4', '4 4 4 4 3', '4 4 4 1', '4 4 5'].includes(shape)
}
