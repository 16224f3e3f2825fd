import type { ProvenanceNode } from '../contracts/index.ts'
import { Html, html } from '../platform/html.ts'
import type { Provenance } from './provenance.ts'

const columnWidth = 270
const rowHeight = 46
const box = { width: 210, height: 30 }
const margin = 16
const longest = 30
/** What a drawing can still be read at; the JSON has all. */
const mostNodes = 400

const columns: [string, (node: ProvenanceNode) => boolean][] = [
  ['who', (n) => n.kind === 'agent'],
  ['what happened', (n) => n.kind === 'activity'],
  ['what it is about', (n) => n.kind === 'entity' && n.type !== 'artifact'],
  ['artifacts', (n) => n.kind === 'entity' && n.type === 'artifact'],
]
const cut = (text: string): string => (text.length > longest ? `${text.slice(0, longest - 1)}…` : text)

/**
 * The provenance graph as SVG without scripts: people and software, activities in the order of the
 * log, what they used and made. Colours come from the reader's own scheme, light or dark.
 * @param style stands in the drawing; a page that has it already leaves it out
 */
export function drawing({ nodes, edges }: Provenance, style?: string): Html {
  const shown = nodes.slice(0, mostNodes)
  const places = new Map<string, { x: number; y: number }>()
  let rows = 0
  columns.forEach(([, holds], column) => {
    shown.filter(holds).forEach(({ id }, row) => {
      places.set(id, { x: margin + column * columnWidth, y: margin + 30 + row * rowHeight })
      rows = Math.max(rows, row + 1)
    })
  })
  const width = 2 * margin + (columns.length - 1) * columnWidth + box.width
  const height = 2 * margin + 30 + rows * rowHeight
  const lines = edges.flatMap(({ from, to, relation }) => {
    const [a, b] = [places.get(from), places.get(to)]
    if (!a || !b) return []
    const [left, right] = a.x <= b.x ? [a, b] : [b, a]
    const [x1, y1] = [left.x + (left.x === right.x ? 0 : box.width), left.y + box.height / 2]
    const [x2, y2] = [right.x, right.y + box.height / 2]
    const bend = left.x === right.x ? -40 : (x2 - x1) / 2
    const path =
      left.x === right.x
        ? `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 + bend} ${y2} ${x2} ${y2}`
        : `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`
    return html`<path class="${relation}" d="${path}"><title>${relation}</title></path>\n`
  })
  const boxes = shown.map(({ id, kind, label }) => {
    const { x, y } = places.get(id)!
    return html`<g class="${kind}"><title>${label}</title><rect x="${x}" y="${y}" width="${box.width}" height="${box.height}" rx="${kind === 'activity' ? 4 : 15}"/><text x="${x + 12}" y="${y + 20}">${cut(label)}</text></g>\n`
  })
  const heads = columns.map(
    ([title], i) => html`<text class="head" x="${margin + i * columnWidth + 12}" y="${margin + 14}">${title}</text>\n`,
  )
  const rest =
    nodes.length > mostNodes
      ? html`<text class="head" x="${margin}" y="${height - 4}">${nodes.length - mostNodes} more are not drawn</text>`
      : undefined
  return html`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="Provenance graph">
${style !== undefined && html`<style>${new Html(style)}</style>`}
${heads}${lines}${boxes}${rest}</svg>
`
}

export const drawingStyle = `svg{color-scheme:light dark;font:12px system-ui,sans-serif}
rect{fill:Canvas;stroke:GrayText}text{fill:CanvasText}.head{fill:GrayText;font-weight:600}
path{fill:none;stroke:GrayText;stroke-opacity:.35}.wasAssociatedWith,.wasAttributedTo{stroke:#0969da}.wasGeneratedBy{stroke:#1a7f37}.wasDerivedFrom{stroke:#8250df;stroke-opacity:.6}
.activity rect{fill:#0969da22}.agent rect{fill:#bf870022}.entity rect{fill:#1a7f3722}`
