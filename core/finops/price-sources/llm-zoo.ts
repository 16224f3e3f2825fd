import { MODEL_CONFIGS } from 'llm-zoo'
import type { PriceSource, SourcePrice } from '../price-source.ts'

type Config = (typeof MODEL_CONFIGS)[string]

/** Names of providers that the lists write differently; what is sold through others is left to them. */
const providers: Record<string, string | undefined> = {
  xai: 'x-ai',
  moonshot: 'moonshotai',
  glm: 'zai',
  others: undefined,
  copilot: undefined,
}
const providerOf = ({ provider }: Config): string | undefined =>
  provider in providers ? providers[provider] : provider

function priceOf(config: Config, provider: string): SourcePrice {
  const { capabilities: can, inputPrice, outputPrice } = config
  const cached = can.supportsPromptCaching || can.supportsAutoPromptCaching
  return {
    provider,
    model: config.fullName,
    contextTokens: config.contextWindow,
    maxOutputTokens: config.maxOutputTokens,
    prices: {
      inputTokens: { base: inputPrice },
      outputTokens: { base: outputPrice },
      reasoningTokens: { base: outputPrice },
      // It names a discount for reading the cache; what writing costs it does not say.
      ...(cached ? { cachedInputTokens: { base: Number((inputPrice * can.cacheDiscountFactor).toFixed(9)) } } : {}),
    },
  }
}

// A name can stand there several times (with reasoning, fast, retired): the one in service, at the usual tier, holds.
const byName = new Map<string, SourcePrice>()
for (const config of Object.values(MODEL_CONFIGS).toSorted((a, b) => rank(a) - rank(b))) {
  const provider = providerOf(config)
  // A price of 0 is that of a plan paid otherwise.
  if (provider === undefined || config.openRouterOnly || config.inputPrice === 0 || config.serviceTier) continue
  for (const name of [config.fullName, config.shortName]) {
    const key = `${provider}/${name}`
    if (!byName.has(key)) byName.set(key, priceOf(config, provider))
  }
}

function rank(config: Config): number {
  return config.retired ? 2 : config.deprecated ? 1 : 0
}

/** llm-zoo: one publisher's reading of what providers publish; prices of its day, without dates. */
export const llmZoo: PriceSource = {
  name: 'llm-zoo 1.37.0',
  date: '2026-09-23',
  licence: 'MIT',
  find(model, provider) {
    if (provider !== undefined) return byName.get(`${provider}/${model}`)
    for (const [key, price] of byName) if (key.slice(key.indexOf('/') + 1) === model) return price
    return undefined
  },
  list: () => [...new Set(byName.values())],
}
