import { piiDetectors } from '../pii/index.ts'
import { placeholderAt, placeholderKeyword } from '../placeholders.ts'
import { secretDetectors } from '../secrets/index.ts'
import { type Automaton, buildAutomaton } from './automaton.ts'
import { DIGIT, skip } from './chars.ts'
import type { Detector, DigitRun, ScanContext } from './detector.ts'
import { type Encoded, encodedParts } from './encodings.ts'
import { escapeMarks } from './escapes.ts'
import type { Budget } from './inflate.ts'
import { sweep } from './sweep.ts'

/** A place in the text that holds a value; offsets are UTF-16, end exclusive. */
export interface Span {
  start: number
  end: number
  kind: 'secret' | 'pii'
  type: string
  confidence: number
}

export interface ScanOptions {
  secrets: boolean
  pii: boolean
  /** Types that are not looked for. */
  without?: ReadonlySet<string>
  examples?: boolean
  /** The text goes on beyond its end. */
  more?: boolean
  /** Where it does: what begins before this place and has not ended goes on no further. */
  decided?: number
  /** Patterns beyond the kinds that are known here. */
  patterns?: readonly OwnPattern[]
}

/** A pattern of the user's own, in time linear in the text. */
export interface OwnPattern {
  type: string
  kind: Span['kind']
  find(text: string): Iterable<readonly [start: number, end: number]>
}

/** What is compressed and too large to look into: nobody knows what it holds. */
const opaqueType = 'compressed-data'

interface Plan {
  detectors: readonly Detector[]
  byDigits: readonly (DigitRun & { detector: number })[]
  automaton: Automaton
  /** Keyword → its length and the detectors that want it. */
  lengths: Uint8Array
  wanted: readonly (readonly number[])[]
}

const plans = new Map<number, Plan>()

/** One automaton for secrets, one for personal data, one for both; each built when first needed. */
function planFor(secrets: boolean, pii: boolean): Plan {
  const id = (secrets ? 1 : 0) + (pii ? 2 : 0)
  const known = plans.get(id)
  if (known !== undefined) return known
  const detectors = [...(secrets ? secretDetectors : []), ...(pii ? piiDetectors : [])]
  const keywords: string[] = [placeholderKeyword, ...escapeMarks]
  const wanted: number[][] = keywords.map(() => [])
  const index = new Map(keywords.map((k, i) => [k, i]))
  detectors.forEach((detector, d) => {
    for (const keyword of detector.keywords ?? []) {
      let k = index.get(keyword)
      if (k === undefined) {
        k = keywords.push(keyword) - 1
        index.set(keyword, k)
        wanted.push([])
      }
      wanted[k]!.push(d)
    }
  })
  const plan: Plan = {
    detectors,
    byDigits: detectors.flatMap(({ digits }, detector) => (digits === undefined ? [] : [{ ...digits, detector }])),
    automaton: buildAutomaton(keywords),
    lengths: Uint8Array.from(keywords, (k) => k.length),
    wanted,
  }
  plans.set(id, plan)
  return plan
}

/** What is longer is nobody's number. */
const longestDigits = 40

/** Keywords with a meaning of their own come first. */
const placeholder = 0
const firstOwn = 1 + escapeMarks.length

/** Depth of encodings inside encodings that is looked into. */
const maxDepth = 3

/** Everything that is to be hidden, in order, no two overlapping. */
export function scan(text: string, options: ScanOptions): Span[] {
  const budget = { left: Math.min(64_000_000, 8_000_000 + text.length * 4) }
  return merge(scanInto(text, options, 0, budget))
}

interface Ranked extends Span {
  rank: number
}

function scanInto(text: string, options: ScanOptions, depth: number, budget: Budget): Ranked[] {
  const escapes: number[] = []
  const { found, runs } = scanPlain(text, escapes, options)
  if (depth >= maxDepth) return found
  const inside = options.more ? { ...options, more: false } : options
  for (const part of encodedParts(text, { escapes, runs }, budget)) {
    if (part.text === undefined || (options.more && part.packed && part.offset(0, true) === text.length)) {
      if (options.secrets && !options.without?.has(opaqueType)) found.push(opaque(part))
      continue
    }
    for (const inner of scanInto(part.text, inside, depth + 1, budget)) found.push(outer(part, inner))
  }
  return found
}

