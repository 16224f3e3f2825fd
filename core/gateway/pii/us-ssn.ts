import { contextBefore } from '../engine/context.ts'
import type { Detector } from '../engine/detector.ts'
import { readDigits, standsAlone } from './digits.ts'

/** Published in advertisements, hence nobody's: https://www.ssa.gov/history/ssn/misused.html. */
const invalid = new Set(['078051120', '219099999', '457555462', '123456789', '111111111'])

/** US Social Security numbers, with their dashes: https://www.ssa.gov/employer/randomization.html. */
export const usSsn: Detector = {
  type: 'us-ssn',
  kind: 'pii',
  digits: { least: 3, most: 3, after: '- ' },
  source: 'https://www.ssa.gov/employer/randomization.html',
  verify({ text }, start) {
    if (text[start + 3] !== '-' && text[start + 3] !== ' ') return undefined
    const { digits, end, groups, marks } = readDigits(text, start, '- ', 9)
    if (digits.length !== 9 || groups.join() !== '3,2,4' || marks[0] !== marks[1] || !standsAlone(text, start, end))
      return undefined
    if (marks[0] === ' ' && !/ssn|social|security/i.test(contextBefore(text, start, 40))) return undefined
    const area = digits.slice(0, 3)
    if (
      area === '000' ||
      area === '666' ||
      area[0] === '9' ||
      digits.slice(3, 5) === '00' ||
      digits.slice(5) === '0000'
    )
      return undefined
    return invalid.has(digits) ? undefined : { start, end, confidence: 0.9 }
  },
}
