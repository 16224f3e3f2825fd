import { ALNUM, at, DIGIT, UPPER } from '../engine/chars.ts'
import type { Detector } from '../engine/detector.ts'
import { mod } from './digits.ts'

/** Lengths by country: https://www.swift.com/standards/data-standards/iban-international-bank-account-number. */
const lengths: Record<string, number> = Object.fromEntries(
  `AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18 FK18
   FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21
   LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24
   SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30`
    .split(/\s+/)
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
)

/** International bank account numbers: country, length and the check of ISO 7064 mod 97-10. */
export const iban: Detector = {
  type: 'iban',
  kind: 'pii',
  digits: { least: 2, most: 30 },
  source: 'https://www.iso.org/standard/81090.html',
  verify({ text }, first) {
    const start = first - 2
    if (start < 0 || !at(text, start, UPPER) || !at(text, start + 1, UPPER) || !at(text, first + 1, DIGIT))
      return undefined
    if (at(text, start - 1, ALNUM) || text[start - 1] === '_') return undefined
    const length = lengths[text.slice(start, first)]
    if (length === undefined) return undefined
    let compact = ''
    let i = start
    while (compact.length < length) {
      if (at(text, i, DIGIT | UPPER)) compact += text[i++]
      else if (text[i] === ' ' && compact.length % 4 === 0 && compact.length > 0) i++
      else return undefined
    }
    if (at(text, i, ALNUM) || text[i] === '_') return undefined
    const digits = (compact.slice(4) + compact.slice(0, 4)).replace(/[A-Z]/g, (c) => String(c.charCodeAt(0) - 55))
    return mod(digits, 97) === 1 ? { start, end: i, confidence: 1 } : undefined
  },
}
