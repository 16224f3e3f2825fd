import { text } from 'node:stream/consumers'

/** Draws a terminal's output as SVG: `FORCE_COLOR=1 npm run -s demo | node scripts/terminal-svg.ts > docs/demo.svg`. */

const colors: Record<string, string> = { 31: '#ff7b72', 32: '#7ee787', 33: '#e3b341', 36: '#79c0ff' }
const columns = 118
const escaped = (s: string): string => s.replace(/[&<>]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[c]!)

function line(raw: string): string {
  let color = ''
  let weight = ''
  let opacity = ''
  let left = columns
  let out = ''
  for (const part of raw.split(/(\x1b\[[\d;]*m)/)) {
    const code = /^\x1b\[(\d+)m$/.exec(part)?.[1]
    if (code === undefined) {
      const shown = part.slice(0, left)
      left -= shown.length
      if (shown !== '') out += `<tspan${color}${weight}${opacity}>${escaped(shown)}</tspan>`
    } else if (colors[code]) color = ` fill="${colors[code]}"`
    else if (code === '39') color = ''
    else if (code === '1') weight = ' font-weight="bold"'
    else if (code === '2') opacity = ' opacity="0.65"'
    else if (code === '22') {
      weight = ''
      opacity = ''
    }
  }
  return out
}

const lines = (await text(process.stdin)).trimEnd().split('\n')
const height = lines.length * 18 + 32
console.log(`<svg xmlns="http://www.w3.org/2000/svg" width="960" height="${height}" viewBox="0 0 960 ${height}" role="img" aria-label="Output of npm run demo">
<rect width="960" height="${height}" rx="8" fill="#0d1117"/>
<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,monospace" font-size="13" fill="#e6edf3">
${lines.map((raw, i) => `<text x="16" y="${i * 18 + 28}" xml:space="preserve">${line(raw)}</text>`).join('\n')}
</g></svg>`)
