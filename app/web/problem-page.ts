import type { AtomicError } from '../../core/platform/errors.ts'
import { html } from '../../core/platform/html.ts'
import { reasons } from '../../core/platform/reasons.ts'
import { contentSecurityPolicy, page } from './page.ts'

/** What went wrong, for the one who looks at it in a browser; others get the same as `application/problem+json`. */
export const problemPage = (refusal: AtomicError, correlationId: string): { text: string; policy: string } => {
  const { title } = reasons[refusal.code]
  const { text } = page({
    title: `${title} · Atomic`,
    body: html`<header><div><div><span class="pill bad">${refusal.status}</span></div><h1>${title}</h1></div></header>
    <main id="content" tabindex="-1"><p>${refusal.message}</p><p>${refusal.next}</p>
      <p class="soft">Code <code>${refusal.code}</code>, request <code>${correlationId}</code>: whoever runs this server finds it in the log by that.</p>
      <p><a href="/missions/view">To the missions</a></p>
    </main>`,
  })
  return { text, policy: contentSecurityPolicy }
}
