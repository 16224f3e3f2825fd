import { isAtomicError } from '../platform/errors.ts'
import type { Prices } from './prices.ts'

/** What the lists, and the operator's own before them, say of a model beyond its price; for routing. */
export function modelFacts(
  prices: Prices,
  provider: string,
  model: string,
): { contextTokens?: number; regions?: readonly string[]; quality?: number } | undefined {
  try {
    const { contextTokens, regions, quality } = prices.find(model, provider)
    return {
      ...(contextTokens === undefined ? {} : { contextTokens }),
      ...(regions === undefined ? {} : { regions }),
      ...(quality === undefined ? {} : { quality }),
    }
  } catch (error) {
    if (isAtomicError(error, 'UNKNOWN_MODEL')) return undefined
    throw error
  }
}
