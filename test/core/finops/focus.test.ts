import Big from 'big.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { entriesAsFocus } from '../../../core/finops/focus.ts'
import type { LedgerEntry } from '../../../core/finops/posting.ts'
import { parseOwnPrices } from '../../../core/finops/price-sources/own.ts'
import { createPrices } from '../../../core/finops/prices.ts'

type Row = Record<string, string>
interface Rule {
  /** Whether a Cost and Usage dataset must hold the column; `applies`: its condition holds here. */
  level: 'mandatory' | 'applies' | 'optional'
  type: 'decimal' | 'text' | 'time' | 'json' | 'unit'
  nullable: boolean
  values?: readonly string[]
}
const rule = (level: Rule['level'], type: Rule['type'], nullable = false, values?: readonly string[]): Rule => ({
  level,
  type,
  nullable,
  ...(values === undefined ? {} : { values }),
})

/**
 * FOCUS 1.4, ratified on 4 June 2026 (https://focus.finops.org/focus-specification/), column by column: whether it
 * must be there, its type, whether it may be null, its allowed values. From `specification/datasets/cost_and_usage` of
 * github.com/FinOps-Open-Cost-and-Usage-Spec/FOCUS_Spec: `dataset.md` at 003443d7, `columns/*.md`, and
 * `specification/attributes/*.md`. The conditions that hold here: usage is measured, unit prices are published and can
 * be negotiated, there are sub accounts of a type, and tags.
 */
const rules: Record<string, Rule> = {
  BilledCost: rule('mandatory', 'decimal'),
  BillingAccountId: rule('mandatory', 'text'),
  BillingAccountName: rule('mandatory', 'text'),
  BillingAccountType: rule('optional', 'text'),
  BillingCurrency: rule('mandatory', 'text', false, ['USD']),
  BillingPeriodEnd: rule('mandatory', 'time'),
  BillingPeriodStart: rule('mandatory', 'time'),
  ChargeCategory: rule('mandatory', 'text', false, ['Usage', 'Purchase', 'Tax', 'Credit', 'Adjustment']),
  ChargeClass: rule('mandatory', 'text', true, ['Correction']),
  ChargeDescription: rule('mandatory', 'text', true),
  ChargeFrequency: rule('optional', 'text', false, ['One-Time', 'Recurring', 'Usage-Based']),
  ChargePeriodEnd: rule('mandatory', 'time'),
  ChargePeriodStart: rule('mandatory', 'time'),
  ConsumedQuantity: rule('applies', 'decimal', true),
  ConsumedUnit: rule('applies', 'unit', true),
  ContractedCost: rule('mandatory', 'decimal'),
  ContractedUnitPrice: rule('applies', 'decimal', true),
  EffectiveCost: rule('mandatory', 'decimal'),
  HostProviderName: rule('mandatory', 'text'),
  InvoiceIssuerName: rule('mandatory', 'text'),
  ListCost: rule('mandatory', 'decimal'),
  ListUnitPrice: rule('applies', 'decimal', true),
  PricingCategory: rule('optional', 'text', true, ['Standard', 'Dynamic', 'Committed', 'Other']),
  PricingQuantity: rule('mandatory', 'decimal', true),
  PricingUnit: rule('mandatory', 'unit', true),
  ServiceCategory: rule('mandatory', 'text', false, ['AI and Machine Learning']),
  ServiceName: rule('mandatory', 'text'),
  ServiceProviderName: rule('mandatory', 'text'),
  ServiceSubcategory: rule('optional', 'text', false, [
    'AI Platforms',
    'Bots',
    'Generative AI',
    'Machine Learning',
    'Natural Language Processing',
    'Other (AI and Machine Learning)',
  ]),
  SkuId: rule('applies', 'text', true),
  SkuMeter: rule('applies', 'text', true),
  SkuPriceDetails: rule('applies', 'json', true),
  SkuPriceId: rule('applies', 'text', true),
  SubAccountId: rule('applies', 'text', true),
  SubAccountName: rule('applies', 'text', true),
  SubAccountType: rule('optional', 'text', true),
  Tags: rule('applies', 'json', true),
}
/** `numeric_format.md`, `datetime_format.md`, `key_value_format.md`, `unit_format.md`. */
const formats: Record<Rule['type'], RegExp> = {
  decimal: /^-?\d+(\.\d+)?$/,
  text: /./s,
  time: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/,
  json: /^\{.*\}$/s,
  unit: /^(\d+ )?[A-Z][a-z]+s$/,
}
/** Null without a SkuPriceId, and never null for usage that has one. */
const priced = [
  'PricingCategory',
  'PricingQuantity',
  'PricingUnit',
  'ListUnitPrice',
  'ContractedUnitPrice',
  'ConsumedQuantity',
  'ConsumedUnit',
  'SkuId',
  'SkuMeter',
]

