/** Sets of ASCII characters as bits of a table; what is not ASCII is in no set. */

export const DIGIT = 1
export const UPPER = 2
export const LOWER = 4
export const HEX = 8
/** Letters, digits and `_`. */
export const WORD = 16
/** `+` `/` and letters and digits. */
export const BASE64 = 32
/** `-` `_` and letters and digits. */
export const BASE64URL = 64
/** Blank or tab. */
export const BLANK = 128
/** Ends an unquoted value: space, quotes, brackets, separators. */
export const STOP = 256
export const ALNUM = DIGIT | UPPER | LOWER

export const sets = new Uint16Array(128)
for (let c = 0; c < 128; c++) {
  const ch = String.fromCharCode(c)
  let bits = 0
  if (ch >= '0' && ch <= '9') bits |= DIGIT
  if (ch >= 'A' && ch <= 'Z') bits |= UPPER
  if (ch >= 'a' && ch <= 'z') bits |= LOWER
  if (/[0-9a-fA-F]/.test(ch)) bits |= HEX
  if (/\w/.test(ch)) bits |= WORD
  if (/[A-Za-z0-9+/]/.test(ch)) bits |= BASE64
  if (/[\w-]/.test(ch)) bits |= BASE64URL
  if (ch === ' ' || ch === '\t') bits |= BLANK
  if (c <= 32 || '"\'`,;)]}>(<[{|'.includes(ch)) bits |= STOP
  sets[c] = bits
}

export const isDigit = (unit: number): boolean => unit >= 48 && unit <= 57

/** Whether the character at `i` is in one of these sets; false outside the text. */
export const at = (text: string, i: number, set: number): boolean => {
  const c = text.charCodeAt(i)
  return c < 128 && (sets[c]! & set) !== 0
}

/** First index from `i` on that is in none of these sets; at most `most` further. */
export function skip(text: string, i: number, set: number, most: number): number {
  const end = Math.min(text.length, i + most)
  let k = i
  while (k < end) {
    const c = text.charCodeAt(k)
    if (c >= 128 || (sets[c]! & set) === 0) break
    k++
  }
  return k
}

/**
 * Nothing of a longer word stands before `i`. The tail of an escape (`\n`, `\x3d`, `\u003d`,
 * `%3D`) is no word, though it ends in a letter or a digit.
 */
export function startsWord(text: string, i: number): boolean {
  if (i === 0 || !at(text, i - 1, WORD)) return true
  const before = text[i - 1]!
  if (i >= 2 && text[i - 2] === '\\' && 'nrtbfv0aes'.includes(before)) return true
  if (i >= 3 && text[i - 3] === '%' && at(text, i - 2, HEX) && at(text, i - 1, HEX)) return true
  if (i >= 4 && text[i - 4] === '\\' && text[i - 3] === 'x') return true
  return i >= 6 && text[i - 6] === '\\' && text[i - 5] === 'u'
}

export const endsWord = (text: string, i: number): boolean => !at(text, i, WORD)
