import { endOfPiece, utf8 } from '../../core/platform/utf8.ts'

/**
 * Writes answers with each long text piece by piece, as bytes: a string of a megabyte takes longer to
 * grow, to measure and to encode than to fill.
 */

/** Texts from here on are written piece by piece; shorter answers go out as the string that they are. */
const longText = 16_384
const longAnswer = 4_096
/** Characters of an answer that are encoded at once. */
const piece = 32_768
/** How deep in an answer a long text is looked for: `sanitized[0].content`. */
const deepest = 3

function holdsLongText(value: unknown, depth = 0): boolean {
  if (typeof value === 'string') return value.length >= longText
  if (typeof value !== 'object' || value === null || depth === deepest) return false
  return Object.values(value).some((child) => holdsLongText(child, depth + 1))
}

class Pieces {
  readonly #done: Buffer[] = []
  #text = ''

  add(text: string): void {
    this.#text += text
    if (this.#text.length >= piece) this.#flush()
  }
  #flush(): void {
    this.#done.push(utf8(this.#text))
    this.#text = ''
  }
  whole(): Buffer {
    this.#flush()
    return Buffer.concat(this.#done)
  }
}

function writeText(text: string, out: Pieces): void {
  out.add('"')
  for (let from = 0, to = 0; from < text.length; from = to) {
    to = endOfPiece(text, from)
    out.add(JSON.stringify(text.slice(from, to)).slice(1, -1))
  }
  out.add('"')
}

function writeInto(value: unknown, out: Pieces): void {
  if (typeof value === 'string' && value.length >= longText) writeText(value, out)
  else if (!holdsLongText(value) || 'toJSON' in (value as object)) out.add(JSON.stringify(value) ?? 'null')
  else writeMembers(value as object, out)
}

function writeMembers(value: object, out: Pieces): void {
  const isArray = Array.isArray(value)
  let between = isArray ? '[' : '{'
  for (const [key, child] of Object.entries(value)) {
    if (!isArray && (child === undefined || typeof child === 'function' || typeof child === 'symbol')) continue
    out.add(isArray ? between : `${between}${JSON.stringify(key)}:`)
    writeInto(child, out)
    between = ','
  }
  out.add(isArray ? ']' : '}')
}

/** A short text as it is; the UTF-8 of a long one, which is measured and encoded at once. */
export const encoded = (text: string): string | Buffer => (text.length < longAnswer ? text : utf8(text))

/** What JSON.stringify writes, as `encoded` does. */
export function writeJson(value: unknown): string | Buffer {
  if (!holdsLongText(value)) return encoded(JSON.stringify(value))
  const out = new Pieces()
  writeInto(value, out)
  return out.whole()
}
