import { at, WORD } from '../engine/chars.ts'
import type { Detector } from '../engine/detector.ts'
import { entropy } from '../engine/entropy.ts'
import { isFillerToken, isMixed } from '../engine/fillers.ts'
import { compileShape } from '../engine/shape.ts'
import { assignedAt } from './assignment.ts'

/** A kind whose value has a shape but no prefix: told by the service's name in the name it is given to. */
export interface NamedRule {
  type: string
  /** Where the format is documented. */
  source: string
  /** Lower case; one of them stands in the name. */
  names: readonly string[]
  /** Shapes of the whole value; see engine/shape.ts. */
  shapes: readonly string[]
}

export const named = (type: string, source: string, names: string, ...shapes: string[]): NamedRule => ({
  type,
  source,
  names: names.split(' '),
  shapes,
})

/** One of these words stands in the whole name. */
const telling = new Set(
  `key keys apikey token tokens apitoken authtoken accesstoken secret secrets apisecret clientsecret secretkey accesskey password
   pass passwd pwd auth authorization pat credential credentials creds dsn bearer access api certificate webhook sid`.split(
    /\s+/,
  ),
)
/** With one of these at its end, the name is that of another thing. */
const other = new Set(
  'id ids url uri name file path type hash version sha commit digest checksum length prefix suffix'.split(' '),
)

const wordsOf = (name: string): string[] =>
  name
    .split(/[^A-Za-z0-9]+|(?<=[a-z])(?=[A-Z])/)
    .filter((w) => w !== '')
    .map((w) => w.toLowerCase())

const isName = (text: string, i: number): boolean => at(text, i, WORD) || text[i] === '-' || text[i] === '.'

/** `fb_app` is also written `fb-app` and `fbApp`. */
const spellings = (name: string): string[] => [
  name,
  name.replaceAll('_', '-'),
  ...(/[a-z]_[a-z]/.test(name) ? [name.replaceAll('_', '')] : []),
]

export function namedDetector(rule: NamedRule): Detector {
  const shapes = rule.shapes.map(compileShape)
  return {
    type: rule.type,
    kind: 'secret',
    keywords: [...new Set(rule.names.flatMap(spellings))],
    source: rule.source,
    verify(scan, start, end) {
      const { text } = scan
      const found = assignedAt(scan, start, end, 40)
      if (found === undefined) return undefined
      const { rest, value } = found
      if (!shapes.some((s) => s.match(value, 0) === value.length)) return undefined
      if (!isMixed(value) || entropy(value) < 3 || isFillerToken(value)) return undefined
      let from = start
      while (from > 0 && start - from < 40 && isName(text, from - 1)) from--
      const words = wordsOf(text.slice(from, end) + rest)
      if (other.has(words.at(-1) ?? '') || !words.some((w) => telling.has(w))) return undefined
      return { start: found.start, end: found.end, confidence: 0.85 }
    },
  }
}
