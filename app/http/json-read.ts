import { randomBytes } from 'node:crypto'

/**
 * Reads large documents of JSON with each long text apart, piece by piece: V8 puts every string of a
 * document over 100 KB straight into the old generation, whose collection takes longer than the request.
 */

/** Leaves out a byte order mark. */
const decoder = new TextDecoder()
const keepsMark = new TextDecoder('utf-8', { ignoreBOM: true })

/** Documents up to here are read as they are. */
const largeDocument = 65_536
/** Strings from here on are read apart from their document. */
const longString = 512

/** Bytes of a long text that are read at once. */
const piece = 48_000

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COLON = 0x3a
/** Begins what stands for a string that is read apart; nobody outside knows it, or can hit on it. */
const mark = `\x7f${randomBytes(16).toString('hex')} `
/** Where strings are shorter on the average, to look at each takes longer than to read the document. */
const worthwhile = 64

/** Index of the quote that ends the string that begins at `from`, or -1 where none does or most of it is quotes. */
function endOfString(body: Buffer, from: number): number {
  let quotes = 0
  for (let end = body.indexOf(QUOTE, from); end >= 0; end = body.indexOf(QUOTE, end + 1)) {
    if (++quotes > 1_000 + (end - from) / 8) return -1
    let slashes = end
    while (slashes > from && body[slashes - 1] === BACKSLASH) slashes--
    if ((end - slashes) % 2 === 0) return end
  }
  return -1
}

function isKey(body: Buffer, afterString: number): boolean {
  let i = afterString
  while (body[i] === 0x20 || body[i] === 0x0a || body[i] === 0x0d || body[i] === 0x09) i++
  return body[i] === COLON
}

/** First index from `at` on that is inside neither an escape nor a character. */
function whole(body: Buffer, at: number, end: number): number {
  let clear = at
  for (let i = Math.max(0, at - 5); i < clear && clear < end; i++) if (body[i] === BACKSLASH) clear = i + 6
  while (clear < end && body[clear]! >= 0x80) clear++
  return Math.min(clear, end)
}

/** @throws SyntaxError */
function readString(body: Buffer, from: number, end: number): string {
  const parts: string[] = []
  for (let start = from, to = 0; start < end; start = to) {
    to = whole(body, start + piece, end)
    parts.push(JSON.parse(`"${keepsMark.decode(body.subarray(start, to))}"`) as string)
  }
  return parts.join('')
}

/** Puts back what was read apart. */
function restore(root: unknown, texts: readonly string[]): unknown {
  const waiting: Record<string, unknown>[] = []
  const whole = (value: unknown): unknown => {
    if (typeof value === 'object' && value !== null) waiting.push(value as Record<string, unknown>)
    return typeof value === 'string' && value.startsWith(mark) ? texts[Number(value.slice(mark.length))] : value
  }
  const all = whole(root)
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    // Of an array the keys alone may take more than the body did.
    if (Array.isArray(node)) for (let i = 0; i < node.length; i++) node[i] = whole(node[i])
    else for (const key of Object.keys(node)) node[key] = whole(node[key])
  }
  return all
}

/**
 * The value of a document in UTF-8, as JSON.parse reads it.
 * @throws SyntaxError
 */
export function readJson(body: Buffer): unknown {
  const plainly = (): unknown => JSON.parse(decoder.decode(body))
  if (body.length <= largeDocument) return plainly()
  const texts: string[] = []
  const rest: Buffer[] = []
  let copied = 0
  let strings = 0
  for (let start = body.indexOf(QUOTE); start >= 0; strings++) {
    const from = start + 1
    const end = endOfString(body, from)
    if (end < 0 || strings > 1_000 + start / worthwhile) return plainly()
    if (end - from >= longString && !isKey(body, end + 1)) {
      rest.push(body.subarray(copied, from), Buffer.from(`${mark}${texts.length}`))
      texts.push(readString(body, from, end))
      copied = end
    }
    start = body.indexOf(QUOTE, end + 1)
  }
  if (texts.length === 0) return plainly()
  rest.push(body.subarray(copied))
  return restore(JSON.parse(decoder.decode(Buffer.concat(rest))), texts)
}
