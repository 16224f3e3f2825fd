import { type FocusCharge, focusCsv, type Meter, request } from '../platform/focus.ts'
import { decimalText, exact } from './money.ts'
import type { LedgerEntry } from './posting.ts'
import type { PriceLine } from './prices.ts'
import type { Part } from './usage.ts'

const names: Record<Part, string> = {
  inputTokens: 'Input Tokens',
  cachedInputTokens: 'Cached Input Tokens',
  cacheWriteTokens: 'Cache Write Tokens',
  cacheWrite1hTokens: 'Cache Write 1 Hour Tokens',
  outputTokens: 'Output Tokens',
  reasoningTokens: 'Reasoning Tokens',
  webSearches: 'Web Searches',
}

function metered(line: PriceLine, batch: boolean): Pick<FocusCharge, 'meter' | 'billedCost' | 'listCost'> {
  const { part, quantity, listUnitUsd, unitUsd = listUnitUsd, above } = line
  const terms = { ...(batch ? { Batch: true } : {}), ...(above === undefined ? {} : { AboveInputTokens: above }) }
  const meter: Meter = {
    name: names[part],
    unit: part === 'webSearches' ? 'Searches' : 'Tokens',
    quantity: String(quantity),
    listUnitPrice: listUnitUsd,
    unitPrice: unitUsd,
    terms,
  }
  const cost = (price: string): string => decimalText(exact(price).times(quantity))
  return { meter, billedCost: cost(unitUsd), listCost: cost(listUnitUsd) }
}

/** A row for each part of a call that was used, each with its own price; one for what was told as an amount. */
function charges(entry: LedgerEntry): FocusCharge[] {
  const { at, scope, person, provider, model, missionId, repository, requestId, tokens, lines, batch = false } = entry
  const about = {
    at,
    scope,
    tags: {
      ...(missionId === undefined ? {} : { mission: missionId }),
      ...(repository === undefined ? {} : { repository }),
      person,
    },
    ...(provider === undefined ? {} : { provider }),
    ...(model === undefined ? {} : { model }),
    ...(requestId === undefined ? {} : { requestId }),
  }
  if (lines !== undefined && lines.length > 0) return lines.map((line) => ({ ...about, ...metered(line, batch) }))
  const consumed = tokens === undefined ? {} : { consumed: { quantity: String(tokens), unit: 'Tokens' as const } }
  return [{ ...about, ...request(entry.usd, entry.listUsd), ...consumed }]
}

/** The entries of the ledger as FOCUS, in their order. */
export const entriesAsFocus = (entries: readonly LedgerEntry[]): string => focusCsv(entries.flatMap(charges))
