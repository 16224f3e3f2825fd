import type { CheckpointName } from '../../core/contracts/index.ts'
import { markOf } from '../../core/orchestrator/approvals/counting.ts'
import type { MissionRecord } from '../../core/orchestrator/types.ts'
import { type Html, html } from '../../core/platform/html.ts'
import { currentCheckpoint, standing } from '../github/render/standing.ts'

/** What the page's forms are signed with; absent: nothing can be decided here. */
export interface Forms {
  token: string
  emergency: boolean
}

const form = (record: MissionRecord, { token }: Forms, fields: Record<string, string>, inside: Html): Html =>
  html`<form method="post" action="/missions/${record.mission.missionId}/view/act"><input type="hidden" name="token" value="${token}">
  ${Object.entries(fields).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}${inside}</form>`

const button = (label: string, kind = ''): Html => html`<button type="submit" class="${kind}">${label}</button>`
const reason = (id: string, label: string, needed: boolean): Html =>
  html`<label for="${id}">${label}</label><input id="${id}" name="reason" maxlength="500" ${needed ? html`required` : ''}>`

/** What is to be decided now, with the words of what it means. */
export function decisionForms(record: MissionRecord, forms: Forms | undefined): Html | false {
  if (!forms) return false
  const name: CheckpointName = currentCheckpoint(record)
  const state = standing(record, name)
  const stopped = name === 'execute' && record.problem?.code === 'NOT_ALLOWED'
  if (stopped) return asks(record, forms, 'plan')
  if (state === 'asks a person') return asks(record, forms, name)
  if (state !== 'failed') return false
  return html`<h2 id="decide">To be done</h2><div class="box act">${form(record, forms, { verb: 'retry', checkpoint: name }, button(`Retry ${name}`))}</div>`
}

const asks = (record: MissionRecord, forms: Forms, name: CheckpointName): Html => {
  const fields = { checkpoint: name, mark: markOf(record, name) }
  return html`<h2 id="decide">To be decided</h2><div class="box act">
  <p><b>${name}</b> waits for a person. An approval holds for exactly what this page shows; a push makes it stale.</p>
  <div class="row">${form(record, forms, { ...fields, verb: 'approve' }, button(`Approve ${name}`, 'main'))}</div>
  <details><summary>Reject ${name}</summary>${form(record, forms, { ...fields, verb: 'reject' }, html`${reason('why-not', 'Reason', false)} ${button(`Reject ${name} and end the mission`, 'danger')}`)}</details>
  ${
    forms.emergency &&
    html`<details><summary>Emergency override</summary><p>One person decides alone. Name and reason stand in the evidence, and auditors will see that it was not approved as usual.</p>
  ${form(record, forms, { ...fields, verb: 'emergency' }, html`${reason('emergency', 'Reason', true)} ${button('Override', 'danger')}`)}</details>`
  }</div>`
}

/** Beside a batch that can be taken back. */
export const rollbackForm = (
  record: MissionRecord,
  forms: Forms | undefined,
  batch: string,
  label: string,
): Html | false =>
  forms !== undefined && form(record, forms, { verb: 'rollback', checkpoint: 'execute', batch }, button(label, 'small'))
