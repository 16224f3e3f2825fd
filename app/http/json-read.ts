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
/** Begins what stands for a string that is read apart, so whatever begins with it is read apart too. */
const mark = '\x7f'
const MARK = 0x7f

/** Index of the quote that ends the string that begins behind `from`, or -1. */
function endOfString(body: Buffer, from: number): number {
  for (let end = body.indexOf(QUOTE, from); end >= 0; end = body.indexOf(QUOTE, end + 1)) {
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
  const textOf = (value: unknown): unknown =>
    typeof value === 'string' && value.startsWith(mark) ? texts[Number(value.slice(mark.length))] : value
  const waiting = [root]
  while (waiting.length > 0) {
    const node = waiting.pop()
    if (typeof node !== 'object' || node === null) continue
    for (const [key, value] of Object.entries(node)) {
      if (typeof value === 'object') waiting.push(value)
      else if (typeof value === 'string' && value.startsWith(mark))
        (node as Record<string, unknown>)[key] = textOf(value)
    }
  }
  return textOf(root)
}

/**
 * The value of a document in UTF-8, as JSON.parse reads it.
 * @throws SyntaxError
 */
export function readJson(body: Buffer): unknown {
  if (body.length <= largeDocument) return JSON.parse(decoder.decode(body))
  const texts: string[] = []
  const rest: (Buffer | string)[] = []
  let copied = 0
  for (let start = body.indexOf(QUOTE); start >= 0; ) {
    const from = start + 1
    const end = endOfString(body, from)
    if (end < 0) throw new SyntaxError('a string does not end')
    const apart = end - from >= longString || body[from] === MARK || body[from] === BACKSLASH
    if (apart && !isKey(body, end + 1)) {
      rest.push(body.subarray(copied, from), `${mark}${texts.length}`)
      texts.push(readString(body, from, end))
      copied = end
    }
    start = body.indexOf(QUOTE, end + 1)
  }
  rest.push(body.subarray(copied))
  const document = Buffer.concat(rest.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)))
  return restore(JSON.parse(decoder.decode(document)), texts)
}
