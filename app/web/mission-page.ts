import { atomicEventTypes } from '../../core/contracts/event.ts'
import type { Batch, Checkpoint, InvariantResult } from '../../core/contracts/index.ts'
import type { MissionEvent, MissionRecord } from '../../core/orchestrator/types.ts'
import { type Html, html } from '../../core/platform/html.ts'
import { describeOperation } from '../github/render/operation.ts'
import type { Said } from './act.ts'
import { costSection } from './cost-section.ts'
import { decisionForms, type Forms, rollbackForm } from './decision-forms.ts'
import { diffView } from './diff-view.ts'
import { page, pullLink } from './page.ts'
import { survivors } from './survivors.ts'

export interface MissionView {
  record: MissionRecord
  /** Unified diff of the plan. */
  diff: string
  /** GitHub's own pages, without a slash at the end. */
  webUrl: string
  events: MissionEvent[]
  /** Address of the provenance drawing, where there is one. */
  graph?: string
  /** What the forms are signed with, where this visitor may decide. */
  forms?: Forms
  /** What came of the last form. */
  said?: Said
  who?: { login: string; token: string }
  /** US dollars recorded for it; absent: unknown. */
  spentUsd?: number
}

const eventTypes = atomicEventTypes.map((type) => `atomic.${type}`)

const tone: Record<string, string> = {
  completed: 'ok',
  approved: 'ok',
  applied: 'ok',
  rejected: 'bad',
  cancelled: 'bad',
  rolled_back: 'wait',
  open: 'wait',
  pending: 'soft',
}
const pill = (word: string): Html => html`<span class="pill ${tone[word] ?? 'soft'}">${word.replace('_', ' ')}</span>`
const short = (id: string | undefined): Html =>
  html`<code title="${id ?? ''}">${(id ?? '–').replace('sha256:', '').slice(0, 12)}</code>`
const when = (iso: string): Html => html`<time datetime="${iso}">${iso.slice(0, 19).replace('T', ' ')}</time>`
const whenUtc = (iso: string): Html => html`${when(iso)} UTC`
const usd = (n: number): string => `$${n.toFixed(n < 0.01 ? 6 : 2)}`
const plural = (n: number, word: string): string => `${n} ${word}${n === 1 ? '' : 's'}`

/** The diff of a plan by itself, where the mission's page does not hold all of it. */
export const diffPage = (record: MissionRecord, diff: string, from: number, who?: MissionView['who']): Html => {
  const { missionId, title } = record.mission
  const address = `/missions/${missionId}/view`
  return page({
    title: `What changes · ${title} · Atomic`,
    ...(who ? { who } : {}),
    body: html`<header><div><div><a href="${address}">${title}</a></div><h1>What changes</h1></div></header>
    <main id="content" tabindex="-1">${diffView(diff, `${address}/diff`, from)}</main>`,
  })
}

/** The page behind every check run of a mission. */
export function missionPage(view: MissionView): Html {
  const { record, forms, said, who, graph } = view
  const { mission, pull, problem } = record
  const live = mission.status === 'open'
  const body = html`<header><div>
      <div>${pill(mission.status)} <span class="soft">${mission.risk} risk · <span class="mono">${mission.missionId}</span></span></div>
      <h1>${mission.title}</h1>
      <div class="soft">proposed by <b>${record.proposer.login}</b>${pull && html` in ${pullLink(view.webUrl, pull)}`} · ${whenUtc(mission.createdAt)}</div>
    </div></header>
    <main id="content" tabindex="-1">
      ${said && html`<div class="box said ${said.refused ? 'bad' : ''}" role="status">${said.text}</div>`}
      ${problem && html`<div class="box bad" role="alert"><b>${problem.code}</b>${problem.place && html` at <code>${problem.place}</code>`}<br>${problem.detail}<br><span class="soft">${problem.next}</span></div>`}
      <h2 id="checkpoints">Checkpoints</h2>
      <ol class="steps">${mission.checkpoints.map((point) => step(point, mission.checkpoints, live))}</ol>
      ${decisionForms(record, forms)}
      ${plan(record)}
      ${record.plan?.forecast && costSection(record.plan.forecast, view.spentUsd)}
      ${approvals(record)}
      ${batches(mission.checkpoints[1]?.batches ?? [], record, forms)}
      ${verification(record)}
      ${survivors(record.verification)}
      ${pack(record)}
      <h2 id="diff">What changes</h2>
      ${diffView(view.diff, `/missions/${mission.missionId}/view/diff`)}
      ${graph && html`<h2 id="provenance">Provenance</h2><details><summary>Who did what, from what, and what came of it</summary><a href="${graph}"><img class="graph" loading="lazy" src="${graph}" alt="Drawing of the provenance graph: people and software, what they did in the order of the timeline below, and what came of it"></a></details>`}
      ${timeline(view.events)}
    </main>`
  return page({
    title: `${mission.title} · Atomic`,
    body,
    ...(who ? { who } : {}),
    ...(live
      ? { follow: { url: `/missions/${mission.missionId}/view/events?from=${record.events}`, types: eventTypes } }
      : {}),
  })
}

