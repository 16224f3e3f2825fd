import { at, HEX } from './chars.ts'

/** Where one of these stands (in any letter case), an escape of a printable character may. */
export const escapeMarks: readonly string[] = ['%2', '%3', '%4', '%5', '%6', '%7', '\\x', '\\u00', '\\/', '&#']

export interface Escape {
  /** One printable ASCII character. */
  char: string
  /** How many characters stand for it. */
  length: number
}

/** The escape at `i`, if one is there: `%41`, `\x41`, `\u0041`, `\/`, `&#65;`, `&#x41;`. */
export function escapeAt(text: string, i: number): Escape | undefined {
  switch (text[i]) {
    case '%':
      return printable(hex(text, i + 1, 2), 3)
    case '\\':
      if (text[i + 1] === '/') return { char: '/', length: 2 }
      if (text[i + 1] === 'x') return printable(hex(text, i + 2, 2), 4)
      return text[i + 1] === 'u' ? printable(hex(text, i + 2, 4), 6) : undefined
    case '&':
      return text[i + 1] === '#' ? entity(text, i) : undefined
    default:
      return undefined
  }
}

function entity(text: string, i: number): Escape | undefined {
  const close = text.slice(i, i + 7).indexOf(';')
  if (close < 4) return undefined
  const digits = text.slice(i + 2, i + close)
  const code = /^x[0-9a-f]+$/i.test(digits)
    ? Number.parseInt(digits.slice(1), 16)
    : /^\d+$/.test(digits)
      ? Number(digits)
      : -1
  return printable(code, close + 1)
}

function hex(text: string, from: number, n: number): number {
  let value = 0
  for (let i = from; i < from + n; i++) {
    const c = text.charCodeAt(i)
    if (!at(text, i, HEX)) return -1
    value = value * 16 + (c <= 57 ? c - 48 : (c & 31) + 9)
  }
  return value
}

const printable = (code: number, length: number): Escape | undefined =>
  code >= 32 && code < 127 ? { char: String.fromCharCode(code), length } : undefined
