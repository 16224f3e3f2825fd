import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { focusCsv } from '../../../core/finops/focus.ts'
import type { LedgerEntry } from '../../../core/finops/posting.ts'

type Row = Record<string, string>
interface Rule {
  /** Feature level of the dataset "Cost and Usage". */
  level: 'mandatory' | 'conditional' | 'recommended'
  type: 'decimal' | 'text' | 'time' | 'json'
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
 * FOCUS 1.4, column by column: feature level, data type, whether null is allowed, allowed values.
 * https://focus.finops.org/focus-specification/ (columns), and specification/columns of
 * github.com/FinOps-Open-Cost-and-Usage-Spec/FOCUS_Spec
 */
const rules: Record<string, Rule> = {
  BilledCost: rule('mandatory', 'decimal'),
  BillingAccountId: rule('mandatory', 'text'),
  BillingAccountName: rule('mandatory', 'text', true),
  BillingAccountType: rule('conditional', 'text', true),
  BillingCurrency: rule('mandatory', 'text', false, ['USD']),
  BillingPeriodEnd: rule('mandatory', 'time'),
  BillingPeriodStart: rule('mandatory', 'time'),
  ChargeCategory: rule('mandatory', 'text', false, ['Usage', 'Purchase', 'Tax', 'Credit', 'Adjustment']),
  ChargeClass: rule('mandatory', 'text', true, ['Correction']),
  ChargeDescription: rule('mandatory', 'text', true),
  ChargeFrequency: rule('recommended', 'text', false, ['One-Time', 'Recurring', 'Usage-Based']),
  ChargePeriodEnd: rule('mandatory', 'time'),
  ChargePeriodStart: rule('mandatory', 'time'),
  ConsumedQuantity: rule('conditional', 'decimal', true),
  ConsumedUnit: rule('conditional', 'text', true),
  ContractedCost: rule('mandatory', 'decimal'),
  EffectiveCost: rule('mandatory', 'decimal'),
  HostProviderName: rule('mandatory', 'text'),
  InvoiceIssuerName: rule('mandatory', 'text'),
  ListCost: rule('mandatory', 'decimal'),
  PricingCategory: rule('conditional', 'text', true, ['Standard', 'Dynamic', 'Committed', 'Other']),
  PricingQuantity: rule('mandatory', 'decimal', true),
  PricingUnit: rule('mandatory', 'text', true),
  ServiceCategory: rule('mandatory', 'text', false, ['AI and Machine Learning']),
  ServiceName: rule('mandatory', 'text'),
  ServiceProviderName: rule('mandatory', 'text'),
  ServiceSubcategory: rule('recommended', 'text', false, ['Generative AI']),
  SubAccountId: rule('conditional', 'text', true),
  SubAccountName: rule('conditional', 'text', true),
  SubAccountType: rule('conditional', 'text', true),
  Tags: rule('conditional', 'json', true),
}
const formats: Record<Rule['type'], RegExp> = {
  decimal: /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/,
  text: /./s,
  time: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/,
  json: /^\{.*\}$/s,
}

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

function violations(row: Row): string[] {
  const found: string[] = []
  const say = (wrong: boolean, what: string): void => void (wrong && found.push(what))
  for (const [name, { level, type, nullable, values }] of Object.entries(rules)) {
    const value = row[name]
    say(value === undefined && level === 'mandatory', `${name} is missing`)
    if (value === undefined) continue
    say(value === '' && !nullable, `${name} is null`)
    if (value === '') continue
    say(!formats[type].test(value), `${name} is no ${type}: ${value}`)
    say(values !== undefined && !values.includes(value), `${name} may not be ${value}`)
  }
  for (const name of Object.keys(row)) say(!(name in rules) && !name.startsWith('x_'), `${name} is no column of FOCUS`)
  const [start, end] = [row.ChargePeriodStart!, row.ChargePeriodEnd!]
  say(start >= end, 'the charge period ends before it begins')
  say(row.BillingPeriodStart! >= row.BillingPeriodEnd!, 'the billing period ends before it begins')
  say(start < row.BillingPeriodStart! || end > row.BillingPeriodEnd!, 'the charge period leaves its billing period')
  const usage = row.ChargeCategory === 'Usage' && row.ChargeClass !== 'Correction'
  for (const name of ['PricingQuantity', 'PricingUnit', 'PricingCategory', 'ConsumedQuantity', 'ConsumedUnit'])
    say(usage && row[name] === '', `${name} is null for usage`)
  say(row.SubAccountId !== '' && row.SubAccountType === '', 'SubAccountType is null where SubAccountId is not')
  if (row.Tags !== '')
    for (const tag of Object.values(JSON.parse(row.Tags!) as object)) say(typeof tag !== 'string', 'a tag is no text')
  return found
}

const text = fc.string({ minLength: 1, maxLength: 12 }).filter((s) => s.trim() !== '')
const entry: fc.Arbitrary<LedgerEntry> = fc
  .record(
    {
      at: fc
        .date({ min: new Date('2024-01-01'), max: new Date('2030-01-01'), noInvalidDate: true })
        .map((d) => d.toISOString()),
      scope: text,
      person: text,
      usd: fc
        .nat(10 ** 9)
        .map((n) => String(n / 10 ** 6))
        .filter((n) => !n.includes('e')),
      model: text,
      provider: text,
      tokens: fc.nat(),
      missionId: text,
      repository: text,
      requestId: text,
    },
    { requiredKeys: ['at', 'scope', 'person', 'usd'] },
  )
  .map((e) => e as LedgerEntry)

describe('FOCUS', () => {
  it('is written by the rules of its columns, whatever was recorded', () => {
    fc.assert(
      fc.property(fc.array(entry, { minLength: 1, maxLength: 5 }), (entries) => {
        const rows = parse(focusCsv(entries))
        expect(rows).toHaveLength(entries.length)
        expect(rows.flatMap(violations)).toEqual([])
        expect(rows.map((row) => row.BilledCost)).toEqual(entries.map((e) => e.usd))
      }),
      { numRuns: 300, seed: 7 },
    )
  })

  it('would be found wrong where it is', () => {
    const [row] = parse(
      focusCsv([{ at: '2026-05-31T23:30:00.000Z', scope: 's', person: 'ada', usd: '1', model: 'gpt-5' }]),
    )
    expect(violations(row!)).toEqual([])
    const broken: Row[] = [
      { ...row!, BilledCost: '$1' },
      { ...row!, ChargePeriodEnd: row!.ChargePeriodStart! },
      { ...row!, BillingPeriodEnd: '2026-05-31T00:00:00Z' },
      { ...row!, ChargeCategory: 'usage' },
      { ...row!, PricingQuantity: '' },
      { ...row!, Mission: 'm' },
    ]
    for (const wrong of broken) expect(violations(wrong)).not.toEqual([])
    const { ListCost: _, ...less } = row!
    expect(violations(less)).toEqual(['ListCost is missing'])
  })
})
