import { type Html, html } from '../../platform/html.ts'
import { people } from '../approvals.ts'
import { outcomeOf } from '../claims.ts'
import { drawing, drawingStyle } from '../drawing.ts'
import { baseStyle, page } from '../html.ts'
import { type Fact, lastBefore, type MissionView } from '../mission-view.ts'
import { provenanceOf } from '../provenance.ts'

const style = `${baseStyle}
.graph{overflow:auto;max-height:40rem;border:1px solid #8884;border-radius:.4rem}
${drawingStyle}`

/** Rows of the timeline; a browser shows no more in one go. */
const shownEvents = 5_000
/** A diff longer than this is cut in the report; the pack has it whole. */
const shownDiff = 200_000

const code = (text: string | undefined): Html => (text === undefined ? html`–` : html`<code>${text}</code>`)
const who = (fact: Fact): Html =>
  html`${fact.actor.login}${fact.actor.type === 'agent' && html` <span class="dim">(agent)</span>`}`
const verdict = (good: boolean, yes: string, no: string): Html =>
  good ? html`<span class="ok">${yes}</span>` : html`<span class="bad">${no}</span>`

function table(head: string[], rows: Html[][]): Html {
  if (rows.length === 0) return html`<p class="dim">None recorded.</p>`
  return html`<table><thead><tr>${head.map((h) => html`<th>${h}</th>`)}</tr></thead><tbody>${rows.map(
    (row) => html`<tr>${row.map((cell) => html`<td>${cell}</td>`)}</tr>`,
  )}</tbody></table>`
}

function approvalRows(view: MissionView): Html[][] {
  return view.of('checkpoint.approved', 'checkpoint.rejected').map((fact) => {
    const decision = fact.type === 'checkpoint.approved' ? 'approved' : 'rejected'
    const note =
      fact.type === 'checkpoint.approved'
        ? [fact.payload.automatic && 'automatic', fact.payload.selfApproved && 'SELF_APPROVED', fact.payload.comment]
        : [fact.payload.reason]
    return [
      html`${fact.payload.checkpoint}`,
      verdict(decision === 'approved', 'approved', 'rejected'),
      who(fact),
      html`${fact.recordedAt}`,
      code(fact.type === 'checkpoint.approved' ? fact.payload.planDigest : undefined),
      html`${note.filter((n) => typeof n === 'string').join(', ')}`,
    ]
  })
}

function verificationRows(view: MissionView): Html[][] {
  return view.of('verify.completed').map((fact) => {
    const { passed, trusted, treeMatches, invariants, tests, mutation, by } = fact.payload
    const failed = invariants.filter((i) => !i.passed)
    return [
      html`${fact.recordedAt}`,
      html`${by}${!trusted && html` <span class="dim">(reported by the pull request)</span>`}`,
      verdict(passed, 'passed', 'failed'),
      treeMatches === undefined ? html`not compared` : verdict(treeMatches, 'the planned tree', 'another tree'),
      html`${invariants.length - failed.length} of ${invariants.length}${failed.map((i) => html`<br>${i.type}: ${i.message}`)}`,
      tests ? html`${verdict(tests.passed, 'passed', 'failed')} ${code(tests.command)}` : html`not run`,
      mutation
        ? html`${mutation.score} (killed ${mutation.killed}, survived ${mutation.survived}, timeout ${mutation.timeout}, no coverage ${mutation.noCoverage})`
        : html`not run`,
    ]
  })
}

function diffHtml(path: string, text: string): Html {
  const cut = text.length > shownDiff
  const lines = (cut ? text.slice(0, shownDiff) : text).split('\n').map((line) => {
    if (line.startsWith('+') && !line.startsWith('+++')) return html`<ins>${line}</ins>\n`
    if (line.startsWith('-') && !line.startsWith('---')) return html`<del>${line}</del>\n`
    return html`${line}\n`
  })
  return html`<h3>${path}</h3><pre>${lines}</pre>${cut && html`<p>Cut here; the file in the pack is whole.</p>`}`
}

