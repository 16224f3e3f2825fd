import { calcPrice, type ModelPrice } from '@pydantic/genai-prices'
import type Big from 'big.js'
import { type Clock, systemClock } from '../platform/clock.ts'
import { AtomicError } from '../platform/errors.ts'
import { decimalText, exact } from './money.ts'

/** The price table, as locked in package.json; named in each answer. */
export const priceTable = '@pydantic/genai-prices 0.1.8'

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
type Part = keyof TokenUsage

export interface PricedUsage {
  /** US dollars, exact. */
  usd: string
  /** US dollars of each part, which add up to `usd`; `inputTokens` and `outputTokens` are what the other parts leave. */
  parts: Partial<Record<Part, string>>
  source: { table: string; provider: string; model: string; unitPrices: Partial<Record<Part, string>> }
}

export interface PricedModel {
  provider: string
  model: string
  contextWindow?: number
  prices: ModelPrice
}

const longestName = 256
const million = exact('0.000001')
const thousand = exact('0.001')

const unknown = (model: string, why: string): AtomicError =>
  new AtomicError('UNKNOWN_MODEL', `Model "${model.slice(0, longestName)}" ${why}.`)

function lookUp(provider: string | undefined, model: string, at: Date): PricedModel | undefined {
  const found = calcPrice({}, model, { timestamp: at, ...(provider === undefined ? {} : { providerId: provider }) })
  return (
    (found && {
      provider: found.provider.id,
      model: found.model.id,
      prices: found.model_price,
      ...(found.model.context_window === undefined ? {} : { contextWindow: found.model.context_window }),
    }) ??
    undefined
  )
}

/**
 * A model's prices at a time. A model is named alone, as `provider/model`, or with its provider.
 * @throws AtomicError `UNKNOWN_MODEL`.
 */
export function findModel(model: string, provider?: string, at: Date = new Date(systemClock.now())): PricedModel {
  if (model.length > longestName || (provider?.length ?? 0) > longestName) throw unknown(model, 'has no price')
  const slash = model.indexOf('/')
  const found =
    lookUp(provider, model, at) ??
    (provider === undefined && slash > 0 ? lookUp(model.slice(0, slash), model.slice(slash + 1), at) : undefined)
  if (!found)
    throw unknown(model, `has no price${provider === undefined ? '' : ` from provider "${provider}"`} in ${priceTable}`)
  return found
}

/** Price of one unit; a tier holds for the whole request once its input is above the start. */
function unitPrice(prices: ModelPrice, keys: readonly string[], inputTokens: number): Big | undefined {
  const price = keys.map((key) => prices[key]).find((p) => p !== undefined)
  if (price === undefined) return undefined
  if (typeof price === 'number') return exact(price)
  let highest = price.base
  for (const tier of price.tiers.toSorted((a, b) => a.start - b.start))
    if (inputTokens > tier.start) highest = tier.price
  return exact(highest)
}

/** Where the price of a part stands; a part without a price of its own costs what its whole costs. */
const priceKeys: Record<Part, readonly string[]> = {
  inputTokens: ['input_mtok'],
  cachedInputTokens: ['cache_read_mtok', 'input_mtok'],
  cacheWriteTokens: ['cache_write_mtok', 'input_mtok'],
  cacheWrite1hTokens: ['cache_write_1h_mtok', 'cache_write_mtok', 'input_mtok'],
  outputTokens: ['output_mtok'],
  reasoningTokens: ['output_reasoning_mtok', 'output_mtok'],
  webSearches: ['web_searches_kcount'],
}
const partNames = Object.keys(priceKeys) as Part[]

/** Each unit in exactly one part. */
function disjoint(usage: TokenUsage): Record<Part, number> {
  for (const [name, value] of Object.entries(usage)) {
    if (!(name in priceKeys)) throw new AtomicError('INVALID_REQUEST', { detail: `Usage has no part "${name}".` })
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

export interface PriceRequest {
  provider?: string
  model: string
  usage: TokenUsage
  /** When it was used; default now. */
  at?: Date | string
}

/**
 * What a call cost by the public price list, in exact decimals.
 * @throws AtomicError `UNKNOWN_MODEL` where the model, or a part that was used, has no price (it is
 * never taken for free); `INVALID_REQUEST` where the parts do not fit into their wholes.
 */
export function priceUsage({ provider, model, usage, at }: PriceRequest, clock: Clock = systemClock): PricedUsage {
  const time = at === undefined ? new Date(clock.now()) : new Date(at)
  if (Number.isNaN(time.getTime())) throw new AtomicError('INVALID_REQUEST', '"at" is not a time.')
  const amounts = disjoint(usage)
  const found = findModel(model, provider, time)
  const parts: PricedUsage['parts'] = {}
  const unitPrices: PricedUsage['source']['unitPrices'] = {}
  let sum = exact(0)
  for (const part of partNames) {
    // Without a price for its input, a model has no price list at all.
    if (amounts[part] === 0 && part !== 'inputTokens') continue
    const price = unitPrice(found.prices, priceKeys[part], usage.inputTokens)
    if (!price) throw unknown(model, `has no price for ${part} in ${priceTable}`)
    const usd = price.times(amounts[part]).times(part === 'webSearches' ? thousand : million)
    parts[part] = decimalText(usd)
    unitPrices[part] = decimalText(price)
    sum = sum.plus(usd)
  }
  return {
    usd: decimalText(sum),
    parts,
    source: { table: priceTable, provider: found.provider, model: found.model, unitPrices },
  }
}
