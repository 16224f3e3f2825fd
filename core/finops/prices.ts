import type Big from 'big.js'
import { type Clock, systemClock } from '../platform/clock.ts'
import { AtomicError } from '../platform/errors.ts'
import { batchShares } from './batch-discounts.ts'
import { decimalText, exact } from './money.ts'
import type { PriceSource, SourcePrice, UnitPrice } from './price-source.ts'
import { genaiPrices } from './price-sources/genai-prices.ts'
import { llmZoo } from './price-sources/llm-zoo.ts'
import type { OwnPriceList } from './price-sources/own.ts'
import { disjoint, type Part, partNames, type TokenUsage } from './usage.ts'

/** The published lists, the one that is believed first. */
export const publishedPrices: readonly PriceSource[] = [genaiPrices, llmZoo]
/** The list that prices come from where no own ones are set; named in answers. */
export const priceTable = genaiPrices.name

export interface PricedUsage {
  /** US dollars, exact. */
  usd: string
  /** US dollars of each part, which add up to `usd`; `inputTokens` and `outputTokens` are what the other parts leave. */
  parts: Partial<Record<Part, string>>
  source: {
    table: string
    provider: string
    model: string
    /** Per million tokens (thousand searches), as published: before batch and discount. */
    unitPrices: Partial<Record<Part, string>>
    /** Where the provider published it, where that is not what the table says. */
    corrected?: string
    /** Where the share that a batch pays is published. */
    batch?: string
    /** The share taken off by agreement, and what it would have cost without. */
    discount?: string
    listUsd?: string
  }
}

/** What was used of one part, and what one of it costs: US dollars, exact. */
export interface PriceLine {
  part: Part
  quantity: number
  /** By the list, for a batch what that costs. */
  listUnitUsd: string
  /** As agreed; absent: by the list. */
  unitUsd?: string
  /** The tier: for requests with more input tokens. */
  above?: number
}

/** Where two lists differ on a model, US dollars a million tokens. */
export interface Disagreement {
  part: Part
  usdPerMillion: string
  other: string
  table: string
}

export interface PricedModel extends SourcePrice {
  /** The list that its prices are from. */
  table: string
  disagreements: Disagreement[]
}

export interface PriceRequest {
  provider?: string
  model: string
  usage: TokenUsage
  /** When it was used; default now. */
  at?: Date | string
  /** A call of a batch, which many providers sell for less. */
  batch?: boolean
}

export interface Prices {
  /** @throws AtomicError `UNKNOWN_MODEL`. */
  find(model: string, provider?: string, at?: Date): PricedModel
  /** @throws AtomicError `UNKNOWN_MODEL`, `INVALID_REQUEST`. */
  price(request: PriceRequest): PricedUsage & { lines: PriceLine[] }
  /** Every model of any list, once; by provider and name. */
  list(at?: Date): PricedModel[]
}

const longestName = 256
const million = exact('0.000001')
const thousand = exact('0.001')
const mostRemembered = 4_096

const unknown = (model: string, why: string): AtomicError =>
  new AtomicError('UNKNOWN_MODEL', `Model "${model.slice(0, longestName)}" ${why}.`)

/** A tier holds for the whole request once its input is above the start. */
function unitPrice({ base, tiers = [] }: UnitPrice, inputTokens: number): { each: Big; above?: number } {
  const reached = tiers.filter(({ above }) => inputTokens > above).sort((a, b) => b.above - a.above)[0]
  return reached === undefined ? { each: exact(base) } : { each: exact(reached.price), above: reached.above }
}

const compared: readonly Part[] = ['inputTokens', 'cachedInputTokens', 'outputTokens']

function differences(one: SourcePrice, other: SourcePrice, table: string): Disagreement[] {
  return compared.flatMap((part) => {
    const [mine, theirs] = [one.prices[part]?.base, other.prices[part]?.base]
    return mine === undefined || theirs === undefined || exact(mine).eq(theirs)
      ? []
      : [{ part, usdPerMillion: decimalText(exact(mine)), other: decimalText(exact(theirs)), table }]
  })
}

/**
 * Prices from the published lists, and the operator's own before them. The first list that knows a
 * model says what it costs; what other lists say differently is shown with it.
 */
