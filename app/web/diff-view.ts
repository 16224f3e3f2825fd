import { type Html, html } from '../../core/platform/html.ts'

const maxFiles = 200
const maxLines = 400

interface FileView {
  name: string
  lines: string[]
  added: number
  removed: number
}

/** Splits a unified diff at its `diff --git` lines. */
const filesOf = (diff: string): FileView[] => {
  const files: FileView[] = []
  for (const line of diff.split('\n')) {
    if (line.startsWith('diff --git ')) {
      files.push({ name: line.replace(/^diff --git a\/(.*) b\/.*$/, '$1'), lines: [], added: 0, removed: 0 })
      continue
    }
    const file = files.at(-1)
    if (!file) continue
    file.lines.push(line)
    if (line.startsWith('+') && !line.startsWith('+++')) file.added++
    if (line.startsWith('-') && !line.startsWith('---')) file.removed++
  }
  return files
}

const lineClass = (line: string): string => {
  if (line.startsWith('@@') || line.startsWith('---') || line.startsWith('+++')) return 'h'
  if (line.startsWith('+')) return 'a'
  return line.startsWith('-') ? 'd' : ''
}

/** A unified diff to read: a file a fold, the first ones open; what is too long is cut, and said so. */
export function diffView(diff: string): Html {
  const files = filesOf(diff)
  if (files.length === 0) return html`<p class="soft">No file changes.</p>`
  return html`${files.slice(0, maxFiles).map((file, i) => {
    const shown = file.lines.slice(0, maxLines)
    const cut = file.lines.length - shown.length
    return html`<details ${i < 3 ? html`open` : ''}><summary><span class="mono">${file.name}</span>
      <span class="ok">+${file.added}</span> <span class="bad">−${file.removed}</span></summary>
      <pre>${shown.map((line) => html`<span class="${lineClass(line)}">${line === '' ? ' ' : line}</span>`)}</pre>
      ${cut > 0 && html`<p class="soft">… ${cut} more lines; the audit pack has them all.</p>`}</details>`
  })}${files.length > maxFiles && html`<p class="soft">… and ${files.length - maxFiles} more files; the audit pack has them all.</p>`}`
}
