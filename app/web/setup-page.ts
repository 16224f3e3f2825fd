import { type Html, html } from '../../core/platform/html.ts'
import { page } from './page.ts'

export interface SetupView {
  /** Where GitHub's form is: `https://github.com/settings/apps/new?state=…`. */
  action: string
  manifest: object
  missing: string[]
  hookUrl: string
}

/** What is missing before this server is a GitHub App, and the button that gets it. */
export const setupPage = ({ action, manifest, missing, hookUrl }: SetupView): Html =>
  page({
    title: 'Set up Atomic',
    body: html`<header><div><h1>Set up Atomic</h1><div class="soft">This server is not a GitHub App yet.</div></div></header>
    <main id="content" tabindex="-1">
      <h2>What is missing</h2><ul>${missing.map((m) => html`<li><code>${m}</code></li>`)}</ul>
      <h2>Let GitHub make the app</h2>
      <p>GitHub shows you name and permissions, and sends you back here with its credentials; they are kept in the data directory, readable by this user alone.
      Webhooks will come to <code>${hookUrl}</code>: GitHub must be able to reach that address. Set <code>ATOMIC_PUBLIC_URL</code> where it is another, or, on a laptop, <code>WEBHOOK_PROXY_URL</code> to a channel of smee.io.</p>
      <form action="${action}" method="post"><input type="hidden" name="manifest" value="${JSON.stringify(manifest)}"><button class="main" type="submit">Create the GitHub App</button></form>
      <p class="soft">Or register it by hand with the permissions and events of app.yml, and set APP_ID, PRIVATE_KEY and WEBHOOK_SECRET.</p>
    </main>`,
  })

export const setupDonePage = (file: string, installUrl: string): Html =>
  page({
    title: 'Atomic is a GitHub App',
    body: html`<header><div><h1>Atomic is a GitHub App now</h1></div></header>
    <main id="content" tabindex="-1"><ol><li>Its credentials are in <code>${file}</code>.</li><li>Restart Atomic: it reads them at start.</li>
      <li><a href="${installUrl}" rel="noreferrer">Install it on your repositories</a>.</li></ol></main>`,
  })