export function createPrices({ own, clock = systemClock }: { own?: OwnPriceList; clock?: Clock } = {}): Prices {
  const sources = own === undefined ? publishedPrices : [own, ...publishedPrices]
  const remembered = new Map<string, PricedModel | null>()

  function completed(price: SourcePrice, source: PriceSource, asked: string, at: Date): PricedModel {
    const others = publishedPrices.flatMap((list) => {
      if (list === source) return []
      const found = list.find(price.model, price.provider, at) ?? list.find(asked, price.provider, at)
      return found?.provider === price.provider ? [{ list, found }] : []
    })
    const facts: Pick<SourcePrice, 'contextTokens' | 'maxOutputTokens'> = {}
    for (const { found } of others) {
      if (found.contextTokens !== undefined) facts.contextTokens ??= found.contextTokens
      if (found.maxOutputTokens !== undefined) facts.maxOutputTokens ??= found.maxOutputTokens
    }
    // An agreed price is meant to differ.
    const disagreements =
      source === own ? [] : others.flatMap(({ list, found }) => differences(price, found, list.name))
    return { ...facts, ...price, table: source.name, disagreements }
  }

  function lookUp(model: string, provider: string | undefined, at: Date): PricedModel | undefined {
    for (const source of sources) {
      const found = source.find(model, provider, at)
      if (found) return completed(found, source, model, at)
    }
    return undefined
  }

  function find(model: string, provider?: string, at: Date = new Date(clock.now())): PricedModel {
    if (model.length > longestName || (provider?.length ?? 0) > longestName) throw unknown(model, 'has no price')
    // Prices change by the day, and some by the hour of the day.
    const key = `${Math.floor(at.getTime() / 60_000)} ${provider ?? ''} ${model}`
    let found = remembered.get(key)
    if (found === undefined) {
      const slash = model.indexOf('/')
      found =
        lookUp(model, provider, at) ??
        (provider === undefined && slash > 0 ? lookUp(model.slice(slash + 1), model.slice(0, slash), at) : undefined) ??
        null
      if (remembered.size >= mostRemembered) remembered.clear()
      remembered.set(key, found)
    }
    if (found) return found
    const lists = sources.map((source) => source.name).join(', ')
    throw unknown(model, `has no price${provider === undefined ? '' : ` from provider "${provider}"`} in ${lists}`)
  }

  function price({ provider, model, usage, at, batch = false }: PriceRequest): PricedUsage & { lines: PriceLine[] } {
    const time = at === undefined ? new Date(clock.now()) : new Date(at)
    if (Number.isNaN(time.getTime())) throw new AtomicError('INVALID_REQUEST', '"at" is not a time.')
    const amounts = disjoint(usage)
    const found = find(model, provider, time)
    const published = found.batch === undefined ? batchShares[found.provider] : undefined
    const shares = found.batch ?? published?.shares
    if (batch && shares === undefined) throw unknown(model, `has no known price for batches from ${found.provider}`)
    const off = own?.discount(found, time) ?? 0
    const lines: PriceLine[] = []
    const parts: PricedUsage['parts'] = {}
    const unitPrices: PricedUsage['source']['unitPrices'] = {}
    let sum = exact(0)
    let listed = exact(0)
    for (const part of partNames) {
      // Without a price for its input, a model has no price list at all.
      if (amounts[part] === 0 && part !== 'inputTokens') continue
      const unit = found.prices[part]
      const share = batch ? shares?.[part] : 1
      if (!unit || share === undefined) throw unknown(model, `has no price for ${part} in ${found.table}`)
      const { each, above } = unitPrice(unit, usage.inputTokens)
      const one = each.times(part === 'webSearches' ? thousand : million).times(exact(share))
      const list = one.times(amounts[part])
      const usd = off === 0 ? list : list.times(exact(1).minus(off))
      if (amounts[part] > 0)
        lines.push({
          part,
          quantity: amounts[part],
          listUnitUsd: decimalText(one),
          ...(off === 0 ? {} : { unitUsd: decimalText(one.times(exact(1).minus(off))) }),
          ...(above === undefined ? {} : { above }),
        })
      parts[part] = decimalText(usd)
      unitPrices[part] = decimalText(each)
      sum = sum.plus(usd)
      listed = listed.plus(list)
    }
    return {
      usd: decimalText(sum),
      parts,
      lines,
      source: {
        table: found.table,
        provider: found.provider,
        model: found.model,
        unitPrices,
        ...(found.corrected === undefined ? {} : { corrected: found.corrected }),
        ...(batch ? { batch: published?.source ?? found.table } : {}),
        ...(off === 0 ? {} : { discount: decimalText(exact(off)), listUsd: decimalText(listed) }),
      },
    }
  }

  return {
    find,
    price,
    list(at = new Date(clock.now())) {
      const seen = new Map<string, PricedModel>()
      for (const source of sources)
        for (const listed of source.list(at)) {
          const key = `${listed.provider}/${listed.model}`
          if (!seen.has(key)) seen.set(key, completed(listed, source, listed.model, at))
        }
      return [...seen].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, model]) => model)
    },
  }
}

const published = createPrices()

/**
 * What a call cost by the published lists, in exact decimals.
 * @throws AtomicError `UNKNOWN_MODEL` where the model, or a part that was used, has no price (it is
 * never taken for free); `INVALID_REQUEST` where the parts do not fit into their wholes.
 */
export function priceUsage(request: PriceRequest, clock?: Clock): PricedUsage {
  const { lines: _, ...priced } = published.price({
    ...request,
    at: request.at ?? new Date((clock ?? systemClock).now()),
  })
  return priced
}