/** RFC 4180. */
function parse(text: string): Row[] {
  const rows: string[][] = [[]]
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy
  for (let match = cell.exec(text); match; match = cell.exec(text)) {
    rows.at(-1)!.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '')
    if (match[3] === '\r\n') rows.push([])
    if (cell.lastIndex === text.length) break
  }
  const [names = [], ...cells] = rows.slice(0, -1)
  return cells.map((row) => {
    expect(row).toHaveLength(names.length)
    return Object.fromEntries(row.map((value, i) => [names[i]!, value]))
  })
}

const isScalar = (value: unknown): boolean => value === null || ['string', 'number', 'boolean'].includes(typeof value)

function violations(row: Row): string[] {
  const found: string[] = []
  const say = (wrong: boolean, what: string): void => void (wrong && found.push(what))
  for (const [name, { level, type, nullable, values }] of Object.entries(rules)) {
    const value = row[name]
    say(value === undefined && level !== 'optional', `${name} is missing`)
    if (value === undefined) continue
    say(value === '' && !nullable, `${name} is null`)
    say(/^null$/i.test(value), `${name} spells null`)
    if (value === '') continue
    say(!formats[type].test(value), `${name} is no ${type}: ${value}`)
    say(values !== undefined && !values.includes(value), `${name} may not be ${value}`)
    if (type === 'json') say(!Object.values(JSON.parse(value) as object).every(isScalar), `${name} is not flat`)
  }
  const names = Object.keys(row)
  for (const name of names) say(!(name in rules) && !/^x_[A-Z]/.test(name), `${name} is no column of FOCUS`)
  const custom = names.findIndex((name) => name.startsWith('x_'))
  say(custom >= 0 && names.slice(custom).some((name) => !name.startsWith('x_')), 'custom columns do not stand last')

  const [start, end] = [row.ChargePeriodStart!, row.ChargePeriodEnd!]
  say(start >= end, 'the charge period ends before it begins')
  say(row.BillingPeriodStart! >= row.BillingPeriodEnd!, 'the billing period ends before it begins')
  say(start < row.BillingPeriodStart! || end > row.BillingPeriodEnd!, 'the charge period leaves its billing period')

  const usage = row.ChargeCategory === 'Usage' && row.ChargeClass !== 'Correction'
  say(usage && row.SkuPriceId === '', 'SkuPriceId is null for usage')
  for (const name of priced) say((row[name] === '') !== (row.SkuPriceId === ''), `${name} is null, or should be`)
  for (const [cost, price] of [
    ['ListCost', 'ListUnitPrice'],
    ['ContractedCost', 'ContractedUnitPrice'],
  ] as const)
    if ([row[cost], row[price], row.PricingQuantity].every((value) => formats.decimal.test(value ?? '')))
      say(!new Big(row[price]!).times(row.PricingQuantity!).eq(row[cost]!), `${cost} is not price times quantity`)
  say(row.EffectiveCost !== row.BilledCost, 'nothing covers it, yet EffectiveCost is not BilledCost')
  for (const name of ['SubAccountName', 'SubAccountType'])
    say((row[name] === '') !== (row.SubAccountId === ''), `${name} and SubAccountId are not null together`)
  if (row.SkuPriceDetails !== '' && row.SkuPriceDetails !== undefined)
    for (const name of Object.keys(JSON.parse(row.SkuPriceDetails) as object))
      say(!/^x_[A-Z]/.test(name), `${name} is no property of FOCUS`)
  if (row.Tags !== '')
    for (const tag of Object.keys(JSON.parse(row.Tags!) as object))
      say(!tag.startsWith('atomic/'), 'a tag that nobody set has no prefix')
  return found
}

const text = fc.string({ minLength: 1, maxLength: 12 }).filter((s) => s.trim() !== '' && !/^null$/i.test(s))
const about = {
  at: fc
    .date({ min: new Date('2024-01-01'), max: new Date('2030-01-01'), noInvalidDate: true })
    .map((d) => d.toISOString()),
  scope: text,
  person: text,
  missionId: text,
  repository: text,
  requestId: text,
}
const requiredKeys = ['at', 'scope', 'person'] as const
const amount = fc
  .record(
    {
      ...about,
      usd: fc.nat(10 ** 9).map((n) => new Big(n).div(10 ** 6).toFixed()),
      model: text,
      provider: text,
      tokens: fc.nat(),
    },
    { requiredKeys: [...requiredKeys, 'usd'] },
  )
  .map((e) => e as LedgerEntry)

