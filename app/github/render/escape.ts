/** Whatever people wrote, as text that Markdown leaves alone: no mention, no link, no HTML, no formatting. */

// Direction marks can make a line read as what it is not; zero-width marks hide in names. https://trojansource.codes
const deceptive = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g
const shown = (char: string): string => `\\u{${char.codePointAt(0)!.toString(16)}}`
const zeroWidth = '\u200b'

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim()

/** In running text. Mentions and references are looked for after Markdown is rendered: only a character between stops them. */
export const text = (value: string): string =>
  oneLine(value.replace(deceptive, ''))
    .replace(/[\\`*_{}[\]()<>#+\-!|~&$"'=^:]/g, (c) => (c === '<' ? '&lt;' : c === '&' ? '&amp;' : `\\${c}`))
    .replace(/@/g, `@${zeroWidth}`)
    .replace(/\\#/g, `\\#${zeroWidth}`)
    .replace(/\\:\/\//g, `\\:${zeroWidth}//`)
    .replace(/www\./gi, (www) => `${www.slice(0, 3)}${zeroWidth}.`)
    .replace(/GH\\-/gi, (gh) => `${gh}${zeroWidth}`)

/** As inline code: what stands in backticks is neither formatted nor a mention. */
export function code(value: string): string {
  const line = oneLine(value.replace(deceptive, shown)) || ' '
  const fence = '`'.repeat(longestRun(line) + 1)
  const pad = line.startsWith('`') || line.endsWith('`') ? ' ' : ''
  return `${fence}${pad}${line}${pad}${fence}`
}

/** As a block of code, its fence longer than any inside. */
export function fenced(value: string, language: string): string {
  const body = value.replace(/\r\n?/g, '\n').replace(deceptive, (c) => (c === '\n' ? c : shown(c)))
  const fence = '`'.repeat(Math.max(3, longestRun(body) + 1))
  return `${fence}${language}\n${body}${body.endsWith('\n') ? '' : '\n'}${fence}`
}

const longestRun = (value: string): number => Math.max(0, ...[...value.matchAll(/`+/g)].map((m) => m[0].length))

/** A row of a table; a bar would end the cell, in code too. */
export const row = (...cells: string[]): string =>
  `| ${cells.map((cell) => cell.replace(/\\\|/g, '|').replace(/\|/g, '\\|').replace(/\n/g, ' ')).join(' | ')} |`

export const table = (head: string[], rows: string[][]): string =>
  [row(...head), row(...head.map(() => '---')), ...rows.map((r) => row(...r))].join('\n')

/** Folded away until somebody wants it. The title is our own. */
export const details = (title: string, body: string): string =>
  `<details>\n<summary>${title}</summary>\n\n${body}\n\n</details>`

export const plural = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`
export const short = (id: string): string => id.replace(/^sha256:/, '').slice(0, 7)
