import { at, HEX } from './chars.ts'

/** Where one of these stands (in any letter case), an escape of a printable character may. */
export const escapeMarks: readonly string[] = ['%2', '%3', '%4', '%5', '%6', '%7', '\\x', '\\u00', '\\/', '&#']

/**
 * The escape at `i`: `%41`, `\x41`, `\u0041`, `\/`, `&#65;`, `&#x41;`.
 * @returns 0 where there is none, else the printable ASCII character's code × 256 + how many characters stand for it
 */
export function escapeAt(text: string, i: number): number {
  switch (text.charCodeAt(i)) {
    case 37: // %
      return printable(hex(text, i + 1, 2), 3)
    case 92: {
      const next = text[i + 1]
      if (next === '/') return printable(47, 2)
      if (next === 'x') return printable(hex(text, i + 2, 2), 4)
      return next === 'u' ? printable(hex(text, i + 2, 4), 6) : 0
    }
    case 38: // &
      return text[i + 1] === '#' ? entity(text, i) : 0
    default:
      return 0
  }
}

function entity(text: string, i: number): number {
  const close = text.slice(i, i + 7).indexOf(';')
  if (close < 4) return 0
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

const printable = (code: number, length: number): number => (code >= 32 && code < 127 ? code * 256 + length : 0)
