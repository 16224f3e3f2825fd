import { luhn, mod } from './digits.ts'

/** Check digits of national numbers. Each takes the number without its separators. */

const digit = (s: string, i: number): number => s.charCodeAt(i) - 48

/** Sum of digits times weights. */
const weigh = (s: string, weights: readonly number[]): number => weights.reduce((sum, w, i) => sum + w * digit(s, i), 0)

/** The digit after the weighted ones is `11 − sum mod 11`, where 10 (and 11) become what is given. */
const mod11 = (s: string, weights: readonly number[], ten = -1, eleven = 0): boolean => {
  const rest = 11 - (weigh(s, weights) % 11)
  return digit(s, weights.length) === (rest === 11 ? eleven : rest === 10 ? ten : rest)
}

/** ISO 7064, mod 11,10. */
export function iso7064Mod1110(s: string): boolean {
  let p = 10
  for (let i = 0; i < s.length - 1; i++) {
    const sum = (digit(s, i) + p) % 10 || 10
    p = (sum * 2) % 11
  }
  return (11 - p) % 10 === digit(s, s.length - 1)
}

const multiply = [
  '0123456789',
  '1234067895',
  '2340178956',
  '3401289567',
  '4012395678',
  '5987604321',
  '6598710432',
  '7659821043',
  '8765932104',
  '9876543210',
]
const permute = [
  '0123456789',
  '1576283094',
  '5803796142',
  '8916043527',
  '9453126870',
  '4286573901',
  '2793806415',
  '7046913258',
]

/** J. Verhoeff, "Error detecting decimal codes" (1969). */
export function verhoeff(s: string): boolean {
  let c = 0
  for (let i = 0; i < s.length; i++) c = digit(multiply[c]!, digit(permute[i % 8]!, digit(s, s.length - 1 - i)))
  return c === 0
}

const spanish = 'TRWAGMYFPDXBNJZSQVHLCKE'
export const spanishDni = (s: string): boolean => {
  const body = s.toUpperCase().replace(/^[XYZ]/, (c) => String('XYZ'.indexOf(c)))
  return spanish[Number(body.slice(0, -1)) % 23] === body.at(-1)
}

export const frenchNir = (s: string): boolean => {
  const number = s.slice(0, 13).toUpperCase().replace('2A', '19').replace('2B', '18')
  return 97 - mod(number, 97) === Number(s.slice(13))
}

/** The letter counts as the two digits of its place in the alphabet; digits of each product are added up. */
export const germanSocialInsurance = (s: string): boolean => {
  const number = s.slice(0, 8) + String(s.toUpperCase().charCodeAt(8) - 64).padStart(2, '0') + s.slice(9)
  const sum = [2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1].reduce((total, w, i) => {
    const product = w * digit(number, i)
    return total + Math.floor(product / 10) + (product % 10)
  }, 0)
  return sum % 10 === digit(number, 12)
}

const curpAlphabet = '0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ'
export const mexicanCurp = (s: string): boolean => {
  let sum = 0
  for (let i = 0; i < 17; i++) sum += (18 - i) * curpAlphabet.indexOf(s[i]!.toUpperCase())
  return (10 - (sum % 10)) % 10 === digit(s, 17)
}

const oddValues = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23]
export const codiceFiscale = (s: string): boolean => {
  const upper = s.toUpperCase()
  let sum = 0
  for (let i = 0; i < 15; i++) {
    const c = upper.charCodeAt(i)
    const n = c < 58 ? c - 48 : c - 65
    sum += i % 2 === 0 ? oddValues[n]! : n
  }
  return upper.charCodeAt(15) - 65 === sum % 26
}

export const dutchBsn = (s: string): boolean => {
  const n = s.padStart(9, '0')
  return (weigh(n, [9, 8, 7, 6, 5, 4, 3, 2]) - digit(n, 8)) % 11 === 0
}
export const belgianRrn = (s: string): boolean =>
  ['', '2'].some((century) => 97 - mod(century + s.slice(0, 9), 97) === Number(s.slice(9)))
export const polishPesel = (s: string): boolean =>
  (10 - (weigh(s, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10)) % 10 === digit(s, 10)
export const swedishNumber = (s: string): boolean => luhn(s.slice(-10))
export const norwegianNumber = (s: string): boolean =>
  mod11(s, [3, 7, 6, 1, 8, 9, 4, 5, 2]) && mod11(s, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2])
export const finnishHetu = (s: string): boolean => {
  const number = Number(s.slice(0, 6) + s.slice(-4, -1))
  return '0123456789ABCDEFHJKLMNPRSTUVWXY'[number % 31] === s.at(-1)?.toUpperCase()
}
/** As on goods: weights 1 and 3. */
export const ean13 = (s: string): boolean =>
  (10 - (weigh(s, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3]) % 10)) % 10 === digit(s, 12)
