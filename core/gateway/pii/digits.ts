import { at, DIGIT } from '../engine/chars.ts'

/** Digits from `start` on, with single separators of this set between them; ends at the last digit. */
export function readDigits(
  text: string,
  start: number,
  separators: string,
  most: number,
): { digits: string; end: number; groups: number[]; marks: string } {
  let digits = ''
  let marks = ''
  const groups: number[] = []
  let group = 0
  let i = start
  let end = start
  while (i < text.length && digits.length <= most) {
    if (at(text, i, DIGIT)) {
      digits += text[i]
      group++
      end = ++i
    } else if (group > 0 && separators.includes(text[i]!) && at(text, i + 1, DIGIT)) {
      groups.push(group)
      marks += text[i]
      group = 0
      i++
    } else break
  }
  groups.push(group)
  return { digits, end, groups, marks }
}

/** ISO/IEC 7812-1, annex B. */
export function luhn(digits: string): boolean {
  let sum = 0
  for (let i = digits.length - 1, twice = false; i >= 0; i--, twice = !twice) {
    let d = digits.charCodeAt(i) - 48
    if (twice) d = d > 4 ? d * 2 - 9 : d * 2
    sum += d
  }
  return sum % 10 === 0
}

/** Remainder of a long decimal number. */
export function mod(digits: string, by: number): number {
  let rest = 0
  for (let i = 0; i < digits.length; i++) rest = (rest * 10 + digits.charCodeAt(i) - 48) % by
  return rest
}

/** A number that is part of something else: a decimal fraction, a hash, an identifier, a version. */
export function standsAlone(text: string, start: number, end: number): boolean {
  const before = text[start - 1] ?? ' '
  const after = text[end] ?? ' '
  if (/[\w.+#$@-]/.test(before) && !isEscape(text, start)) return false
  if (/[\w@]/.test(after)) return false
  return !((after === '.' || after === '-') && at(text, end + 1, DIGIT))
}

const isEscape = (text: string, start: number): boolean => text[start - 2] === '\\' && 'nrt'.includes(text[start - 1]!)
