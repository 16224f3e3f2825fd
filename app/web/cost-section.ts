import type { ForecastAnswer } from '../../core/contracts/finops.ts'
import { type Html, html } from '../../core/platform/html.ts'
import { columnChart, dollars, rangeChart, verdictOf } from './charts.ts'

/** What a mission is expected to cost, and what was recorded for it. */
export function costSection(forecast: ForecastAnswer, spentUsd: number | undefined): Html {
  const { usdEstimate: usd, low, high, basis, byStep = [] } = forecast
  const spent = spentUsd === undefined || spentUsd === 0 ? {} : { actual: spentUsd }
  const range = { label: 'this mission', usd, low, high, ...spent }
  const said =
    spentUsd === undefined
      ? 'What was spent is recorded elsewhere, and cannot be read now.'
      : spentUsd === 0
        ? 'Nothing was recorded as spent: no call of a model was told of for this mission.'
        : `${dollars(spentUsd)} recorded, ${verdictOf(range)} the interval.`
  return html`<h2 id="cost">Cost</h2><p>${said}</p>
    ${rangeChart({ title: 'Forecast and cost', ranges: [range] })}
    <details><summary>What the forecast rests on</summary><p>${basis}</p></details>
    ${byStep.length > 0 && columnChart({ title: 'Forecast by step, US dollars', columns: byStep.map(({ step, usdEstimate }) => ({ label: step, usd: usdEstimate })) })}`
}