const step = (point: Checkpoint, all: readonly Checkpoint[], live: boolean): Html => {
  const now = live && all.find((c) => c.status !== 'completed') === point
  return html`<li class="${point.status}${now ? ' now' : ''}" ${now ? html`aria-current="step"` : ''}><b>${point.name}</b>
    ${pill(point.status)} <span class="soft">${point.actor === 'both' ? 'human or agent' : point.actor}</span></li>`
}

const plan = ({ plan: p, mission }: MissionRecord): Html | false => {
  if (!p) return false
  const cost = p.forecast
  return html`<h2 id="plan">Plan</h2><div class="box"><dl>
      <dt>Plan digest</dt><dd><code>${p.digest}</code></dd>
      <dt>Tree</dt><dd>${short(p.baseTree)} → ${short(p.resultTree)}</dd>
      <dt>Change</dt><dd>${plural(p.stats.files, 'file')}, <span class="ok">+${p.stats.insertions}</span> <span class="bad">−${p.stats.deletions}</span>, ${plural(p.batches.length, 'batch').replace('batchs', 'batches')}</dd>
      <dt>Engine</dt><dd class="mono">${p.engine}</dd>
      ${cost && html`<dt>Forecast</dt><dd>${usd(cost.usdEstimate)} (${usd(cost.low)}–${usd(cost.high)}), p95 ${Math.round(cost.p95Latency)} ms</dd>`}
    </dl></div>
    <div class="scroll" tabindex="0" role="region" aria-label="Table"><table><thead><tr><th>#</th><th>Operation</th><th>Files</th><th>Edits</th></tr></thead><tbody>
    ${p.operations.map((o, i) => html`<tr><td>${i}</td><td><code>${describeOperation(mission.changeSpec?.operations[i]) || o.op}</code>${o.op === 'patch' && html` <span class="pill wait">hand-written</span>`}</td><td>${o.filesChanged}</td><td>${o.edits}</td></tr>`)}
    </tbody></table></div>
    ${p.warnings.map((w) => html`<p class="wait">⚠ ${w}</p>`)}`
}

const approvals = ({ approvals: list }: MissionRecord): Html | false =>
  list.length > 0 &&
  html`<h2 id="approvals">Approvals</h2><div class="scroll" tabindex="0" role="region" aria-label="Table"><table><thead><tr><th>Checkpoint</th><th>Who</th><th>Decision</th><th>Of</th><th>When (UTC)</th></tr></thead><tbody>
    ${list.map(
      (
        a,
      ) => html`<tr><td>${a.checkpoint}</td><td>${a.actor.login}${a.selfApproved && html` <span class="pill wait">self-approved</span>`}${a.override && html`<br><span class="soft">${a.override.kind}: ${a.override.reason}</span>`}</td>
      <td>${a.withdrawn ? html`<span class="wait">withdrawn</span>` : a.decision === 'approve' ? html`<span class="ok">approved</span>` : html`<span class="bad">rejected</span>`}${a.comment && html`<br><span class="soft">${a.comment}</span>`}</td>
      <td>${short(a.planDigest)}${a.headSha && html` at ${short(a.headSha)}`}</td><td>${when(a.at)}</td></tr>`,
    )}</tbody></table></div>`

