import type { Detector } from '../engine/detector.ts'
import { readDigits } from './digits.ts'

/**
 * Country codes of ITU-T E.164 (https://www.itu.int/pub/T-SP-E.164D) and how many digits follow
 * them; 7 to 12 where a country is not named.
 */
const national: Record<string, readonly [least: number, most: number]> = {
  1: [10, 10],
  7: [10, 10],
  20: [9, 10],
  27: [9, 9],
  30: [10, 10],
  31: [9, 9],
  32: [8, 9],
  33: [9, 9],
  34: [9, 9],
  36: [8, 9],
  39: [8, 11],
  40: [9, 9],
  41: [9, 9],
  43: [7, 13],
  44: [9, 10],
  45: [8, 8],
  46: [7, 10],
  47: [8, 8],
  48: [9, 9],
  49: [7, 12],
  52: [10, 10],
  54: [10, 11],
  55: [10, 11],
  56: [9, 9],
  57: [10, 10],
  60: [8, 10],
  61: [9, 9],
  62: [8, 12],
  63: [10, 10],
  64: [8, 10],
  65: [8, 8],
  66: [8, 9],
  81: [9, 10],
  82: [8, 10],
  84: [9, 10],
  86: [10, 11],
  90: [10, 10],
  91: [10, 10],
  351: [9, 9],
  352: [6, 11],
  353: [7, 9],
  354: [7, 9],
  358: [6, 11],
  359: [8, 9],
  370: [8, 8],
  371: [8, 8],
  372: [7, 8],
  380: [9, 9],
  381: [8, 9],
  385: [8, 9],
  386: [8, 8],
  420: [9, 9],
  421: [9, 9],
  852: [8, 8],
  886: [8, 9],
  966: [8, 9],
  971: [8, 9],
  972: [8, 9],
}

/** Phone numbers with their country code: `+49 30 901820`, `+1 (212) 555-0143`. */
export const internationalPhone: Detector = {
  type: 'phone',
  kind: 'pii',
  keywords: ['+1', '+2', '+3', '+4', '+5', '+6', '+7', '+8', '+9'],
  source: 'https://www.itu.int/rec/T-REC-E.164',
  verify({ text }, plus) {
    const from = plus + 1
    if (/[\w.)\]]/.test(text[plus - 1] ?? ' ')) return undefined
    const read = readPhone(text, from)
    const { digits, end, marks } = read
    if (digits.length < 8 || digits.length > 15 || isWordAfter(text, end)) return undefined
    const code = [3, 2, 1].map((n) => digits.slice(0, n)).find((c) => national[c] !== undefined)
    const [least, most] = code === undefined ? [7, 12] : national[code]!
    const rest = digits.length - (code?.length ?? 2)
    if (rest < least || rest > most) return undefined
    // A bare number after a plus sign is as likely a sum.
    if (marks === '' && digits.length < 10) return undefined
    return { start: plus, end, confidence: 0.9 }
  },
}

/** Numbers as written in North America, told by their punctuation: `(212) 555-0143`, `212-555-0143`. */
export const northAmericanPhone: Detector = {
  type: 'phone',
  kind: 'pii',
  digits: { least: 3, most: 3, after: '-.)' },
  source: 'https://www.nanpa.com/numbering',
  verify({ text }, first) {
    const bracket = text[first - 1] === '('
    const start = bracket ? first - 1 : first
    const before = text[start - 1] ?? ' '
    if (/[\w.+#$/-]/.test(before) || (bracket && text[first + 3] !== ')')) return undefined
    let i = first + 3
    if (bracket) {
      i++
      if (text[i] === ' ') i++
    } else {
      if (text[i] !== '-' && text[i] !== '.') return undefined
      i++
    }
    const joint = text[i + 3]
    if (joint !== '-' && joint !== '.' && !(bracket && joint === ' ')) return undefined
    if (!bracket && joint !== text[first + 3]) return undefined
    const digits = text.slice(first, first + 3) + text.slice(i, i + 3) + text.slice(i + 4, i + 8)
    const end = i + 8
    // Area and exchange begin with 2 to 9 and are no service code.
    if (!/^[2-9][0-8]\d[2-9](?!11)\d{6}$/.test(digits) || isWordAfter(text, end)) return undefined
    return { start, end, confidence: 0.8 }
  },
}

function readPhone(text: string, from: number): { digits: string; end: number; marks: string } {
  let { digits, end, marks } = readDigits(text, from, ' -./', 15)
  // An area code in brackets, once.
  const open = text[end] === ' ' ? end + 1 : end
  if (digits.length <= 3 && text[open] === '(') {
    const close = open + text.slice(open, open + 7).indexOf(')')
    if (close > open + 1 && /^\d+$/.test(text.slice(open + 1, close))) {
      digits += text.slice(open + 1, close)
      const rest = readDigits(text, /[ -]/.test(text[close + 1] ?? '') ? close + 2 : close + 1, ' -./', 15)
      digits += rest.digits
      marks += `()${rest.marks}`
      end = rest.end
    }
  }
  return { digits, end, marks }
}

const isWordAfter = (text: string, end: number): boolean => /[\w@]/.test(text[end] ?? ' ')
