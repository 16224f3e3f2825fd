import { csv } from './csv.ts'

/** What of a call was priced: its name, the unit it is counted in, and what one of them costs. US dollars are exact decimals. */
export interface Meter {
  /** In words, as `Input Tokens`; plural unit, as FOCUS writes units. */
  name: string
  unit: 'Tokens' | 'Requests' | 'Searches'
  quantity: string
  /** By the published list, and as agreed. */
  listUnitPrice: string
  unitPrice: string
  /** What the price of the unit depends on besides; keys in PascalCase. */
  terms?: Readonly<Record<string, string | number | boolean>>
}

/** One row. What it cost is quantity × price. */
export interface FocusCharge {
  /** ISO 8601. */
  at: string
  provider?: string
  model?: string
  meter: Meter
  billedCost: string
  listCost: string
  /** What was used, where it is not what was priced. */
  consumed?: { quantity: string; unit: 'Tokens' }
  /** The budget that it counts in. */
  scope: string
  /** Without the prefix that FOCUS wants before tags which nobody set by hand. */
  tags: Readonly<Record<string, string>>
  requestId?: string
}

type Cell = string | null

const hourMs = 3_600_000
/** Date/time format of FOCUS: ISO 8601 UTC to the second. */
const time = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`
const monthStart = (at: Date, plus: number): number => Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + plus, 1)
const unknown = 'Unknown'

/** The same good at whatever price: consistent over time, accounts and terms. */
const skuId = ({ provider = unknown, model = unknown, meter }: FocusCharge): string =>
  `${provider}/${model}/${meter.name.replaceAll(' ', '')}`

const detailed = ({ meter }: FocusCharge): [string, string | number | boolean][] => Object.entries(meter.terms ?? {})

function skuPriceId(charge: FocusCharge): string {
  const terms = detailed(charge).map(([name, value]) => `/${name}=${value}`)
  return `${skuId(charge)}${terms.join('')}`
}

/** Properties that FOCUS does not define begin with `x_`. */
function skuPriceDetails(charge: FocusCharge): Cell {
  const terms = detailed(charge).map(([name, value]) => [`x_${name}`, value])
  return terms.length === 0 ? null : JSON.stringify(Object.fromEntries(terms))
}

const columns: Record<string, (charge: FocusCharge, at: Date) => Cell> = {
  BilledCost: (c) => c.billedCost,
  BillingAccountId: () => 'atomic',
  BillingAccountName: () => 'Atomic',
  BillingAccountType: () => 'Installation',
  BillingCurrency: () => 'USD',
  BillingPeriodEnd: (_, at) => time(monthStart(at, 1)),
  BillingPeriodStart: (_, at) => time(monthStart(at, 0)),
  ChargeCategory: () => 'Usage',
  ChargeClass: () => null,
  ChargeDescription: ({ model, meter }) => `${model ?? 'Model usage'}: ${meter.name.toLowerCase()}`,
  ChargeFrequency: () => 'Usage-Based',
  ChargePeriodEnd: (_, at) => time(Math.floor(at.getTime() / hourMs) * hourMs + hourMs),
  ChargePeriodStart: (_, at) => time(Math.floor(at.getTime() / hourMs) * hourMs),
  ConsumedQuantity: ({ consumed, meter }) => (consumed ?? meter).quantity,
  ConsumedUnit: ({ consumed, meter }) => (consumed ?? meter).unit,
  ContractedCost: (c) => c.billedCost,
  ContractedUnitPrice: (c) => c.meter.unitPrice,
  EffectiveCost: (c) => c.billedCost,
  HostProviderName: (c) => c.provider ?? unknown,
  InvoiceIssuerName: (c) => c.provider ?? unknown,
  ListCost: (c) => c.listCost,
  ListUnitPrice: (c) => c.meter.listUnitPrice,
  PricingCategory: () => 'Standard',
  PricingQuantity: (c) => c.meter.quantity,
  PricingUnit: (c) => c.meter.unit,
  ServiceCategory: () => 'AI and Machine Learning',
  ServiceName: (c) => c.model ?? unknown,
  ServiceProviderName: (c) => c.provider ?? unknown,
  ServiceSubcategory: () => 'Generative AI',
  SkuId: skuId,
  SkuMeter: (c) => c.meter.name,
  SkuPriceDetails: skuPriceDetails,
  SkuPriceId: skuPriceId,
  SubAccountId: (c) => c.scope,
  SubAccountName: (c) => c.scope,
  SubAccountType: () => 'Budget scope',
  Tags: (c) => JSON.stringify(Object.fromEntries(Object.entries(c.tags).map(([name, tag]) => [`atomic/${name}`, tag]))),
  x_RequestId: (c) => c.requestId ?? null,
}
const names = Object.keys(columns)

/**
 * The Cost and Usage dataset of FOCUS 1.4 (ratified 4 June 2026, which dropped ProviderName and
 * PublisherName): the mandatory columns, and those conditional ones whose condition holds here, unit prices among them.
 * https://focus.finops.org/focus-specification/
 */
export const focusCsv = (charges: readonly FocusCharge[]): string =>
  csv(
    names,
    charges.map((charge) => names.map((name) => columns[name]!(charge, new Date(charge.at)))),
  )

/** What is told as an amount, and not by what was used: a request at that price. */
export const request = (usd: string, listUsd = usd): Pick<FocusCharge, 'meter' | 'billedCost' | 'listCost'> => ({
  meter: { name: 'Requests', unit: 'Requests', quantity: '1', listUnitPrice: listUsd, unitPrice: usd },
  billedCost: usd,
  listCost: listUsd,
})
