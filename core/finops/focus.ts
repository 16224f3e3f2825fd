import { csv } from './csv.ts'
import type { LedgerEntry } from './posting.ts'

type Cell = string | null

const hourMs = 3_600_000
/** Date/time format of FOCUS: ISO 8601 UTC to the second. */
const time = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`
const monthStart = (at: Date, plus: number): number => Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + plus, 1)
const unknown = 'Unknown'

function tags(entry: LedgerEntry): string {
  const { missionId, repository, person } = entry
  return JSON.stringify({
    ...(missionId === undefined ? {} : { mission: missionId }),
    ...(repository === undefined ? {} : { repository }),
    person,
  })
}

/** What each column says of an entry. What is paid per request, and not by tokens, counts requests. */
const columns: Record<string, (entry: LedgerEntry, at: Date) => Cell> = {
  BilledCost: (e) => e.usd,
  BillingAccountId: () => 'atomic',
  BillingAccountName: () => 'Atomic',
  BillingAccountType: () => 'Installation',
  BillingCurrency: () => 'USD',
  BillingPeriodEnd: (_, at) => time(monthStart(at, 1)),
  BillingPeriodStart: (_, at) => time(monthStart(at, 0)),
  ChargeCategory: () => 'Usage',
  ChargeClass: () => null,
  ChargeDescription: (e) => `Model usage${e.model === undefined ? '' : `: ${e.model}`}`,
  ChargeFrequency: () => 'Usage-Based',
  ChargePeriodEnd: (_, at) => time(Math.floor(at.getTime() / hourMs) * hourMs + hourMs),
  ChargePeriodStart: (_, at) => time(Math.floor(at.getTime() / hourMs) * hourMs),
  ConsumedQuantity: (e) => String(e.tokens ?? 1),
  ConsumedUnit: (e) => (e.tokens === undefined ? 'Requests' : 'Tokens'),
  ContractedCost: (e) => e.usd,
  EffectiveCost: (e) => e.usd,
  HostProviderName: (e) => e.provider ?? unknown,
  InvoiceIssuerName: (e) => e.provider ?? unknown,
  ListCost: (e) => e.listUsd ?? e.usd,
  PricingCategory: () => 'Standard',
  PricingQuantity: (e) => String(e.tokens ?? 1),
  PricingUnit: (e) => (e.tokens === undefined ? 'Requests' : 'Tokens'),
  ServiceCategory: () => 'AI and Machine Learning',
  ServiceName: (e) => e.model ?? unknown,
  ServiceProviderName: (e) => e.provider ?? unknown,
  ServiceSubcategory: () => 'Generative AI',
  SubAccountId: (e) => e.scope,
  SubAccountName: (e) => e.scope,
  SubAccountType: () => 'Budget scope',
  Tags: tags,
  x_RequestId: (e) => e.requestId ?? null,
}
const names = Object.keys(columns)

/**
 * The mandatory columns of the Cost and Usage dataset of FOCUS 1.4 (ratified 4 June 2026, which
 * dropped ProviderName and PublisherName), and those conditional ones that apply; a row an entry.
 * https://focus.finops.org/focus-specification/
 */
export const focusCsv = (entries: readonly LedgerEntry[]): string =>
  csv(
    names,
    entries.map((entry) => names.map((name) => columns[name]!(entry, new Date(entry.at)))),
  )
