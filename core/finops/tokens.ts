import { countAll, type Effort, estimateBySamples, sampleLength, type TokenCount } from './sample.ts'
import { TokenCounter } from './tokenizer/counter.ts'
import type { Encoding } from './tokenizer/ranks.ts'
import { exactly, ratioOf, type TokenRatio } from './tokenizer/ratios.ts'

/** OpenAI's models before GPT-4o, https://github.com/openai/tiktoken/blob/main/tiktoken/model.py */
const older = /^(gpt-3\.5|gpt-4(?![.o])|text-embedding-)/
const openai = /^(gpt-|o\d|chatgpt-|codex-|text-embedding-|ft:gpt-)/

/** The name without a provider before it. */
const bare = (model: string): string => model.slice(model.lastIndexOf('/') + 1).toLowerCase()

export const encodingOf = (model: string): Encoding => (older.test(bare(model)) ? 'cl100k_base' : 'o200k_base')

/** Whether `countTokens` uses this model's own encoding; others are counted with OpenAI's newest, and a ratio. */
export const isCountExact = (model: string): boolean => openai.test(bare(model))

/** What the count by `encodingOf` is to be multiplied with, and within what in 90 of 100 files. */
export const tokenRatio = (model: string): TokenRatio => (isCountExact(model) ? exactly : ratioOf(bare(model)))

const counters = new Map<Encoding, TokenCounter>()

function counterFor(model: string): TokenCounter {
  const encoding = encodingOf(model)
  let counter = counters.get(encoding)
  if (!counter) {
    counter = new TokenCounter(encoding)
    counters.set(encoding, counter)
  }
  return counter
}

/** A forecast is made while somebody waits. */
const quick: Effort = { samples: 1_024 }
const thorough: Effort = { samples: 4_096 }

/**
 * Tokens of several texts together, by the encoding of `encodingOf`: all are counted up to 64 characters for each sample of the
 * effort (by default 65,536), above and where that would be too much work, samples are.
 */
export function estimateTokens(texts: readonly string[], model: string, effort: Effort = quick): TokenCount {
  const counter = counterFor(model)
  const total = texts.reduce((sum, text) => sum + text.length, 0)
  const whole = total <= effort.samples * sampleLength ? countAll(counter, texts, effort) : undefined
  return whole ?? estimateBySamples(counter, texts, effort)
}

/** Tokens of several texts together, the same each time. */
export const countTokensOf = (texts: readonly string[], model: string): number =>
  Math.round(estimateTokens(texts, model, thorough).tokens * tokenRatio(model).ratio)

/**
 * How many tokens a text is for a model. Exact for OpenAI's models up to 262,144 characters, above
 * and for text without any breaks by samples; for other models an estimate by OpenAI's encoding.
 */
export const countTokens = (text: string, model: string): number => countTokensOf([text], model)
