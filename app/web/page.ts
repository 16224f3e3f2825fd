import { createHash } from 'node:crypto'
import { Html, html } from '../../core/platform/html.ts'
import { style } from './style.ts'

/** Reloads the page when its mission has something new; the address is in the `data-follow` of the body. */
const script = `const s=new EventSource(document.body.dataset.follow);let t;for(const n of document.body.dataset.types.split(' '))s.addEventListener(n,e=>{if(Number(e.lastEventId)>=Number(document.body.dataset.from)){clearTimeout(t);t=setTimeout(()=>location.reload(),300)}})`

const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

/** The policy every page is sent with: nothing from elsewhere, no script but ours. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  `style-src ${hash(style)}`,
  `script-src ${hash(script)}`,
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

export interface Page {
  title: string
  body: Html
  /** Server-sent events to follow while the page is open. */
  follow?: { url: string; from: number; types: readonly string[] }
}

export const page = ({ title, body, follow }: Page): Html => html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title>
<style>${new Html(style)}</style></head>
<body ${follow ? html`data-follow="${follow.url}" data-from="${follow.from}" data-types="${follow.types.join(' ')}"` : ''}>${body}
<footer><main>Atomic — a change is a reproducible build.</main></footer>
${follow && html`<script>${new Html(script)}</script>`}</body></html>
`
