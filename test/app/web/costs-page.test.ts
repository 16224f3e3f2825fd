import { expect, it } from 'vitest'
import { costsPage } from '../../../app/web/costs-page.ts'

const report = (by: string, key: string) => ({
  by,
  from: null,
  to: null,
  total: 4,
  rows: [{ key, usd: 4, tokens: 100, entries: 2 }],
})
const mission = { missionId: 'm1', at: '2026-01-01T00:00:00Z', repository: 'acme/shop', model: 'gpt-6-sol' }

it('shows what was spent, and where forecasts missed', () => {
  const { text } = costsPage({
    reports: [report('day', '2026-01-01'), report('model', '<b>"x"')],
    missions: [
      { ...mission, usd: 1, low: 0.5, high: 2, actualUsd: 2.5, verdict: 'above' },
      { ...mission, missionId: 'm2', usd: 1, low: 0.5, high: 2, actualUsd: 1, verdict: 'within' },
      { ...mission, missionId: 'm3', usd: 1, low: 0.5, high: 2, actualUsd: 0, verdict: 'nothing spent' },
    ],
  })
  expect(text).toContain('$4.00 recorded in all')
  expect(text).toContain('aria-label="100 % of all"')
  expect(text).toContain('&lt;b&gt;&quot;x&quot;')
  expect(text).not.toContain('<b>"x"')
  expect(text).toContain('<td>$1.00</td><td>$0.5000 – $2.00</td><td>$2.50</td><td><span class="bad">above</span>')
  expect(text).toContain('<span class="ok">within</span>')
  expect(text).toContain('<span class="soft">nothing spent</span>')
  // What the charts show stands in words.
  expect(text).toContain('aria-label="US dollars a day: $4.00 in 1 columns from 2026-01-01 to 2026-01-01')
  expect(text).toContain('m1: forecast $1.00 ($0.5000 to $2.00), actual $2.50, above; m2:')
  expect(text).not.toContain('m3: forecast')
})

it('says so where nothing was spent', () => {
  const { text } = costsPage({ reports: [{ ...report('day', ''), total: 0, rows: [] }], missions: [] })
  expect(text).toContain('Nothing has been spent yet')
  expect(text).toContain('No mission has been forecast yet')
})
