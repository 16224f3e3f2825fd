/**
 * Parsing a long comment as Markdown takes long, and what nests deeply takes longest. A command,
 * though, stands in one top-level paragraph, and that needs only its surroundings parsed: from the
 * last line at which certainly nothing was open, to the next blank line. Where that line cannot be
 * told for certain, it is taken further up; the parser has the last word on what is found.
 */
export interface Chunk {
  text: string
  /** HTML elements stand open around it. */
  inHtml: boolean
}

/** A chunk longer than this is no comment that a person wrote; nothing in it acts. */
const longest = 4_096

const command = /^[ \t]*\/atomic(?=\s|$)/i
const fenceOpen = /^( {0,3})(`{3,}(?=[^`]*$)|~{3,})/
const container = /^ {0,3}(?:>|[-+*](?:[ \t]|$)|\d{1,9}[.)](?:[ \t]|$)|\[\^)/
const tag = /^ {0,3}<\/?[a-z]/i
/** HTML blocks that blank lines do not end (https://spec.commonmark.org/0.31.2/#html-blocks, 1 to 5), and what ends them. */
const rawHtml: readonly [open: RegExp, close: RegExp][] = [
  [/^ {0,3}<(?:script|pre|style|textarea)(?=[\s>]|$)/i, /<\/(?:script|pre|style|textarea)>/i],
  [/^ {0,3}<!--/, /-->/],
  [/^ {0,3}<\?/, /\?>/],
  [/^ {0,3}<![a-z]/i, />/],
  [/^ {0,3}<!\[CDATA\[/, /\]\]>/],
]

export function commandChunks(markdown: string): Chunk[] {
  if (!/\/atomic/i.test(markdown)) return []
  const chunks: Chunk[] = []
  const open: string[] = []
  /** Offset at which certainly nothing is open. */
  let reset = 0
  let inContainer = false
  /** Something may have been opened in a container or outside it: from here on only the parser knows. */
  let unsure = false
  let fence: { mark: string; length: number } | undefined
  let raw: RegExp | undefined
  let html = false
  let blankBefore = true
  /** A command was met since the reset; `inHtml` as it was then. */
  let wanted: { inHtml: boolean } | undefined

  const finish = (end: number): void => {
    if (wanted !== undefined && end - reset <= longest) chunks.push({ text: markdown.slice(reset, end), ...wanted })
    wanted = undefined
  }
  for (const { start, text } of lines(markdown)) {
    if (fence !== undefined) {
      const close = /^ {0,3}(`{3,}|~{3,})[ \t]*$/.exec(text)?.[1]
      if (close?.[0] === fence.mark && close.length >= fence.length) fence = undefined
      continue
    }
    if (raw !== undefined) {
      trackTags(text, open)
      if (raw.test(text)) raw = undefined
      continue
    }
    const blank = text === '' || /^[ \t]*$/.test(text)
    if (blank) {
      // The end of a paragraph and of all that stands in it; in a container it may go on.
      if (!inContainer && !unsure) finish(start)
      html = false
      blankBefore = true
      continue
    }
    if (blankBefore && !unsure && (!inContainer || /^\S/.test(text))) {
      finish(start)
      reset = start
      inContainer = false
    }
    blankBefore = false
    const certain = !inContainer || /^\S/.test(text)
    const first = text.trimStart()[0]!
    const opened = first === '`' || first === '~' ? fenceOpen.exec(text)?.[2] : undefined
    const rawClose = first === '<' ? rawHtml.find(([begin]) => begin.test(text))?.[1] : undefined
    if (opened !== undefined || rawClose !== undefined) {
      if (!certain) unsure = true
      else if (!unsure) {
        if (opened !== undefined) fence = { mark: opened[0]!, length: opened.length }
        else if (rawClose !== undefined && !ends(text, rawClose)) raw = rawClose
        inContainer = false
      }
    }
    if (container.test(text)) inContainer = true
    if (tag.test(text)) html = true
    if (html || rawClose !== undefined) trackTags(text, open)
    if (command.test(text)) wanted ??= { inHtml: open.length > 0 }
  }
  finish(markdown.length)
  return chunks
}

/** Whether a raw HTML block ends on the line that begins it. */
function ends(text: string, close: RegExp): boolean {
  const begin = text.search(/<(?:!--|\?|!\[CDATA\[|!?[a-z]+)/i)
  return close.test(text.slice(begin + 2))
}

function* lines(markdown: string): Generator<{ start: number; text: string }> {
  const end = /\r\n|\n|\r/g
  let start = 0
  while (start <= markdown.length) {
    end.lastIndex = start
    const found = end.exec(markdown)
    yield { start, text: markdown.slice(start, found?.index ?? markdown.length) }
    if (found === null) return
    start = end.lastIndex
  }
}

const closesItself = new Set('area base br col embed hr img input link meta p param source track wbr'.split(' '))

/** Keeps the stack of HTML elements that stand open after this piece of HTML. */
export function trackTags(html: string, open: string[]): void {
  const tags = /<!--[\s\S]*?(?:-->|$)|<(\/?)([a-z][a-z0-9-]{0,40})(?=[\s/>])[^<>]{0,1000}?(\/?)>/gi
  for (const [, slash, name, self] of html.slice(0, 65_536).matchAll(tags)) {
    if (name === undefined || self === '/' || closesItself.has(name.toLowerCase())) continue
    if (slash === '') open.push(name.toLowerCase())
    else {
      const at = open.lastIndexOf(name.toLowerCase())
      if (at >= 0) open.length = at
    }
  }
}
