import type { CostReport, ForecastsAnswer } from '../../core/contracts/finops.ts'
import { type Html, html } from '../../core/platform/html.ts'
import { columnChart, type Range, rangeChart, dollars as usd } from './charts.ts'
import { page } from './page.ts'

export interface CostsView {
  reports: readonly CostReport[]
  missions: ForecastsAnswer['items']
}

const names: Record<string, string> = {
  day: 'By day',
  model: 'By model',
  repository: 'By repository',
  person: 'By person',
}
const most = 30
const mostRanges = 20

/** A chart of days; of all else a bar a row, as long as its share of the longest. */
function chart({ by, rows, total }: CostReport): Html {
  const shown = by === 'day' ? rows.slice(-most) : rows.slice(0, most)
  const longest = Math.max(...shown.map((row) => row.usd), 1e-9)
  const share = (value: number): number => (total > 0 ? Math.round((100 * value) / total) : 0)
  return html`<h2>${names[by] ?? by}</h2>
    ${by === 'day' && shown.length > 0 && columnChart({ title: 'US dollars a day', columns: shown.map(({ key, usd }) => ({ label: key, usd })) })}
    <div class="scroll" tabindex="0" role="region" aria-label="Table"><table><thead><tr><th>${by}</th><th>Cost</th><th>Share</th><th>Tokens</th><th>Calls</th></tr></thead><tbody>
    ${shown.map(
      (row) => html`<tr><td>${row.key}</td><td>${usd(row.usd)}</td>
      <td><svg class="chart share" width="160" height="12" role="img" aria-label="${share(row.usd)} % of all"><rect class="bar" width="${Math.max(1, Math.round((160 * row.usd) / longest))}" height="12"></rect></svg></td>
      <td>${row.tokens}</td><td>${row.entries}</td></tr>`,
    )}</tbody></table></div>`
}

const marks: Record<CostsView['missions'][number]['verdict'], string> = {
  above: 'bad',
  below: 'wait',
  within: 'ok',
  'nothing spent': 'soft',
}

const rangeOf = ({ missionId, usd, low, high, actualUsd }: CostsView['missions'][number]): Range => ({
  label: missionId,
  usd,
  low,
  high,
  ...(actualUsd === 0 ? {} : { actual: actualUsd }),
})

/** What was spent, and how forecasts compare with it. */
export function costsPage({ reports, missions }: CostsView): Html {
  const spent = missions
    .map(rangeOf)
    .filter((range) => range.actual !== undefined)
    .slice(0, mostRanges)
  return page({
    title: 'Costs · Atomic',
    body: html`<header><div><h1>Costs</h1><div class="soft">${usd(reports[0]?.total ?? 0)} recorded in all. <a href="/missions/view">Missions</a></div></div></header>
    <main id="content" tabindex="-1">
    <p>Download: <a href="/finops/report?by=day&amp;format=csv">CSV by day</a> · <a href="/finops/report?format=focus">FOCUS</a> · <a href="/finops/forecasts">forecasts as JSON</a></p>
    ${(reports[0]?.rows.length ?? 0) === 0 ? html`<p>Nothing has been spent yet.</p>` : reports.map(chart)}
    <h2>Forecast against actual</h2>
    ${
      missions.length === 0
        ? html`<p>No mission has been forecast yet.</p>`
        : html`${spent.length > 0 && rangeChart({ title: 'Forecast against actual', ranges: spent })}<div class="scroll" tabindex="0" role="region" aria-label="Table"><table><thead><tr><th>Mission</th><th>Repository</th><th>Model</th><th>Forecast</th><th>90 % interval</th><th>Actual</th><th></th></tr></thead><tbody>
      ${missions.map(
        (
          m,
        ) => html`<tr><td><a href="/missions/${m.missionId}/view">${m.missionId}</a></td><td>${m.repository}</td><td>${m.model}</td>
        <td>${usd(m.usd)}</td><td>${usd(m.low)} – ${usd(m.high)}</td><td>${usd(m.actualUsd)}</td><td><span class="${marks[m.verdict]}">${m.verdict}</span></td></tr>`,
      )}</tbody></table></div>`
    }</main>`,
  })
}
