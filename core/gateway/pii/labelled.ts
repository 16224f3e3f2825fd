import { ALNUM, at, WORD } from '../engine/chars.ts'
import type { Detector } from '../engine/detector.ts'
import { compileShape } from '../engine/shape.ts'

/** A kind that is told by a label near it: `Passport no. X1234567`, `"cpf": "…"`. */
export interface LabelledRule {
  type: string
  /** Where the format is documented. */
  source: string
  /** Lower-case labels; each stands as a word or the begin of one. */
  labels: readonly string[]
  /** Shapes of the value; see engine/shape.ts. A dash, dot, slash or blank between stands for itself. */
  shapes: readonly string[]
  /** The value may hold no digit, where something between it and the label says that it is the value. */
  letters?: true
  /** Takes the value without its separators. */
  check?: (value: string) => boolean
}

/** Characters between a label and its value: `number: "`, ` no. `, `</label><td>` and the like. */
const reach = 24

export function labelledDetector(rule: LabelledRule): Detector {
  const shapes = rule.shapes.map(compileShape)
  return {
    type: rule.type,
    kind: 'pii',
    keywords: rule.labels,
    source: rule.source,
    verify({ text }, start, end) {
      if (at(text, start - 1, ALNUM) && !isHump(text, start)) return undefined
      // `pan` is no label in `panel`.
      if (at(text, end, ALNUM) && !isHump(text, end) && !/\d/.test(text[end]!)) return undefined
      for (let i = end; i <= end + reach && i < text.length; i++) {
        if (text[i] === '\n' && text[i + 1] === '\n') return undefined
        if (!at(text, i, ALNUM) || at(text, i - 1, WORD)) continue
        for (const shape of shapes) {
          const stop = shape.match(text, i)
          if (stop < 0 || at(text, stop, WORD)) continue
          const value = text.slice(i, stop)
          if (!/\d/.test(value) && !(rule.letters && gives(text.slice(end, i)))) continue
          if (rule.check !== undefined && !rule.check(value.replace(/[^A-Za-z0-9]/g, ''))) continue
          return { start: i, end: stop, confidence: rule.check === undefined ? 0.7 : 0.95 }
        }
      }
      return undefined
    },
  }
}

const gives = (between: string): boolean => /[:=>("]|\bcode\b/i.test(between)

/** Between the words of `userPan` or `CPF_number`. */
const isHump = (text: string, i: number): boolean => /[a-z]/.test(text[i - 1] ?? '') && /[A-Z]/.test(text[i] ?? '')
