import { hash } from 'node:crypto'
import { Html, html } from '../platform/html.ts'

/** A whole page: its own style, no scripts, nothing loaded from anywhere. */
export function page(title: string, style: string, body: Html): string {
  const policy = `default-src 'none'; style-src 'sha256-${hash('sha256', style, 'base64')}'; base-uri 'none'; form-action 'none'`
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${new Html(style)}</style>
</head>
<body>
${body}
</body>
</html>
`.text
}

export const baseStyle = `:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2.5rem;border-bottom:1px solid #8884}
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.35rem .6rem;border-bottom:1px solid #8883}
code,pre{font:13px/1.45 ui-monospace,monospace;overflow-wrap:anywhere}pre{overflow-x:auto;padding:.8rem;border:1px solid #8884;border-radius:.4rem;overflow-wrap:normal}
.ok,ins{color:light-dark(#1a7f37,#3fb950)}.bad,del{color:light-dark(#cf222e,#ff7b72)}.dim{color:light-dark(#59636e,#9198a1)}ins,del{text-decoration:none}a{color:light-dark(#0969da,#4493f8)}`
