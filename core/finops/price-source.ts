import type { Part } from './usage.ts'

/** US dollars a million tokens (a thousand searches); a tier holds for the whole request once its input is above. */
export interface UnitPrice {
  base: number
  tiers?: readonly { above: number; price: number }[]
}

/** What one list says of a model. A part that is absent has no price: it is not free. */
export interface SourcePrice {
  provider: string
  model: string
  prices: Partial<Record<Part, UnitPrice>>
  /** What a batch call pays of the usual price, by part; absent: the list says nothing. */
  batch?: Partial<Record<Part, number>>
  contextTokens?: number
  maxOutputTokens?: number
  /** ISO 8601: since when these prices hold, where the list says so. */
  validFrom?: string
  /** ISO 8601: the first moment at which they hold no more. */
  validTo?: string
  /** Where the provider says otherwise than the list, and that holds. */
  corrected?: string
  regions?: readonly string[]
  /** Higher is better. */
  quality?: number
  tokensPerSecond?: number
}

export interface PriceSource {
  /** Name and version, as answers name it. */
  name: string
  /** When it was published, `YYYY-MM-DD`. */
  date: string
  licence: string
  find(model: string, provider: string | undefined, at: Date): SourcePrice | undefined
  /** Every model that it has a price for at that time. */
  list(at: Date): SourcePrice[]
}
