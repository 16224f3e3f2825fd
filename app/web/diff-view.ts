import { type Html, html } from '../../core/platform/html.ts'
import { type DiffLine, type DiffPart, diffParts } from './diff-parts.ts'

/** Characters of lines on one page, about: pages come at once, also to a phone. */
const most = 40_000
/** What a line weighs beside its text. */
const weight = 50

const classes = { hunk: 'h', added: 'a', removed: 'd', same: '', note: 'h' } as const
const signs = { hunk: '', added: '+', removed: '-', same: ' ', note: '' } as const

const line = ({ kind, text, before, after }: DiffLine, digits: number): Html => {
  const number = (n: number | undefined): string => String(n ?? '').padStart(digits)
  const numbers = kind === 'hunk' || kind === 'note' ? '' : `${number(before)} ${number(after)}`
  return html`<span class="${classes[kind]}" data-n="${numbers}">${signs[kind]}${text}</span>`
}

const fold = (file: DiffPart, open: boolean): Html => {
  const digits = String(Math.max(...file.lines.map((l) => Math.max(l.before ?? 0, l.after ?? 0)), 0)).length
  return html`<details ${open ? html`open` : ''}><summary><span class="mono">${file.name}</span>
    ${file.notes.length > 0 && html`<span class="soft">${file.notes.join(' ')}</span>`}
    <span class="ok">+${file.added}</span> <span class="bad">−${file.removed}</span>
    ${file.parts > 1 && html`<span class="soft">part ${file.part} of ${file.parts}</span>`}</summary>
    ${file.lines.length > 0 && html`<pre>${file.lines.map((l) => line(l, digits))}</pre>`}</details>`
}

/** From this part on as many as a page holds, one at least; `next` is the first that did not fit. */
function pageOf(parts: readonly DiffPart[], from: number): { shown: DiffPart[]; next: number } {
  let size = 0
  let next = from
  for (; next < parts.length; next++) {
    size += parts[next]!.lines.reduce((sum, { text }) => sum + text.length + weight, 200)
    if (size > most && next > from) break
  }
  return { shown: parts.slice(from, next), next }
}

/**
 * A unified diff to read: a file a fold, the first ones open. What is too long for a page goes on at `address?from=N`.
 * @param address of the diff by itself.
 */
export function diffView(diff: string, address: string, from = 0): Html {
  const parts = diffParts(diff)
  if (parts.length === 0) return html`<p class="soft">No file changes.</p>`
  const { shown, next } = pageOf(parts, Math.min(from, parts.length - 1))
  const open = from > 0 ? shown.length : 3
  return html`${shown.map((file, i) => fold(file, i < open))}${
    next < parts.length &&
    html`<p><a href="${address}?from=${next}">Read on: ${parts[next]!.name}</a> <span class="soft">(${next} of ${parts.length} parts shown so far)</span></p>`
  }`
}
