import type { Mission } from '../../core/contracts/index.ts'
import { type Html, html } from '../../core/platform/html.ts'
import { page, pullLink } from './page.ts'

const where = ({ source }: Mission, webUrl: string): Html | string => {
  if (!source || !('repository' in source)) return ''
  const { repository, pullRequest } = source
  return pullRequest === undefined
    ? `${repository.owner}/${repository.repo}`
    : pullLink(webUrl, { ...repository, number: pullRequest })
}

const tone = { open: 'wait', completed: 'ok', rejected: 'bad', cancelled: 'soft' } as const

/** All missions, newest first. */
export const missionsPage = (
  missions: readonly Mission[],
  webUrl: string,
  who?: { login: string; token: string },
): Html =>
  page({
    title: 'Missions · Atomic',
    ...(who ? { who } : {}),
    body: html`<header><div><h1>Missions</h1><div class="soft">What was planned, approved, landed and proved here.</div></div></header>
    <main id="content" tabindex="-1">${
      missions.length === 0
        ? html`<p>No missions yet. One starts with a ChangeSpec in a pull request, or with <code>POST /missions</code>.</p>`
        : html`<div class="scroll" tabindex="0" role="region" aria-label="Table"><table><thead><tr><th>Mission</th><th>Where</th><th>Status</th><th>Stands at</th><th>Since (UTC)</th></tr></thead><tbody>
      ${missions.map(
        (
          m,
        ) => html`<tr><td><a href="/missions/${m.missionId}/view">${m.title}</a></td><td>${where(m, webUrl)}</td><td><span class="pill ${tone[m.status]}">${m.status}</span></td>
        <td>${m.checkpoints.find((c) => c.status !== 'completed')?.name ?? 'done'}</td><td>${m.createdAt.slice(0, 16).replace('T', ' ')}</td></tr>`,
      )}</tbody></table></div>`
    }</main>`,
  })
