import { createRequire } from 'node:module'
import type { countTokens as CountTokens } from 'gpt-tokenizer/encoding/o200k_base'
import { tokenMarks } from './token-marks.ts'

/** The merge of a piece takes quadratic time in its longest unbroken run, so pieces stay small. */
const pieceLength = 2_048
/** Above `samples * sampleLength` characters, samples are counted: whatever the size, the same few. */
const samples = 256
const sampleLength = 256
/** So many are counted whatever the time. */
const leastSamples = 32
/** Marks are looked for in so many more places, since that is quick and says how the samples compare with the rest. */
const surveys = 1_536

type Encoding = 'o200k_base' | 'cl100k_base'

// Ranks of an encoding take 0.3 s and 60 MB to load: only when somebody counts.
const require = createRequire(import.meta.url)
const loaded = new Map<Encoding, typeof CountTokens>()

function counter(encoding: Encoding): typeof CountTokens {
  let count = loaded.get(encoding)
  if (!count) {
    count = (require(`gpt-tokenizer/encoding/${encoding}`) as { countTokens: typeof CountTokens }).countTokens
    loaded.set(encoding, count)
  }
  return count
}

/** OpenAI's models before GPT-4o, https://github.com/openai/tiktoken/blob/main/tiktoken/model.py */
const older = /^(gpt-3\.5|gpt-4(?![.o])|text-embedding-)/
const openai = /^(gpt-|o\d|chatgpt-|codex-|text-embedding-|ft:gpt-)/

/** The name without a provider before it. */
const bare = (model: string): string => model.slice(model.lastIndexOf('/') + 1).toLowerCase()

export const encodingOf = (model: string): Encoding => (older.test(bare(model)) ? 'cl100k_base' : 'o200k_base')

/** Whether `countTokens` uses this model's own encoding; others publish none and are counted with OpenAI's newest. */
export const isCountExact = (model: string): boolean => openai.test(bare(model))

// Text that looks like a control token is text here.
const plain = { disallowedSpecial: new Set<string>() }

/** Up to `pieceLength` characters from `start`, cut where a word ends if one does. */
function pieceEnd(text: string, start: number): number {
  const end = Math.min(text.length, start + pieceLength)
  if (end === text.length) return end
  for (let i = end; i > end - 256 && i > start; i--) if (text[i] === '\n' || text[i] === ' ') return i
  const code = text.charCodeAt(end)
  return code >= 0xdc00 && code <= 0xdfff ? end - 1 : end
}

/** 0 to `samples` - 1 in an order whose every beginning is spread evenly (bits reversed). */
const spread = Array.from({ length: samples }, (_, i) => {
  let reversed = 0
  for (let bit = 1, value = i; bit < samples; bit *= 2, value >>= 1) reversed = reversed * 2 + (value & 1)
  return reversed
})

export interface TokenCount {
  tokens: number
  /** Half the width of the 90 % interval of a sampled count, as a share of it; 0 where all was counted. */
  error: number
}

/** Where a text begins in all of them together. */
function starts(texts: readonly string[]): Float64Array {
  const found = new Float64Array(texts.length + 1)
  for (let i = 0; i < texts.length; i++) found[i + 1] = found[i]! + texts[i]!.length
  return found
}

function textAt(begins: Float64Array, position: number): number {
  let [low, high] = [0, begins.length - 2]
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (begins[middle]! <= position) low = middle
    else high = middle - 1
  }
  return low
}

/** The next place from `start`, within a few characters, at which a word begins. */
function wordStart(text: string, start: number): number {
  if (start === 0) return 0
  for (let i = start; i < Math.min(text.length, start + 24); i++) if (text[i] === ' ' || text[i] === '\n') return i
  const code = text.charCodeAt(start)
  return code >= 0xdc00 && code <= 0xdfff ? start + 1 : start
}

/**
 * Tokens of several texts together. Up to 65,536 characters all are counted; above, up to 256 samples
 * of 256, spread evenly, as many as the time allows and at least 32. Without `deadlineMs` the answer
 * is the same each time.
 */
export function estimateTokens(texts: readonly string[], model: string, deadlineMs?: number): TokenCount {
  const count = counter(encodingOf(model))
  const begins = starts(texts)
  const total = begins[texts.length]!
  if (total <= samples * sampleLength) {
    let tokens = 0
    for (const text of texts)
      for (let at = 0; at < text.length; ) {
        const end = pieceEnd(text, at)
        tokens += count(text.slice(at, end), plain)
        at = end
      }
    return { tokens, error: 0 }
  }
  const until = deadlineMs === undefined ? Number.POSITIVE_INFINITY : performance.now() + deadlineMs
  const surveyed = survey(texts, begins, total)
  const pairs: [tokens: number, marks: number][] = []
  for (const i of spread) {
    if (pairs.length >= leastSamples && performance.now() > until) break
    let tokens = 0
    let marks = 0
    stretch(texts, begins, Math.floor(((i + 0.5) * total) / samples - sampleLength / 2), (text, start, end) => {
      tokens += count(text.slice(start, end), plain)
      marks += tokenMarks(text, start, end)
    })
    pairs.push([tokens, marks])
  }
  const marks = pairs.reduce((sum, [, m]) => sum + m, 0)
  const ratio = pairs.reduce((sum, [tokens]) => sum + tokens, 0) / marks
  const spreadOf = pairs.reduce((sum, [tokens, m]) => sum + (tokens - ratio * m) ** 2, 0)
  const deviation = Math.sqrt(spreadOf / (pairs.length - 1) / pairs.length) / (marks / pairs.length) / ratio
  return { tokens: Math.round(ratio * surveyed.marks), error: 1.645 * Math.hypot(deviation, surveyed.deviation) }
}

/** One stretch of `sampleLength` characters from a place on; a small file is read whole, with those after it. */
function stretch(
  texts: readonly string[],
  begins: Float64Array,
  target: number,
  read: (text: string, start: number, end: number) => void,
): number {
  let length = 0
  for (let j = textAt(begins, target), from = target - begins[j]!; length < sampleLength && j < texts.length; j++) {
    const text = texts[j]!
    const start = Math.min(text.length, wordStart(text, from))
    const end = Math.max(
      start,
      Math.min(text.length, wordStart(text, Math.min(text.length, start + sampleLength - length))),
    )
    read(text, start, end)
    length += Math.max(1, end - start)
    from = 0
  }
  return length
}

/** Marks in all texts, from many places. */
function survey(texts: readonly string[], begins: Float64Array, total: number): { marks: number; deviation: number } {
  let [marks, length, squares] = [0, 0, 0]
  for (let i = 0; i < surveys; i++) {
    let found = 0
    length += stretch(texts, begins, Math.floor(((i + 0.5) * (total - sampleLength)) / surveys), (text, start, end) => {
      found += tokenMarks(text, start, end)
    })
    marks += found
    squares += found * found
  }
  const mean = marks / surveys
  const deviation = Math.sqrt(Math.max(0, squares / surveys - mean * mean) / surveys) / mean
  return { marks: (marks / length) * total, deviation }
}

/** Tokens of several texts together, the same each time. */
export const countTokensOf = (texts: readonly string[], model: string): number => estimateTokens(texts, model).tokens

/**
 * How many tokens a text is for a model. Exact for OpenAI's models up to 65,536 characters (but for
 * at most one token each 2,048), sampled above; for other models an estimate by OpenAI's encoding.
 */
export const countTokens = (text: string, model: string): number => countTokensOf([text], model)
