import { html } from '../../platform/html.ts'
import { baseStyle, page } from '../html.ts'

interface Mutant {
  id?: unknown
  mutatorName?: unknown
  replacement?: unknown
  status?: unknown
  location?: { start?: { line?: unknown; column?: unknown } }
}

const list = <T>(value: unknown): T[] => (Array.isArray(value) ? (value as T[]) : [])

/** A mutation report (mutation-testing-report-schema JSON) as a page that needs no scripts. */
export function mutationHtml(report: string): string {
  let files: [string, { mutants?: unknown }][] = []
  try {
    files = Object.entries((JSON.parse(report) as { files?: Record<string, { mutants?: unknown }> }).files ?? {})
  } catch {
    return page('Mutation report', baseStyle, html`<h1>Mutation report</h1><p>The report is not readable JSON.</p>`)
  }
  const body = html`<h1>Mutation report</h1>${files.map(
    ([path, file]) => html`<h2>${path}</h2>
<table><thead><tr><th>Line</th><th>Mutator</th><th>Replacement</th><th>Status</th></tr></thead><tbody>${list<Mutant>(
      file?.mutants,
    ).map(
      (m) =>
        html`<tr><td>${String(m.location?.start?.line ?? '–')}</td><td>${String(m.mutatorName ?? '–')}</td><td><code>${String(m.replacement ?? '–')}</code></td><td class="${m.status === 'Killed' || m.status === 'Timeout' ? 'ok' : 'bad'}">${String(m.status ?? '–')}</td></tr>`,
    )}</tbody></table>`,
  )}`
  return page('Mutation report', baseStyle, body)
}
