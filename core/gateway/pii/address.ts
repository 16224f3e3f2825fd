import type { Detector, DigitRun } from '../engine/detector.ts'

/**
 * A country's postal addresses: a street with its number, and in reach of it the postcode that such an
 * address needs. Neither half alone is reported: `12 Main Street` is a title as well, and five digits
 * are anything.
 */
export interface AddressFormat {
  /** ISO 3166-1, lower case; `uk` for the United Kingdom. */
  country: string
  source: string
  /** The run of digits that the postcode holds. */
  digits: DigitRun
  /** Around the first of these digits: where the postcode begins, and where the address ends. */
  postcode(text: string, digit: number): { start: number; end: number } | undefined
  /**
   * @param words what stands before the postcode, the nearest first
   * @returns how many of them belong to the address; 0 where they make none
   */
  street(words: readonly string[]): number
}

/** Most characters and words between the begin of an address and its postcode. */
const reach = 140
const mostWords = 18

/** Of names, numbers and abbreviations; between them blanks, commas, line ends (also escaped). */
const inWord = /[\p{L}\p{N}'’.#/-]/u

export const addressDetector = (format: AddressFormat): Detector => ({
  type: `${format.country}-street-address`,
  kind: 'pii',
  digits: format.digits,
  source: format.source,
  verify({ text }, digit) {
    const postcode = format.postcode(text, digit)
    if (postcode === undefined) return undefined
    const words: string[] = []
    const starts: number[] = []
    const least = Math.max(0, postcode.start - reach)
    let i = postcode.start
    while (words.length < mostWords) {
      let gap = 0
      for (; i > least && gap < 6 && isGap(text, i); gap++) i -= text[i - 1] === 'n' ? 2 : 1
      if (gap === 0) break
      let start = i
      while (start > least && inWord.test(text[start - 1]!) && !isGap(text, start)) start--
      if (start === i) break
      words.push(text.slice(start, i))
      starts.push(start)
      i = start
    }
    const count = format.street(words)
    return count === 0 ? undefined : { start: starts[count - 1]!, end: postcode.end, confidence: 0.8 }
  },
})

/** Whether what ends at `i` stands between words. */
function isGap(text: string, i: number): boolean {
  const c = text[i - 1]
  return c === ' ' || c === ',' || c === '\n' || c === '\r' || c === '\t' || (c === 'n' && text[i - 2] === '\\')
}

export const isCapital = (word: string): boolean => /^\p{Lu}/u.test(word)
export const isHouseNumber = (word: string): boolean => /^\d{1,5}(-\d{1,5})?[A-Za-z]?$/.test(word)
/** A town's name of some words after the postcode: where it ends. */
export function townEnd(text: string, from: number): number {
  const town = /^ \p{Lu}\p{L}+(?:[- ]\p{Lu}\p{L}+){0,2}/u.exec(text.slice(from, from + 60))
  return town === null ? -1 : from + town[0].length
}
