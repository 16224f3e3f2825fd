import { at, WORD } from '../engine/chars.ts'
import type { Detector } from '../engine/detector.ts'

const labels = [
  'first_name',
  'firstname',
  'last_name',
  'lastname',
  'full_name',
  'fullname',
  'surname',
  'family_name',
  'given_name',
  'maiden_name',
  'vorname',
  'nachname',
  'customer_name',
  'patient_name',
  'cardholder',
]

/** Names of persons in fields that are labelled so, and hold a quoted or a bare name. */
export const namedPerson: Detector = {
  type: 'person-name',
  kind: 'pii',
  keywords: [
    ...labels,
    ...labels.filter((l) => l.includes('_')).flatMap((l) => [l.replace('_', ' '), l.replace('_', '-')]),
  ],
  source: 'https://schema.org/Person',
  verify({ text }, start, end) {
    if (at(text, end, WORD)) return undefined
    const found =
      /^["']?\s{0,4}[:=]\s{0,4}(["']?)((?:\p{Lu}[\p{Ll}'’-]{1,30})(?: (?:\p{Lu}[\p{Ll}'’.-]{0,30}|de|van|von|der|da|di|la|le|bin|al)){0,4})(["'\s,;<]|$)/u.exec(
        text.slice(end, end + 200),
      )
    if (found === null) return undefined
    const [whole, quote, name, after] = found
    if (quote !== '' && after !== quote) return undefined
    // In code, what follows bare is a type or a class.
    if (quote === '' && !/[\r\n]|$/.test(after!)) return undefined
    if (quote === '' && (text[start - 1] === '.' || !name!.includes(' '))) return undefined
    const from = end + whole.length - after!.length - name!.length
    return { start: from, end: from + name!.length, confidence: 0.7 }
  },
}
