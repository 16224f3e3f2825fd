import type { CostReport } from '../../core/contracts/finops.ts'
import type { MissionForecast } from '../../core/finops/experience.ts'
import { type Html, html } from '../../core/platform/html.ts'
import { page } from './page.ts'

export interface CostsView {
  reports: readonly CostReport[]
  missions: readonly (MissionForecast & { missionId: string })[]
}

const names: Record<string, string> = {
  day: 'By day',
  model: 'By model',
  repository: 'By repository',
  person: 'By person',
}
const most = 30
const usd = (value: number): string => `$${value.toFixed(value < 1 ? 4 : 2)}`

/** A bar a row, as long as its share of the longest. */
function chart({ by, rows, total }: CostReport): Html {
  const shown = by === 'day' ? rows.slice(-most) : rows.slice(0, most)
  const longest = Math.max(...shown.map((row) => row.usd), 1e-9)
  return html`<h2>${names[by] ?? by}</h2>
    <div class="scroll" tabindex="0" role="region" aria-label="Table"><table><thead><tr><th>${by}</th><th>Cost</th><th></th><th>Tokens</th><th>Calls</th></tr></thead><tbody>
    ${shown.map(
      (row) => html`<tr><td>${row.key}</td><td>${usd(row.usd)}</td>
      <td><svg width="160" height="12" role="img" aria-label="${total > 0 ? Math.round((100 * row.usd) / total) : 0} % of all"><rect width="${Math.max(1, Math.round((160 * row.usd) / longest))}" height="12" fill="currentColor"></rect></svg></td>
      <td>${row.tokens}</td><td>${row.entries}</td></tr>`,
    )}</tbody></table></div>`
}

function verdict({ low, high, actualUsd }: MissionForecast): Html {
  const actual = Number(actualUsd ?? 0)
  if (actual === 0) return html`<span class="soft">nothing spent</span>`
  if (actual > high) return html`<span class="bad">above</span>`
  return actual < low ? html`<span class="wait">below</span>` : html`<span class="ok">within</span>`
}

/** What was spent, and how forecasts compare with it. */
export const costsPage = ({ reports, missions }: CostsView): Html =>
  page({
    title: 'Costs · Atomic',
    body: html`<header><div><h1>Costs</h1><div class="soft">${usd(reports[0]?.total ?? 0)} recorded in all. <a href="/missions/view">Missions</a></div></div></header>
    <main id="content" tabindex="-1">
    <p>Download: <a href="/finops/report?by=day&amp;format=csv">CSV by day</a> · <a href="/finops/report?format=focus">FOCUS</a></p>
    ${(reports[0]?.rows.length ?? 0) === 0 ? html`<p>Nothing has been spent yet.</p>` : reports.map(chart)}
    <h2>Forecast against actual</h2>
    ${
      missions.length === 0
        ? html`<p>No mission has been forecast yet.</p>`
        : html`<div class="scroll" tabindex="0" role="region" aria-label="Table"><table><thead><tr><th>Mission</th><th>Repository</th><th>Model</th><th>Forecast</th><th>90 % interval</th><th>Actual</th><th></th></tr></thead><tbody>
      ${missions.map(
        (
          m,
        ) => html`<tr><td><a href="/missions/${m.missionId}/view">${m.missionId}</a></td><td>${m.repository}</td><td>${m.model}</td>
        <td>${usd(m.usd)}</td><td>${usd(m.low)} – ${usd(m.high)}</td><td>${usd(Number(m.actualUsd ?? 0))}</td><td>${verdict(m)}</td></tr>`,
      )}</tbody></table></div>`
    }</main>`,
  })
