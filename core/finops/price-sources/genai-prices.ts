import { calcPrice, findProvider, type ModelInfo, type ModelPrice } from '@pydantic/genai-prices'
import type { PriceSource, SourcePrice, UnitPrice } from '../price-source.ts'
import type { Part } from '../usage.ts'
import { correctionOf } from './corrections.ts'

/** The package tells of a provider only who knows its name. */
export const genaiProviders = (
  'anthropic arcee avian aws azure baseten cerebras cloudflare cohere cursor deepseek doubleword fireworks ' +
  'github-copilot google groq huggingface_cerebras huggingface_fireworks-ai huggingface_groq huggingface_hyperbolic ' +
  'huggingface_nebius huggingface_novita huggingface_nscale huggingface_ovhcloud huggingface_publicai ' +
  'huggingface_sambanova huggingface_together minimax mistral modal moonshotai novita openai openrouter ovhcloud ' +
  'perplexity quicksilverpro together typesafe voyageai x-ai zai zhipuai'
).split(' ')

/** Where the price of a part stands; a part without a price of its own costs what its whole costs. */
const keys: Record<Part, readonly string[]> = {
  inputTokens: ['input_mtok'],
  cachedInputTokens: ['cache_read_mtok', 'input_mtok'],
  cacheWriteTokens: ['cache_write_mtok', 'input_mtok'],
  cacheWrite1hTokens: ['cache_write_1h_mtok', 'cache_write_mtok', 'input_mtok'],
  outputTokens: ['output_mtok'],
  reasoningTokens: ['output_reasoning_mtok', 'output_mtok'],
  webSearches: ['web_searches_kcount'],
}

function unitPrices(prices: ModelPrice): SourcePrice['prices'] {
  const found: Partial<Record<Part, UnitPrice>> = {}
  for (const [part, names] of Object.entries(keys) as [Part, readonly string[]][]) {
    const price = names.map((name) => prices[name]).find((p) => p !== undefined)
    if (price === undefined) continue
    found[part] =
      typeof price === 'number'
        ? { base: price }
        : { base: price.base, tiers: price.tiers.map(({ start, price: p }) => ({ above: start, price: p })) }
  }
  return found
}

/** The latest start that is not after `at`, and the first one after it. */
function validity(model: ModelInfo, at: Date): Pick<SourcePrice, 'validFrom' | 'validTo'> {
  if (!Array.isArray(model.prices)) return {}
  const day = at.toISOString().slice(0, 10)
  const starts = model.prices
    .flatMap(({ constraint }) => (constraint?.type === 'start_date' ? [constraint.start_date] : []))
    .sort()
  const from = starts.findLast((start) => start <= day)
  const to = starts.find((start) => start > day)
  return {
    ...(from === undefined ? {} : { validFrom: `${from}T00:00:00Z` }),
    ...(to === undefined ? {} : { validTo: `${to}T00:00:00Z` }),
  }
}

function find(model: string, provider: string | undefined, at: Date): SourcePrice | undefined {
  const listed = (timestamp: Date) =>
    calcPrice({}, model, { timestamp, ...(provider === undefined ? {} : { providerId: provider }) })
  const first = listed(at)
  if (!first) return undefined
  const correction = correctionOf(first.provider.id, first.model.id, at)
  const asOf = correction?.asOf?.(at) ?? at
  const found = asOf === at ? first : (listed(asOf) ?? first)
  const { model: info, model_price } = found
  return {
    provider: found.provider.id,
    model: info.id,
    prices: correction?.prices ?? unitPrices(model_price),
    ...validity(info, asOf),
    ...(correction?.from === undefined ? {} : { validFrom: correction.from }),
    ...(correction?.to === undefined ? {} : { validTo: correction.to }),
    ...(correction === undefined ? {} : { corrected: correction.source }),
    ...(info.context_window === undefined ? {} : { contextTokens: info.context_window }),
  }
}

/**
 * @pydantic/genai-prices: curated by hand and checked against two other lists, with dates of validity;
 * where it is known to be wrong about a time, corrected.
 */
export const genaiPrices: PriceSource = {
  name: '@pydantic/genai-prices 0.1.8',
  date: '2026-09-23',
  licence: 'MIT',
  find,
  list: (at) =>
    genaiProviders.flatMap((id) =>
      (findProvider({ providerId: id })?.models ?? []).flatMap((model) => find(model.id, id, at) ?? []),
    ),
}
