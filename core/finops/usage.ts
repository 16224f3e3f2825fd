import { AtomicError } from '../platform/errors.ts'

/** What a call used. Parts of a whole are counted in the whole too, and billed once. */
export interface TokenUsage {
  /** All input, with what was read from and written to the cache. */
  inputTokens: number
  /** All output, with reasoning. */
  outputTokens: number
  /** Of the input: read from the cache. */
  cachedInputTokens?: number
  /** Of the input: written to the cache. */
  cacheWriteTokens?: number
  /** Of what was written to the cache: kept for an hour. */
  cacheWrite1hTokens?: number
  /** Of the output. */
  reasoningTokens?: number
  webSearches?: number
}
export type Part = keyof TokenUsage

export const partNames: readonly Part[] = [
  'inputTokens',
  'cachedInputTokens',
  'cacheWriteTokens',
  'cacheWrite1hTokens',
  'outputTokens',
  'reasoningTokens',
  'webSearches',
]

/**
 * Each unit in exactly one part.
 * @throws AtomicError `INVALID_REQUEST` where the parts do not fit into their wholes.
 */
export function disjoint(usage: TokenUsage): Record<Part, number> {
  for (const [name, value] of Object.entries(usage)) {
    if (!(partNames as readonly string[]).includes(name))
      throw new AtomicError('INVALID_REQUEST', { detail: `Usage has no part "${name}".` })
    if (value !== undefined && !(Number.isSafeInteger(value) && value >= 0))
      throw new AtomicError('INVALID_REQUEST', `${name} is not a whole number of at least 0.`)
  }
  const { inputTokens, outputTokens, cachedInputTokens: read = 0, cacheWriteTokens: written = 0 } = usage
  const { cacheWrite1hTokens: hour = 0, reasoningTokens: reasoning = 0, webSearches = 0 } = usage
  const within = (part: number, whole: number, text: string): number => {
    if (part > whole) throw new AtomicError('INVALID_REQUEST', `${text}: parts are counted in their whole too.`)
    return whole - part
  }
  return {
    inputTokens: within(read + written, inputTokens, 'cachedInputTokens and cacheWriteTokens exceed inputTokens'),
    cachedInputTokens: read,
    cacheWriteTokens: within(hour, written, 'cacheWrite1hTokens exceed cacheWriteTokens'),
    cacheWrite1hTokens: hour,
    outputTokens: within(reasoning, outputTokens, 'reasoningTokens exceed outputTokens'),
    reasoningTokens: reasoning,
    webSearches,
  }
}
