/**
 * Well-known models of today, shown beside whichever was asked for. Prices come from the price table;
 * speeds are typical of what providers publish, not measured here, and a forecast says so.
 */
export interface KnownModel {
  provider: string
  model: string
  /** Output tokens a second. */
  tokensPerSecond: number
}

export const knownModels: readonly KnownModel[] = [
  { provider: 'anthropic', model: 'claude-sonnet-5', tokensPerSecond: 70 },
  { provider: 'anthropic', model: 'claude-opus-5-5', tokensPerSecond: 50 },
  { provider: 'anthropic', model: 'claude-haiku-4-5', tokensPerSecond: 120 },
  { provider: 'openai', model: 'gpt-6-sol', tokensPerSecond: 70 },
  { provider: 'openai', model: 'gpt-6-luna', tokensPerSecond: 150 },
  { provider: 'google', model: 'gemini-3.8-flash', tokensPerSecond: 150 },
  { provider: 'mistral', model: 'mistral-medium-3-5', tokensPerSecond: 80 },
]

/** What a forecast is for when no model is named. */
export const usualModel = knownModels[0]!

/** For models whose speed nobody told us. */
export const usualTokensPerSecond = 60