/**
 * `report.html`: the mission for a reader without tools.
 * @param pack what it shows of the pack: diffs by path, paths of the pages on mutation tests
 */
export function reportHtml(
  view: MissionView,
  { diffs, mutation, origin }: { diffs: ReadonlyMap<string, string>; mutation: readonly string[]; origin: string },
): string {
  const created = view.of('mission.created')[0]?.payload
  const plan = lastBefore(view, 'mission.planned')?.payload
  const end = lastBefore(view, 'mission.completed')?.payload
  const spent = view.of('budget.consumed')
  const approvers = people(view.of('checkpoint.approved'))
  const facts: [string, Html][] = [
    ['Mission', code(view.missionId)],
    ['Outcome', html`${outcomeOf(view)}`],
    ['Risk', html`${created?.risk ?? 'unknown'}`],
    ['Proposed by', html`${created?.proposer.login ?? 'unknown'}`],
    ['Approved by', html`${approvers.length > 0 ? approvers.join(', ') : 'no person'}`],
    ['Plan digest', code(plan?.planDigest)],
    ['Engine', code(plan?.engine)],
    ['Tree before', code(plan?.baseTree)],
    ['Approved tree', code(plan?.resultTree)],
    ['Landed tree', code(end?.resultTree)],
    ['Commit', code(end?.commit)],
    ['Log', code(origin)],
  ]
  const body = html`<h1>${created?.title ?? view.missionId}</h1>
<p>This page shows what the pack’s events say. It proves nothing by itself: <code>README.md</code> beside it tells how to check the pack.</p>
<table><tbody>${facts.map(([name, value]) => html`<tr><th>${name}</th><td>${value}</td></tr>`)}</tbody></table>
<h2>Approvals</h2>
${table(['Checkpoint', 'Decision', 'By', 'Recorded', 'Plan digest', 'Note'], approvalRows(view))}
<h2>Batches</h2>
${table(
  ['What', 'Batch', 'Commit', 'Tree before', 'Tree after', 'Files'],
  view
    .of('batch.applied', 'batch.rolled_back')
    .map((fact) => [
      html`${fact.type === 'batch.applied' ? 'applied' : 'rolled back'}`,
      code(fact.payload.batchId),
      code(fact.payload.commit),
      code(fact.payload.baseTree),
      code(fact.payload.resultTree),
      html`${fact.payload.paths.length}`,
    ]),
)}
<h2>Verification</h2>
${table(['Recorded', 'By', 'Result', 'Tree', 'Invariants', 'Tests', 'Mutation score'], verificationRows(view))}
${mutation.length > 0 && html`<p>Every mutant: ${mutation.map((path) => html`<a href="${path}">${path}</a> `)}</p>`}
<h2>Cost</h2>
${table(
  ['Recorded', 'Scope', 'Model', 'Tokens', 'USD'],
  spent.map((fact) => [
    html`${fact.recordedAt}`,
    html`${fact.payload.scope}`,
    html`${fact.payload.model ?? '–'}`,
    html`${fact.payload.tokens ?? '–'}`,
    html`${fact.payload.usd}`,
  ]),
)}
${plan?.forecast && html`<p>Forecast at planning: ${plan.forecast.usdEstimate} USD (${plan.forecast.low}–${plan.forecast.high}).</p>`}
<h2>Timeline</h2>
${table(
  ['Index', 'Recorded', 'Type', 'Actor'],
  view.events
    .slice(0, shownEvents)
    .map((e) => [
      html`${e.index}`,
      html`${e.recordedAt}`,
      html`${e.type}`,
      html`${e.body ? e.body.actor.login : 'erased'}`,
    ]),
)}
${view.events.length > shownEvents && html`<p>${view.events.length - shownEvents} more are in <code>events.jsonl</code>.</p>`}
<h2>Provenance</h2>
<div class="graph">${drawing(provenanceOf(view))}</div>
<h2>Diffs</h2>
${diffs.size === 0 ? html`<p class="dim">None recorded.</p>` : [...diffs].map(([path, text]) => diffHtml(path, text))}`
  return page(`${created?.title ?? view.missionId}: audit report`, style, body)
}
