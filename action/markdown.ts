/** Pieces of GitHub's Markdown for a job summary; text from a repository is shown, never interpreted. */

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '|': '&#124;',
  '`': '&#96;',
  '*': '&#42;',
  _: '&#95;',
  '[': '&#91;',
  '@': '&#64;',
  '~': '&#126;',
  '#': '&#35;',
  '\\': '&#92;',
  '!': '&#33;',
  // In `https://` alone, which would become a link.
  ':': '&#58;',
}

/** What turns the direction of writing round, and what cannot be seen, by its number. */
const visible = (text: string): string =>
  text.replace(
    /[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

/** One line of plain text. */
export const plain = (text: string): string =>
  visible(text)
    .replace(/[&<>|`*_[@~#\\!]|:(?=\/\/)/g, (c) => entities[c] ?? c)
    .replace(/\s+/g, ' ')

/** A code span, in a table too: there a pipe is escaped, and shown without its escape. */
export function code(text: string): string {
  const line = visible(text).replace(/\s+/g, ' ').replaceAll('|', '\\|')
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  return longest === 0 ? `${fence}${line}${fence}` : `${fence} ${line} ${fence}`
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line), ''].join('\n')
}

/** A fenced block that nothing in it can close. */
export function fenced(text: string, language = ''): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}${language}\n${text.replace(/\n$/, '')}\n${fence}\n`
}

export const details = (title: string, body: string): string =>
  `<details><summary>${title}</summary>\n\n${body}\n</details>\n`

/** The first of many lines, and how many are left. */
export function capped(lines: readonly string[], max: number): string {
  const more = lines.length - max
  return [...lines.slice(0, max), ...(more > 0 ? [`… and ${more} more`] : [])].join('\n')
}
