import { fromMarkdown } from 'mdast-util-from-markdown'
import { gfmFromMarkdown } from 'mdast-util-gfm'
import { gfm } from 'micromark-extension-gfm'
import { commandChunks, trackTags } from './chunks.ts'

type Root = ReturnType<typeof fromMarkdown>
type Paragraph = Extract<Root['children'][number], { type: 'paragraph' }>

/**
 * GitHub's Markdown but for its bare links. None begins with a slash, holds a line break or changes
 * what stands beside it, so they decide nothing here; and that any letter may begin one is more than half
 * of what parsing costs.
 */
const syntax = gfm()
for (const [code, constructs] of Object.entries(syntax.text ?? {}))
  syntax.text![Number(code)] = [constructs ?? []].flat().filter(({ name }) => !name?.endsWith('Autolink'))
const tree = gfmFromMarkdown().filter(({ transforms }) => transforms === undefined)

/** Enough to tell that there are too many commands; and no comment that a person wrote needs more to be parsed. */
const most = { lines: 11, chunks: 32, characters: 8_192, marks: 1_000 }
/** Markdown is made of these; parsing takes as long as there are many. */
const mark = /[!-/:-@[-`{-~]/g

/**
 * The command lines of a comment: what follows `/atomic` on each line that begins with it, in a
 * top-level paragraph. Whether a line stands in code, a quotation, a link and so on is decided by
 * the Markdown tree, never by looking at the text.
 */
export const commandLines = (markdown: string): string[] => [...findLines(markdown)]

/** One after another: nothing is parsed beyond the last one that is asked for. */
export function* findLines(markdown: string): Generator<string> {
  // A reference may be defined anywhere, and make a link of what looks like text in brackets.
  const references = markdown.includes(']:')
  let count = 0
  let characters = 0
  let marks = 0
  for (const { text, inHtml } of commandChunks(markdown).slice(0, most.chunks)) {
    characters += text.length
    if (count >= most.lines || characters > most.characters) return
    if (inHtml) continue
    marks += text.match(mark)?.length ?? 0
    if (marks > most.marks) return
    const open: string[] = []
    const lines: string[] = []
    for (const node of parse(text)?.children ?? []) {
      if (node.type === 'html') trackTags(node.value, open)
      // What an open <details> or <div hidden> encloses is HTML to the one who reads the page.
      else if (node.type === 'paragraph' && open.length === 0) collect(node, text, references, lines)
    }
    count += lines.length
    yield* lines
  }
}

function parse(markdown: string): Root | undefined {
  try {
    return fromMarkdown(markdown, { extensions: [syntax], mdastExtensions: tree })
  } catch {
    // Nesting beyond the parser's stack is no comment that a person wrote.
    return undefined
  }
}

function collect(paragraph: Paragraph, source: string, references: boolean, into: string[]): void {
  const end = paragraph.position?.end.offset ?? 0
  const open: string[] = []
  for (const child of paragraph.children) {
    if (child.type === 'html') trackTags(child.value, open)
    if (child.type !== 'text' || open.length > 0) continue
    const from = child.position?.start.offset ?? 0
    const to = child.position?.end.offset ?? 0
    for (let at = from; at < to; at = nextLine(source, at, to)) {
      const start = skipBlanks(source, at, to)
      if (!startsLine(source, start, paragraph) || !isCommand(source, start, to)) continue
      if (references && inBrackets(source, paragraph.position?.start.offset ?? 0, start)) continue
      into.push(source.slice(start + '/atomic'.length, lineEnd(source, start, end, paragraph)))
    }
  }
}

const isBreak = (c: string | undefined): boolean => c === '\n' || c === '\r'
const isBlank = (c: string | undefined): boolean => c === ' ' || c === '\t'

function nextLine(source: string, at: number, to: number): number {
  let i = at
  while (i < to && !isBreak(source[i])) i++
  return i + 1
}

function skipBlanks(source: string, at: number, to: number): number {
  let i = at
  while (i < to && isBlank(source[i])) i++
  return i
}

/** Nothing but blanks between here and the line break before, or the paragraph's own start. */
function startsLine(source: string, at: number, paragraph: Paragraph): boolean {
  const first = paragraph.position?.start.offset ?? 0
  let i = at
  while (i > first && isBlank(source[i - 1])) i--
  return i === first || isBreak(source[i - 1])
}

function isCommand(source: string, at: number, to: number): boolean {
  if (to - at < 7 || source.slice(at, at + 7).toLowerCase() !== '/atomic') return false
  const next = source[at + 7]
  return next === undefined || /\s/.test(next)
}

function lineEnd(source: string, at: number, end: number, paragraph: Paragraph): number {
  let i = at
  while (i < end && !isBreak(source[i])) i++
  // A hard break may be written as a backslash: it is no argument.
  const hard = paragraph.children.some((c) => c.type === 'break' && c.position?.start.offset === i - 1)
  return hard && source[i - 1] === '\\' ? i - 1 : i
}

/** More square brackets were opened than closed. */
function inBrackets(source: string, from: number, to: number): boolean {
  let depth = 0
  for (let i = from; i < to; i++) {
    if (source[i] === '[') depth++
    else if (source[i] === ']' && depth > 0) depth--
  }
  return depth > 0
}
