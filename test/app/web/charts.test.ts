import fc from 'fast-check'
import { expect, it } from 'vitest'
import { columnChart, dollars, rangeChart } from '../../../app/web/charts.ts'
import { costSection } from '../../../app/web/cost-section.ts'

const numbers = (text: string, pattern: RegExp): number[] => [...text.matchAll(pattern)].map(([, n]) => Number(n))
const amount = fc.double({ min: 0, max: 1e6, noNaN: true })

it('draws columns in proportion, inside the frame, with round marks', () => {
  fc.assert(
    fc.property(fc.array(amount, { minLength: 1, maxLength: 40 }), (values) => {
      const columns = values.map((usd, i) => ({ label: `d${i}`, usd }))
      const { text } = columnChart({ title: 'Days', columns })
      const heights = numbers(text, /height="([\d.-]+)"><\/rect>/g)
      expect(heights).toHaveLength(values.length)
      const highest = Math.max(...values)
      for (const [i, height] of heights.entries()) {
        expect(height).toBeGreaterThanOrEqual(0)
        expect(height).toBeLessThanOrEqual(160)
        if (highest > 0.001) expect(height).toBeCloseTo((Math.max(...heights) * values[i]!) / highest, 0)
      }
      expect(text).not.toMatch(/NaN|Infinity/)
    }),
    { numRuns: 200, seed: 2 },
  )
})

it('draws ranges inside the frame', () => {
  const range = fc.record({ usd: amount, low: amount, high: amount, actual: amount })
  fc.assert(
    fc.property(fc.array(range, { minLength: 1, maxLength: 10 }), (list) => {
      const { text } = rangeChart({ title: 'Missions', ranges: list.map((r, i) => ({ label: `m${i}`, ...r })) })
      for (const x of numbers(text, / (?:x1|x2|cx)="([\d.-]+)"/g)) {
        expect(x).toBeGreaterThanOrEqual(200)
        expect(x).toBeLessThanOrEqual(600)
      }
      expect(text).not.toMatch(/NaN|Infinity/)
    }),
    { numRuns: 200, seed: 2 },
  )
})

it.each([
  [[0.42], ['$0.00', '$0.20', '$0.40', '$0.60']],
  [[11.94], ['$0.00', '$5.00', '$10.00', '$15.00']],
  [[0.00003], ['$0.00000', '$0.00001', '$0.00002', '$0.00003']],
])('marks the scale of %j evenly, all with as many places', (values, labels) => {
  const { text } = columnChart({ title: 'Days', columns: values.map((usd) => ({ label: 'd', usd })) })
  expect([...text.matchAll(/<text class="end"[^>]*>([^<]*)</g)].map(([, label]) => label)).toEqual(labels)
})

it('writes labels as text, and small amounts with their digits', () => {
  const { text } = columnChart({ title: '<b>', columns: [{ label: '"><script>', usd: 0.0004 }] })
  expect(text).not.toMatch(/<b>|<script>/)
  expect([0, 0.0004, 0.05, 2].map(dollars)).toEqual(['$0.00', '$0.000400', '$0.0500', '$2.00'])
})

it('says honestly that a mission called no model', () => {
  const forecast = {
    usdEstimate: 1,
    low: 0.5,
    high: 2,
    p95Latency: 1,
    tokens: { input: 1, output: 1 },
    byModel: [],
    basis: '',
  }
  expect(costSection(forecast, 0).text).toContain('Nothing was recorded as spent')
  expect(costSection(forecast, 0).text).not.toContain('<circle')
  expect(costSection(forecast, undefined).text).toContain('cannot be read now')
  expect(costSection(forecast, 3).text).toContain('$3.00 recorded, above the interval.')
})
