import type { Part } from './usage.ts'

const half: Partial<Record<Part, number>> = {
  inputTokens: 0.5,
  cachedInputTokens: 0.5,
  cacheWriteTokens: 0.5,
  cacheWrite1hTokens: 0.5,
  outputTokens: 0.5,
  reasoningTokens: 0.5,
  webSearches: 1,
}

/**
 * What a batch call pays of the usual price, as the providers publish it; of others nothing is known,
 * and a batch of theirs has no price.
 */
export const batchShares: Record<string, { shares: Partial<Record<Part, number>>; source: string }> = {
  anthropic: { shares: half, source: 'https://docs.claude.com/en/docs/build-with-claude/batch-processing' },
  openai: { shares: half, source: 'https://platform.openai.com/docs/guides/batch' },
  mistral: { shares: half, source: 'https://docs.mistral.ai/capabilities/batch/' },
  // What is read from the cache costs there the same as in a usual call.
  google: { shares: { ...half, cachedInputTokens: 1 }, source: 'https://ai.google.dev/gemini-api/docs/batch-api' },
}
