/** Text that is HTML already; everything else is escaped. */
export class Html {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}
type Part = string | number | Html | undefined | null | false | readonly Part[]

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
// Direction overrides could make a reader see another text than stands there.
const hidden = /[\u202a-\u202e\u2066-\u2069]/g
const escaped = (text: string): string =>
  text
    .replaceAll(/[&<>"']/g, (c) => escapes[c]!)
    .replaceAll(hidden, (c) => `&lt;U+${c.charCodeAt(0).toString(16).toUpperCase()}&gt;`)

function render(part: Part): string {
  if (part === undefined || part === null || part === false) return ''
  if (part instanceof Html) return part.text
  return typeof part === 'object' ? part.map(render).join('') : escaped(String(part))
}

export const html = (strings: TemplateStringsArray, ...parts: Part[]): Html =>
  new Html(strings.map((s, i) => s + render(parts[i])).join(''))
