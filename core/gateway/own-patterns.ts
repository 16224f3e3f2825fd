import { RE2JS } from 're2js'
import type { OwnPattern } from './engine/scan.ts'

export interface OwnPatternInput {
  /** Type of its findings. */
  name: string
  /** RE2 syntax, https://github.com/google/re2/wiki/Syntax: linear in the text, hence without back references. */
  pattern: string
  /** Looked for only near one of these, in any letter case. */
  keywords?: readonly string[] | undefined
  kind?: OwnPattern['kind'] | undefined
}

/** How far around a keyword a pattern is looked for, in UTF-16 units. */
const around = 2_048

/** @throws Error that says what is wrong: what cannot run in linear time is no pattern here. */
export function compilePattern(pattern: string): RE2JS {
  const compiled = RE2JS.compile(pattern)
  if (compiled.matcher('').find()) throw new Error('the pattern fits nothing at all, and hence everywhere')
  return compiled
}

/** Parts of a text around any of the keywords, none overlapping. */
function* windows(text: string, keywords: readonly string[]): Generator<readonly [from: number, to: number]> {
  const lower = text.toLowerCase()
  // A letter whose small form is longer would shift all that follows.
  if (lower.length !== text.length) return yield [0, text.length]
  const places = keywords
    .flatMap((keyword) => {
      const word = keyword.toLowerCase()
      const found: [number, number][] = []
      for (let at = lower.indexOf(word); at >= 0; at = lower.indexOf(word, at + word.length))
        found.push([Math.max(0, at - around), Math.min(text.length, at + word.length + around)])
      return found
    })
    .sort((a, b) => a[0] - b[0])
  let open: [number, number] | undefined
  for (const [from, to] of places) {
    if (open !== undefined && from <= open[1]) open[1] = Math.max(open[1], to)
    else {
      if (open !== undefined) yield open
      open = [from, to]
    }
  }
  if (open !== undefined) yield open
}

/** Patterns as a policy lists them, ready to look for. */
export const ownPatterns = (inputs: readonly OwnPatternInput[]): OwnPattern[] =>
  inputs.map(({ name, pattern, keywords, kind = 'secret' }) => {
    const compiled = compilePattern(pattern)
    return {
      type: name,
      kind,
      *find(text) {
        const parts = keywords === undefined ? [[0, text.length] as const] : windows(text, keywords)
        for (const [from, to] of parts) {
          const matcher = compiled.matcher(text.slice(from, to))
          while (matcher.find())
            if (matcher.end() > matcher.start()) yield [from + matcher.start(), from + matcher.end()]
        }
      },
    }
  })
