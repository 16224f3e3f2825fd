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
      { ...mission, usd: 1, low: 0.5, high: 2, actualUsd: '2.5' },
      { ...mission, missionId: 'm2', usd: 1, low: 0.5, high: 2, actualUsd: '1' },
    ],
  })
  expect(text).toContain('$4.00 recorded in all')
  expect(text).toContain('aria-label="100 % of all"')
  expect(text).toContain('&lt;b&gt;&quot;x&quot;')
  expect(text).not.toContain('<b>"x"')
  expect(text).toContain('<td>$1.00</td><td>$0.5000 – $2.00</td><td>$2.50</td><td><span class="bad">above</span>')
  expect(text).toContain('<span class="ok">within</span>')
})

it('says so where nothing was spent', () => {
  const { text } = costsPage({ reports: [{ ...report('day', ''), total: 0, rows: [] }], missions: [] })
  expect(text).toContain('Nothing has been spent yet')
  expect(text).toContain('No mission has been forecast yet')
})
