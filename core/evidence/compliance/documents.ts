import type { ComplianceReport } from '../../contracts/index.ts'
import { html } from '../../platform/html.ts'
import { baseStyle, page } from '../html.ts'

const statusText = { satisfied: 'satisfied', 'not-satisfied': 'NOT satisfied', 'not-assessed': 'not assessed' }
const period = ({ from, to }: ComplianceReport): string => `${from ?? 'the beginning'} to ${to ?? 'now'}`
const scope = ({ population: p }: ComplianceReport): string =>
  `${p.missions} missions with ${p.events} events, ${p.completed} of them completed and judged. ` +
  (p.merges === null
    ? 'Changes that went around Atomic are not in this population.'
    : `${p.merges} merges on GitHub were reconciled with them.`)

/** Text that Markdown would read as markup is escaped. */
const plain = (text: string): string => text.replaceAll(/([\\`*_{}[\]()#+!|<>~])/g, '\\$1').replaceAll(/[\r\n]+/g, ' ')

export function markdownReport(report: ComplianceReport): string {
  const rows = report.controls.map(
    (c) => `| ${plain(c.id)} | ${plain(c.title)} | ${statusText[c.status]} | ${plain(c.basis)} |`,
  )
  const findings = report.controls.flatMap((c) =>
    c.findings.map(
      (f) =>
        `- ${plain(c.id)}${f.missionId === undefined ? '' : `, mission ${plain(f.missionId)}`}: ${plain(f.message)}`,
    ),
  )
  return `# Compliance report: ${report.framework}

Period: ${period(report)}. ${scope(report)}

| control | title | status | judged by |
| --- | --- | --- | --- |
${rows.join('\n')}

## Findings

${findings.length > 0 ? findings.join('\n') : 'None.'}
`
}

export function htmlReport(report: ComplianceReport): string {
  const body = html`<h1>Compliance report: ${report.framework}</h1>
<p>Period: ${period(report)}. ${scope(report)}</p>
<table><thead><tr><th>Control</th><th>Title</th><th>Status</th><th>Judged by</th></tr></thead><tbody>${report.controls.map(
    (c) =>
      html`<tr><td>${c.id}</td><td>${c.title}</td><td class="${c.status === 'satisfied' ? 'ok' : c.status === 'not-satisfied' ? 'bad' : 'dim'}">${statusText[c.status]}</td><td>${c.basis}</td></tr>`,
  )}</tbody></table>
<h2>Findings</h2>
<ul>${report.controls.map((c) => c.findings.map((f) => html`<li>${c.id}${f.missionId !== undefined && html`, mission <code>${f.missionId}</code>`}: ${f.message}</li>`))}</ul>`
  return page(`Compliance report: ${report.framework}`, baseStyle, body)
}
