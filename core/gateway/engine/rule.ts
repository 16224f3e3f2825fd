import { endsWord, startsWord } from './chars.ts'
import type { Detector } from './detector.ts'
import { entropy } from './entropy.ts'
import { isFillerToken } from './fillers.ts'
import { compileShape, type Shape } from './shape.ts'

/** A kind of credential that is told by its own shape: one data entry. */
export interface TokenRule {
  type: string
  /** Alternatives, each beginning with literal text; see shape.ts. */
  shapes: readonly string[]
  /** Where the format is documented. */
  source: string
  /** The prefix alone is telling: what stands directly before it does not matter. */
  anywhere?: boolean
  /** Bits a character that the part after the prefix must have. Default 2.5, 0 where `anywhere`. */
  entropy?: number
  /** A published checksum or other test. Where `required`, what fails it is no finding; else it only raises confidence. */
  check?: { test: (value: string) => boolean; required?: boolean }
  /** Values published as examples in documentation. */
  examples?: readonly string[]
  /** One set that must stand directly before the shape and is part of the token, such as `[0-9]{8,10}`. */
  lead?: string
  /** How many characters of the match are not secret and stay. */
  keep?: number
}

/** Two characters stand in every other line: what follows them is told with them, where it is of few kinds. */
const keywordsOf = ({ prefix, next }: Shape): string[] =>
  (prefix.length > 2 || next.length > 16 ? [prefix] : next.map((c) => prefix + c)).map((k) => k.toLowerCase())

export function tokenDetector(rule: TokenRule): Detector {
  const shapes = rule.shapes.map(compileShape)
  for (const shape of shapes)
    if (shape.prefix.length < 2) throw new Error(`${rule.type}: a shape must begin with literal text`)
  const prefixes = new Map<string, typeof shapes>()
  for (const shape of shapes)
    for (const key of keywordsOf(shape)) prefixes.set(key, [...(prefixes.get(key) ?? []), shape])
  const lead = rule.lead === undefined ? undefined : compileShape(rule.lead)
  const least = rule.entropy ?? (rule.anywhere ? 0 : 2.5)
  return {
    type: rule.type,
    kind: 'secret',
    keywords: [...prefixes.keys()],
    source: rule.source,
    verify({ text, examples, readTo }, hit, end) {
      const start = lead === undefined ? hit : lead.matchBefore(text, hit)
      if (start < 0) return undefined
      if (!rule.anywhere && !startsWord(text, start)) return undefined
      for (const shape of prefixes.get(text.slice(hit, end).toLowerCase()) ?? []) {
        let stop = shape.match(text, hit, readTo)
        if (stop < 0 || !endsWord(text, stop)) continue
        // The end of a sentence is no part of what stands in it.
        while (text[stop - 1] === '.') stop--
        const value = text.slice(start, stop)
        const { length } = shape.prefix
        if (entropy(text, hit + length, stop) < least || isFillerToken(value.slice(length))) continue
        if (!examples && rule.examples?.includes(value)) continue
        const checked = rule.check?.test(value)
        if (checked === false && rule.check?.required) continue
        return { start: start + (rule.keep ?? 0), end: stop, confidence: checked ? 1 : 0.9 }
      }
      return undefined
    },
  }
}
