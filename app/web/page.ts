import { createHash } from 'node:crypto'
import { Html, html } from '../../core/platform/html.ts'
import { liveScript } from './live.ts'
import { style } from './style.ts'

const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

/** The policy every page is sent with: nothing from elsewhere, no script but ours. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  `style-src ${hash(style)}`,
  `script-src ${hash(liveScript)}`,
  "connect-src 'self'",
  "img-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')

export interface Page {
  title: string
  body: Html
  /** Who looks, where they signed in; with what the form to sign out is signed with. */
  who?: { login: string; token: string }
  /** Server-sent events to follow while the page is open. */
  follow?: { url: string; types: readonly string[] }
}

/** A pull request, by its page on GitHub. */
export const pullLink = (
  webUrl: string,
  { owner, repo, number }: { owner: string; repo: string; number: number },
): Html => html`<a href="${webUrl}/${owner}/${repo}/pull/${number}">${owner}/${repo}#${number}</a>`

export const page = ({ title, body, who, follow }: Page): Html => html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><title>${title}</title><link rel="icon" href="/favicon.svg" type="image/svg+xml">
<style>${new Html(style)}</style></head>
<body ${follow ? html`data-follow="${follow.url}" data-types="${follow.types.join(' ')}"` : ''}><a class="skip" href="#content">Skip to content</a>
<nav aria-label="Atomic"><div><a href="/missions/view"><b>Atomic</b></a><a href="/missions/view">Missions</a><a href="/costs/view">Costs</a>${
  who &&
  html`<form method="post" action="/auth/logout"><span class="soft">${who.login}</span><input type="hidden" name="token" value="${who.token}"><button class="small" type="submit">Sign out</button></form>`
}</div></nav>
${body}
<p id="live" class="hidden" role="status" aria-live="polite"></p>
<footer><div>Atomic — a change is a reproducible build.</div></footer>
${follow && html`<script>${new Html(liveScript)}</script>`}</body></html>
`