const discounts = [{ provider: 'openai', models: ['gpt-5.5'], share: 0.15 }]
const prices = createPrices({ own: parseOwnPrices(JSON.stringify({ version: 1, date: '2026-10-01', discounts })) })
const call = fc
  .record(
    {
      ...about,
      model: fc.constantFrom('gpt-5.5', 'gpt-6-luna', 'claude-haiku-4-5', 'gemini-2.5-pro'),
      counts: fc.tuple(fc.nat(400_000), fc.nat(30_000), fc.nat(100), fc.nat(100)),
      batch: fc.boolean(),
    },
    { requiredKeys: [...requiredKeys, 'model', 'counts'] },
  )
  .map(({ counts: [inputTokens, outputTokens, read, thought], ...entry }): LedgerEntry => {
    const usage = {
      inputTokens,
      outputTokens,
      cachedInputTokens: Math.floor((inputTokens * read) / 100),
      reasoningTokens: Math.floor((outputTokens * thought) / 100),
    }
    const { usd, lines, source } = prices.price({ model: entry.model, usage, batch: entry.batch ?? false })
    const { provider, listUsd } = source
    return { ...entry, usd, usage, lines, provider, ...(listUsd === undefined ? {} : { listUsd }) } as LedgerEntry
  })

const total = (rows: readonly Row[], name: string): string =>
  rows.reduce((sum, row) => sum.plus(row[name]!), new Big(0)).toFixed()

describe('FOCUS', () => {
  it('is written by the rules of its columns, whatever was recorded', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(amount, call), { minLength: 1, maxLength: 5 }), (entries) => {
        const rows = parse(entriesAsFocus(entries))
        expect(rows.flatMap(violations)).toEqual([])
        expect(total(rows, 'BilledCost')).toBe(entries.reduce((sum, { usd }) => sum.plus(usd), new Big(0)).toFixed())
        expect(total(rows, 'ListCost')).toBe(
          entries.reduce((sum, { usd, listUsd = usd }) => sum.plus(listUsd), new Big(0)).toFixed(),
        )
        const parents = new Map(rows.map((row) => [row.SkuPriceId, row.SkuId]))
        for (const row of rows) expect(parents.get(row.SkuPriceId)).toBe(row.SkuId)
      }),
      { numRuns: 300, seed: 7 },
    )
  })

  it('has a row for each part of a call, at the price of its tier, batch and agreement', () => {
    const usage = { inputTokens: 300_000, outputTokens: 1_000, cachedInputTokens: 100_000 }
    const { usd, lines, source } = prices.price({ model: 'gpt-5.5', usage, batch: true, at: '2026-11-01T00:00:00Z' })
    const entry = { at: '2026-11-01T09:30:00.000Z', scope: 's', person: 'ada', model: 'gpt-5.5', provider: 'openai' }
    const rows = parse(entriesAsFocus([{ ...entry, usd, usage, lines, batch: true, listUsd: source.listUsd! }]))
    expect(rows.flatMap(violations)).toEqual([])
    // $10, $1 and $45 a million above 272,000 tokens, by half in a batch, 15 % off.
    const shown = ['SkuMeter', 'PricingQuantity', 'PricingUnit', 'ListUnitPrice', 'ContractedUnitPrice', 'BilledCost']
    expect(rows.map((row) => shown.map((name) => row[name]).join(' '))).toEqual([
      'Input Tokens 200000 Tokens 0.000005 0.00000425 0.85',
      'Cached Input Tokens 100000 Tokens 0.0000005 0.000000425 0.0425',
      'Output Tokens 1000 Tokens 0.0000225 0.000019125 0.019125',
    ])
    expect(rows[0]).toMatchObject({
      SkuId: 'openai/gpt-5.5/InputTokens',
      SkuPriceId: 'openai/gpt-5.5/InputTokens/Batch=true/AboveInputTokens=271999',
      SkuPriceDetails: '{"x_Batch":true,"x_AboveInputTokens":271999}',
      ChargePeriodStart: '2026-11-01T09:00:00Z',
      ChargePeriodEnd: '2026-11-01T10:00:00Z',
      Tags: '{"atomic/person":"ada"}',
    })
  })

  it('would be found wrong where it is', () => {
    const [row] = parse(
      entriesAsFocus([{ at: '2026-05-31T23:30:00.000Z', scope: 's', person: 'ada', usd: '1', model: 'gpt-5' }]),
    )
    expect(violations(row!)).toEqual([])
    const broken: Row[] = [
      { ...row!, BilledCost: '$1' },
      { ...row!, ListCost: '1e0' },
      { ...row!, ContractedUnitPrice: '2' },
      { ...row!, SkuPriceId: '' },
      { ...row!, PricingUnit: 'tokens' },
      { ...row!, ChargePeriodEnd: row!.ChargePeriodStart! },
      { ...row!, BillingPeriodEnd: '2026-05-31T00:00:00Z' },
      { ...row!, ChargeCategory: 'usage' },
      { ...row!, PricingQuantity: '' },
      { ...row!, SkuPriceDetails: '{"Batch":true}' },
      { ...row!, Tags: '{"person":"ada"}' },
      { ...row!, Tags: '{"atomic/person":{}}' },
      { ...row!, ChargeClass: 'null' },
      { ...row!, Mission: 'm' },
    ]
    for (const wrong of broken) expect(violations(wrong)).not.toEqual([])
    const { ListCost: _, ...less } = row!
    expect(violations(less)).toContain('ListCost is missing')
  })
})