export const austrianSvnr = (s: string): boolean => weigh(s, [3, 7, 9, 0, 5, 8, 4, 2, 1, 6]) % 11 === digit(s, 3)
export const irishPps = (s: string): boolean => {
  const extra = s.length > 8 ? s.toUpperCase().charCodeAt(8) - 64 : 0
  const rest = (weigh(s, [8, 7, 6, 5, 4, 3, 2]) + (extra === 23 ? 0 : extra) * 9) % 23
  return 'WABCDEFGHIJKLMNOPQRSTUV'[rest] === s[7]?.toUpperCase()
}
export const czechNumber = (s: string): boolean => mod(s, 11) === 0 || (mod(s.slice(0, 9), 11) === 10 && s[9] === '0')
export const portugueseNif = (s: string): boolean => mod11(s, [9, 8, 7, 6, 5, 4, 3, 2], 0, 0)
export const romanianCnp = (s: string): boolean => {
  const rest = weigh(s, [2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11
  return (rest === 10 ? 1 : rest) === digit(s, 12)
}
export const bulgarianEgn = (s: string): boolean => (weigh(s, [2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11) % 10 === digit(s, 9)
export const greekAfm = (s: string): boolean => (weigh(s, [256, 128, 64, 32, 16, 8, 4, 2]) % 11) % 10 === digit(s, 8)
export const balticCode = (s: string): boolean => {
  const first = weigh(s, [1, 2, 3, 4, 5, 6, 7, 8, 9, 1]) % 11
  const second = weigh(s, [3, 4, 5, 6, 7, 8, 9, 1, 2, 3]) % 11
  return (first < 10 ? first : second % 10) === digit(s, 10)
}
export const britishNhs = (s: string): boolean => mod11(s, [10, 9, 8, 7, 6, 5, 4, 3, 2])
export const brazilianCpf = (s: string): boolean =>
  new Set(s).size > 1 &&
  mod11(s, [10, 9, 8, 7, 6, 5, 4, 3, 2], 0, 0) &&
  mod11(s, [11, 10, 9, 8, 7, 6, 5, 4, 3, 2], 0, 0)
export const brazilianCnpj = (s: string): boolean =>
  mod11(s, [5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2], 0, 0) && mod11(s, [6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2], 0, 0)
export const argentineCuit = (s: string): boolean => mod11(s, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2], 9, 0)
export const chileanRut = (s: string): boolean => {
  let sum = 0
  for (let i = s.length - 2, w = 2; i >= 0; i--, w = w === 7 ? 2 : w + 1) sum += digit(s, i) * w
  const rest = 11 - (sum % 11)
  return s.at(-1)?.toUpperCase() === (rest === 11 ? '0' : rest === 10 ? 'K' : String(rest))
}
export const chineseNumber = (s: string): boolean =>
  '10X98765432'[weigh(s, [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]) % 11] === s[17]?.toUpperCase()
export const japaneseNumber = (s: string): boolean => {
  const rest = weigh(s, [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11
  return (rest <= 1 ? 0 : 11 - rest) === digit(s, 11)
}
export const koreanNumber = (s: string): boolean =>
  (11 - (weigh(s, [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]) % 11)) % 10 === digit(s, 12)
export const australianTfn = (s: string): boolean => weigh(s, [1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 === 0
export const australianMedicare = (s: string): boolean => weigh(s, [1, 3, 7, 9, 1, 3, 7, 9]) % 10 === digit(s, 8)
export const turkishNumber = (s: string): boolean => {
  const odd = digit(s, 0) + digit(s, 2) + digit(s, 4) + digit(s, 6) + digit(s, 8)
  const even = digit(s, 1) + digit(s, 3) + digit(s, 5) + digit(s, 7)
  return (((odd * 7 - even) % 10) + 10) % 10 === digit(s, 9) && (odd + even + digit(s, 9)) % 10 === digit(s, 10)
}
export const singaporeanNric = (s: string): boolean => {
  const upper = s.toUpperCase()
  const first = upper[0]!
  const sum = weigh(upper.slice(1), [2, 7, 6, 5, 4, 3, 2]) + ('TG'.includes(first) ? 4 : first === 'M' ? 3 : 0)
  if (first === 'M') return 'XWUTRQPNJLK'[10 - (sum % 11)] === upper[8]
  return ('ST'.includes(first) ? 'JZIHGFEDCBA' : 'XWUTRQPNMLK')[sum % 11] === upper[8]
}
/** ISO 3166-1, and Kosovo's. */
const countries = `AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG
   CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL
   GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA
   LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP
   NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV
   SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW`
/** The fifth and sixth letter are a country's. */
export const bicCountry = (s: string): boolean => countries.includes(s.slice(4, 6))
export { luhn }
