import type { AtomicError } from '../../core/platform/errors.ts'
import { html } from '../../core/platform/html.ts'
import { reasons } from '../../core/platform/reasons.ts'
import { contentSecurityPolicy, page } from './page.ts'

/** What went wrong, for the one who looks at it in a browser; others get the same as `application/problem+json`. */
export const problemPage = (refusal: AtomicError, correlationId: string): { text: string; policy: string } => {
  const { title } = reasons[refusal.code]
  const { errors = [] } = refusal
  // What that code advises is to look at the places, where there are some.
  const next = refusal.code === 'INVALID_REQUEST' && errors.length === 0 ? undefined : refusal.next
  const { text } = page({
    title: `${title} · Atomic`,
    body: html`<header><div><div><span class="pill bad">${refusal.status}</span></div><h1>${title}</h1></div></header>
    <main id="content" tabindex="-1"><p>${refusal.message}</p>${next !== undefined && html`<p>${next}</p>`}${errors.length > 0 && html`<ul>${errors.map((e) => html`<li><code>${e.path}</code> ${e.message}</li>`)}</ul>`}
      <p class="soft">Code <code>${refusal.code}</code>, request <code>${correlationId}</code>: whoever runs this server finds it in the log by that.</p>
      <p><a href="/missions/view">To the missions</a></p>
    </main>`,
  })
  return { text, policy: contentSecurityPolicy }
}
