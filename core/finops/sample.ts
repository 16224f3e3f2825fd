import type { TokenCounter } from './tokenizer/counter.ts'

/** Characters that a sample reads, and then on to where a piece ends: neighbours are alike, so many short ones tell more. */
export const sampleLength = 64
/** A place is sought within so many characters at which a piece surely begins. */
const nearby = 64
/** No piece of a sample reaches farther than this: long unbroken runs take long. */
const longestPiece = 256
/** So many are read whatever the work. */
const leastSamples = 64
/** So many are read whatever the time, for an error below 3.5 % also where the machine is busy; it is looked at after each so many. */
const beforeTime = 256
const betweenTimes = 32
/** What a sample may take of the counter's work, on average; source code takes 115. */
const workPerSample = 200

export interface TokenCount {
  tokens: number
  /** Half the width of the 90 % interval of a sampled count, as a share of it; 0 where all was counted. */
  error: number
}

/** How much may be done. */
export interface Effort {
  /** A power of two: the most samples. */
  samples: number
  deadlineMs?: number
}

/** All tokens, but for at most so much work; `undefined` where it would be more. */
export function countAll(counter: TokenCounter, texts: readonly string[], { samples }: Effort): TokenCount | undefined {
  counter.work = 0
  counter.mostWork = samples * workPerSample
  let tokens = 0
  for (const text of texts) {
    counter.load(text, 0, text.length)
    for (let at = 0; at < text.length && counter.work <= counter.mostWork; at = counter.end) tokens += counter.next(at)
  }
  return counter.work <= counter.mostWork && Number.isFinite(tokens) ? { tokens, error: 0 } : undefined
}

/** Where each text begins in all of them together. */
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

const isWordCode = (code: number): boolean =>
  (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57)

/** The next place near `from` at which a piece begins in every encoding: after a word, where no letter, digit or ' follows. */
function pieceStart(text: string, from: number): number {
  if (from === 0) return 0
  const end = Math.min(text.length, from + nearby)
  for (let at = from; at < end; at++) {
    const code = text.charCodeAt(at)
    if (code < 128 && code !== 39 && !isWordCode(code) && isWordCode(text.charCodeAt(at - 1))) return at
  }
  // Never between the halves of a character.
  const code = text.charCodeAt(from)
  return code >= 0xdc00 && code <= 0xdfff ? from + 1 : from
}

/** Whole pieces from a place in the texts on; a small text is read to its end, and on in the next one. */
function sample(
  counter: TokenCounter,
  texts: readonly string[],
  first: number,
  from: number,
): [tokens: number, characters: number] {
  let tokens = 0
  let characters = 0
  let start = pieceStart(texts[first]!, Math.max(0, from))
  for (let j = first; characters < sampleLength && j < texts.length; j++) {
    const text = texts[j]!
    const wanted = sampleLength - characters
    const length = Math.min(text.length - start, wanted + longestPiece)
    counter.load(text, start, start + length)
    let at = 0
    for (; at < length && at < wanted; at = counter.end) tokens += counter.next(at)
    characters += at
    start = 0
  }
  return [tokens, characters]
}

/** 0 to `count` - 1 in an order whose every beginning is spread evenly (bits reversed). */
function* spread(count: number): Iterable<number> {
  for (let i = 0; i < count; i++) {
    let reversed = 0
    for (let bit = 1, value = i; bit < count; bit *= 2, value >>= 1) reversed = reversed * 2 + (value & 1)
    yield reversed
  }
}

/**
 * Tokens of several texts together, by samples spread evenly over them: as many as the work and the
 * time allow, at least 64, and 256 whatever the time. The same texts are the same answer each time, unless time runs out.
 */
export function estimateBySamples(
  counter: TokenCounter,
  texts: readonly string[],
  { samples, deadlineMs = Number.POSITIVE_INFINITY }: Effort,
): TokenCount {
  const begins = starts(texts)
  const total = begins[texts.length]!
  const until = performance.now() + deadlineMs
  const found: [tokens: number, characters: number][] = []
  let [tokens, characters] = [0, 0]
  counter.work = 0
  counter.mostWork = Number.POSITIVE_INFINITY
  for (const i of spread(samples)) {
    const count = found.length
    if (count >= leastSamples && counter.work > samples * workPerSample) break
    if (count >= beforeTime && count % betweenTimes === 0 && performance.now() > until) break
    const place = Math.floor(((i + 0.5) * total) / samples - sampleLength / 2)
    const first = textAt(begins, place)
    const one = sample(counter, texts, first, place - begins[first]!)
    found.push(one)
    tokens += one[0]
    characters += one[1]
  }
  const ratio = tokens / characters
  const squares = found.reduce((sum, [t, c]) => sum + (t - ratio * c) ** 2, 0)
  const deviation = Math.sqrt((squares * found.length) / (found.length - 1)) / tokens
  return { tokens: Math.round(ratio * total), error: 1.645 * deviation }
}