const last = Number.MAX_SAFE_INTEGER
const opaque = ({ offset }: Encoded): Ranked => ({
  start: offset(0),
  end: offset(0, true),
  kind: 'secret',
  type: opaqueType,
  confidence: 0.5,
  rank: last,
})

function outer(part: Encoded, inner: Ranked): Ranked {
  return {
    ...inner,
    start: part.offset(inner.start),
    end: part.offset(inner.end, true),
    confidence: inner.confidence * 0.95,
  }
}

function scanPlain(
  text: string,
  escapes: number[],
  { secrets, pii, without, examples = false, more = false, decided = 0, patterns = [] }: ScanOptions,
): { found: Ranked[]; runs: number[] } {
  const { detectors, byDigits, automaton, lengths, wanted } = planFor(secrets, pii)
  const context: ScanContext = { text, examples, more, decided, readTo: new Map() }
  const found: Ranked[] = []
  const kept: [start: number, end: number][] = []
  /** Where each detector's last finding ends: what it reports inside that says nothing new. */
  const foundTo = new Int32Array(detectors.length)
  const look = (d: number, start: number, end: number): void => {
    const detector = detectors[d]!
    if (start < foundTo[d]!) return
    if (without?.has(detector.type)) return
    const match = detector.verify(context, start, end)
    if (match === undefined) return
    foundTo[d] = match.end
    found.push({
      start: match.start,
      end: match.end,
      kind: detector.kind,
      type: match.type ?? detector.type,
      confidence: match.confidence,
      rank: d,
    })
  }
  let keptTo = 0
  const onKeyword = (keyword: number, end: number): void => {
    const start = end - lengths[keyword]!
    // The type in a placeholder is no name of anything.
    if (start < keptTo) return
    if (keyword === placeholder) {
      const stop = placeholderAt(text, start)
      if (stop < 0) return
      kept.push([start, stop])
      keptTo = stop
    } else if (keyword < firstOwn) escapes.push(start)
    else for (const d of wanted[keyword]!) look(d, start, end)
  }
  const onDigits = (start: number): void => {
    const stop = skip(text, start, DIGIT, longestDigits)
    const length = stop - start
    for (const { detector, least, most, after } of byDigits)
      if (length >= least && length <= most && (after === undefined || after.includes(text[stop] ?? '\n')))
        look(detector, start, start)
  }
  const runs = sweep(automaton, text, {
    keyword: onKeyword,
    digits: byDigits.length === 0 ? undefined : onDigits,
  })
  for (const { type, kind, find } of patterns)
    for (const [start, end] of find(text)) found.push({ start, end, kind, type, confidence: 0.8, rank: last })
  return { found: kept.length === 0 ? found : found.filter((f) => !touches(kept, f)), runs }
}

/** What holds a placeholder has been redacted already. */
function touches(kept: readonly [number, number][], { start, end }: Span): boolean {
  let low = 0
  let high = kept.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (kept[middle]![1] <= start) low = middle + 1
    else high = middle
  }
  return low < kept.length && kept[low]![0] < end
}

/** Overlapping finds become one, named by the detector that stands first in the list. */
function merge(found: Ranked[]): Span[] {
  found.sort((a, b) => a.start - b.start || b.end - a.end || a.rank - b.rank)
  const spans: Ranked[] = []
  for (const next of found) {
    const last = spans.at(-1)
    if (last === undefined || next.start >= last.end) {
      spans.push({ ...next })
      continue
    }
    last.end = Math.max(last.end, next.end)
    if (next.rank < last.rank) {
      last.type = next.type
      last.kind = next.kind
      last.rank = next.rank
      last.confidence = next.confidence
    }
  }
  return spans.map(({ rank: _, ...span }) => span)
}
