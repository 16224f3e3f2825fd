import type { Verification } from '../../core/orchestrator/types.ts'
import { type Html, html } from '../../core/platform/html.ts'

/** Mutants that no test noticed, each at its line. */
export function survivors({ report }: Verification): Html | false {
  const list = report?.survivors ?? []
  if (list.length === 0) return false
  const more = (report?.mutation?.survived ?? list.length) - list.length
  return html`<h2 id="survivors">Surviving mutants</h2><p class="soft">Changes to this code that no test noticed.</p><div class="scroll" tabindex="0" role="region" aria-label="Table"><table><thead><tr><th>Where</th><th>Mutator</th><th>In its place</th></tr></thead><tbody>
  ${list.map((m) => html`<tr><td><code>${m.path}:${m.line}:${m.column}</code></td><td>${m.mutator}</td><td><code>${m.replacement}</code></td></tr>`)}
  </tbody></table></div>${more > 0 && html`<p class="soft">… and ${more} more; the audit pack has them all.</p>`}`
}