const batches = (list: readonly Batch[], record: MissionRecord, forms: Forms | undefined): Html | false =>
  list.length > 0 &&
  html`<h2 id="batches">Batches</h2><div class="scroll" tabindex="0" role="region" aria-label="Table"><table><thead><tr><th>Batch</th><th>What</th><th>Status</th><th>Commit</th><th>Tree</th><th>When (UTC)</th><th></th></tr></thead><tbody>
    ${list.map(
      (b, i) =>
        html`<tr><td class="mono">${b.batchId}</td><td>${record.plan?.batches[i]?.title ?? ''}</td><td>${pill(b.status)}</td><td>${b.commit ? short(b.commit) : '–'}</td><td>${short(record.plan?.batches[i]?.resultTree)}</td><td>${when(b.createdAt)}</td><td>${b.status === 'applied' && rollbackForm(record, forms, b.batchId, 'Roll back')}</td></tr>`,
    )}</tbody></table></div>${list.filter((b) => b.status === 'applied').length > 1 && rollbackForm(record, forms, 'all', 'Roll back all')}`

const mark = (good: boolean | undefined): Html =>
  good ? html`<span class="ok">✓</span>` : html`<span class="bad">✗</span>`

const invariantRows = (list: readonly InvariantResult[], by: string): Html[] =>
  list.map(
    (i) =>
      html`<tr><td>${mark(i.passed)}</td><td>${i.type}</td><td>${i.message}${i.locations.slice(0, 5).map((l) => html`<br><code>${l.path}:${l.line}:${l.column}</code>`)}</td><td>${by}</td><td>${Math.round(i.durationMs)} ms</td></tr>`,
  )

const verification = ({ verification: v }: MissionRecord): Html | false => {
  const { derived, report } = v
  if (!derived && !report) return false
  return html`<h2 id="verification">Verification</h2><div class="scroll" tabindex="0" role="region" aria-label="Table"><table><thead><tr><th></th><th>Check</th><th>Result</th><th>By</th><th>Time</th></tr></thead><tbody>
    ${derived && html`<tr><td>${mark(derived.treeMatches)}</td><td>tree</td><td>derived ${short(derived.resultTree)}, landed ${short(derived.landedTree)}</td><td>app</td><td></td></tr>`}
    ${report && html`<tr><td>${mark(report.treeMatches)}</td><td>tree</td><td>derived again in CI: ${short(report.resultTree)}</td><td>${report.trusted ? 'CI, pinned workflow' : 'reported by the pull request'}</td><td></td></tr>`}
    ${report?.tests && html`<tr><td>${mark(report.tests.passed)}</td><td>tests</td><td><code>${report.tests.command}</code>${report.tests.total !== undefined && html` — ${report.tests.total - (report.tests.failed ?? 0)} of ${report.tests.total} passed`}</td><td>CI</td><td>${Math.round(report.tests.durationMs)} ms</td></tr>`}
    ${report?.mutation && html`<tr><td></td><td>mutation</td><td>score ${report.mutation.score.toFixed(0)} %: ${report.mutation.killed} killed, ${report.mutation.survived} survived</td><td>CI</td><td></td></tr>`}
    ${invariantRows(derived?.invariants ?? [], 'app')}${invariantRows(report?.invariants ?? [], 'CI')}
    </tbody></table></div>`
}

const pack = ({ pack: p, mission }: MissionRecord): Html | false =>
  p !== undefined &&
  html`<h2 id="pack">Audit pack</h2><div class="box"><a href="/missions/${mission.missionId}/view/audit-pack.zip" download>Download the audit pack</a>
    <span class="soft">(${Math.ceil(p.size / 1024)} KB)</span><br><code>${p.digest}</code><br>
    <span class="soft">Check it offline: <code>npx atomic verify-pack FILE --key VKEY</code></span></div>`

const timeline = (
  events: readonly MissionEvent[],
): Html => html`<h2 id="timeline">Timeline</h2><div class="scroll" tabindex="0" role="region" aria-label="Table"><table><thead><tr><th>When (UTC)</th><th>What</th><th>Who</th><th></th></tr></thead><tbody id="timeline-rows">
  ${events.map((e) => html`<tr><td>${when(e.at)}</td><td class="mono">${e.type}</td><td>${e.actor.login}</td><td class="soft">${String(e.payload.checkpoint ?? e.payload.batchId ?? '')}</td></tr>`)}
  </tbody></table></div>`
