import { type Html, html } from '../../core/platform/html.ts'

/** Charts are drawn on the server, in the colours of the page, light or dark; what they show stands in words too. */
const width = 640
const left = 64
const ticks = 4

export const dollars = (value: number): string =>
  `$${value.toFixed(value === 0 || Math.abs(value) >= 1 ? 2 : Math.abs(value) >= 0.01 ? 4 : 6)}`

/** 1, 2 or 5 times a power of ten, so that about `ticks` of them reach the highest value. */
function step(highest: number): number {
  const rough = highest / ticks
  const power = 10 ** Math.floor(Math.log10(rough))
  return power * ([1, 2, 5, 10].find((times) => times * power >= rough * 0.999) ?? 10)
}

interface Mark {
  at: number
  label: string
}

/** Without what adding up floats leaves behind; all with the places that their step needs. */
const marksTo = (highest: number): Mark[] => {
  const each = step(highest)
  const places = Math.max(2, -Math.floor(Math.log10(each)))
  return Array.from({ length: Math.ceil(highest / each - 1e-9) + 1 }, (_, i) => {
    const at = Number((i * each).toPrecision(12))
    return { at, label: `$${at.toFixed(places)}` }
  })
}

export interface Column {
  label: string
  usd: number
}

/** A column for each value, on one scale. */
export function columnChart({ title, columns }: { title: string; columns: readonly Column[] }): Html {
  const [top, bottom, height] = [12, 172, 200]
  const highest = Math.max(...columns.map((c) => c.usd), 1e-6)
  const marks = marksTo(highest)
  const scale = marks.at(-1)!.at
  const y = (usd: number): number => Math.round(10 * (bottom - ((bottom - top) * usd) / scale)) / 10
  const slot = (width - left - 8) / columns.length
  const bar = Math.max(2, Math.min(48, slot * 0.7))
  // Labels that would touch each other are left out, never the last.
  const every = Math.max(1, Math.ceil(76 / slot))
  const total = columns.reduce((sum, c) => sum + c.usd, 0)
  const most = columns.reduce((a, b) => (b.usd > a.usd ? b : a))
  const words = `${title}: ${dollars(total)} in ${columns.length} columns from ${columns[0]!.label} to ${columns.at(-1)!.label}, most on ${most.label} with ${dollars(most.usd)}.`
  return html`<figure><svg class="chart" viewBox="0 0 ${width} ${height}" role="img" aria-label="${words}">
    ${marks.map(({ at, label }) => html`<line class="grid" x1="${left}" x2="${width - 8}" y1="${y(at)}" y2="${y(at)}"></line><text class="end" x="${left - 8}" y="${y(at) + 4}">${label}</text>`)}
    ${columns.map((column, i) => {
      const x = left + slot * (i + 0.5)
      const shown = (columns.length - 1 - i) % every === 0
      return html`<g><title>${column.label}: ${dollars(column.usd)}</title><rect class="bar" x="${(x - bar / 2).toFixed(1)}" y="${y(column.usd)}" width="${bar.toFixed(1)}" height="${(bottom - y(column.usd)).toFixed(1)}"></rect></g>
      ${shown && html`<text class="middle" x="${Math.min(x, width - 36).toFixed(1)}" y="${height - 8}">${column.label}</text>`}`
    })}
  </svg><figcaption class="soft">${title}</figcaption></figure>`
}

export interface Range {
  label: string
  usd: number
  low: number
  high: number
  /** Absent: nothing was spent, so that there is nothing to compare. */
  actual?: number
}

/** Where an actual cost lies beside its interval. */
export const verdictOf = ({ low, high, actual }: Range): 'above' | 'below' | 'within' | 'nothing spent' => {
  if (actual === undefined) return 'nothing spent'
  if (actual > high) return 'above'
  return actual < low ? 'below' : 'within'
}

/** A line from low to high for each forecast, a tick at the middle, and a dot where the actual cost was. */
export function rangeChart({ title, ranges }: { title: string; ranges: readonly Range[] }): Html {
  const [row, top, names] = [28, 12, 200]
  const base = top + row * ranges.length
  const marks = marksTo(Math.max(...ranges.flatMap((r) => [r.low, r.high, r.usd, r.actual ?? 0]), 1e-6))
  const scale = marks.at(-1)!.at
  const x = (usd: number): string => (names + ((width - names - 40) * usd) / scale).toFixed(1)
  const words = ranges
    .slice(0, 20)
    .map((r) => {
      const actual = r.actual === undefined ? 'nothing spent' : `actual ${dollars(r.actual)}, ${verdictOf(r)}`
      return `${r.label}: forecast ${dollars(r.usd)} (${dollars(r.low)} to ${dollars(r.high)}), ${actual}`
    })
    .join('; ')
  return html`<figure><svg class="chart" viewBox="0 0 ${width} ${base + 32}" role="img" aria-label="${title}. ${words}.">
    ${marks.map(({ at, label }) => html`<line class="grid" x1="${x(at)}" x2="${x(at)}" y1="${top}" y2="${base}"></line><text class="middle" x="${x(at)}" y="${base + 20}">${label}</text>`)}
    ${ranges.map((range, i) => {
      const y = top + row * (i + 0.5)
      const { actual } = range
      return html`<text class="end" x="${names - 12}" y="${y + 4}">${range.label.length > 24 ? `${range.label.slice(0, 23)}…` : range.label}</text>
      <line class="range" x1="${x(range.low)}" x2="${x(range.high)}" y1="${y}" y2="${y}"></line>
      <line class="tick" x1="${x(range.usd)}" x2="${x(range.usd)}" y1="${y - 7}" y2="${y + 7}"></line>
      ${actual === undefined ? '' : html`<circle class="dot ${verdictOf(range)}" cx="${x(actual)}" cy="${y}" r="5"></circle>`}`
    })}
  </svg><figcaption class="soft">${title}: the line is the 90 % interval, the tick the forecast, the dot what it cost.</figcaption></figure>`
}
