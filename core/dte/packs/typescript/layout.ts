import ts from 'typescript'

/** How a file is laid out, so that what is added looks like what is there. */
export const newlineOf = (text: string): string => (/\r\n/.test(text) ? '\r\n' : '\n')

function lineStart(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1
}

/** The white space that the line of `offset` begins with. */
export function indentAt(text: string, offset: number): string {
  const start = lineStart(text, offset)
  return /^[ \t]*/.exec(text.slice(start, offset))?.[0] ?? ''
}

/** One step of indentation: the smallest that lines of the file begin with. */
export function indentUnit(text: string): string {
  if (/^\t/m.test(text)) return '\t'
  const widths = [...text.matchAll(/^( +)\S(?!\*)/gm)].map((m) => (m[1] as string).length).filter((n) => n > 1)
  return ' '.repeat(widths.length === 0 ? 2 : Math.min(...widths, 8))
}

/** Offsets of line starts that lie inside template literals: white space there is content. */
function frozenLines(code: string): Set<number> {
  const source = ts.createSourceFile('/snippet.tsx', code, ts.ScriptTarget.ESNext, true)
  const frozen = new Set<number>()
  const walk = (node: ts.Node): void => {
    if (
      ts.isNoSubstitutionTemplateLiteral(node) ||
      ts.isTemplateHead(node) ||
      ts.isTemplateMiddle(node) ||
      ts.isTemplateTail(node)
    ) {
      for (const start of source.getLineStarts()) if (start > node.getStart() && start <= node.end) frozen.add(start)
    }
    ts.forEachChild(node, walk)
  }
  walk(source)
  return frozen
}

/** The code with its own indentation taken off and another put on, its line ends made those of the file. */
export function reindent(code: string, indent: string, newline: string): string {
  const text = code
    .replace(/\r\n/g, '\n')
    .replace(/^\s*\n/, '')
    .trimEnd()
  const frozen = frozenLines(text)
  const lines = text.split('\n')
  let offset = 0
  const starts = lines.map((line) => {
    const at = offset
    offset += line.length + 1
    return at
  })
  const margins = lines.flatMap((line, i) =>
    line.trim() === '' || frozen.has(starts[i] as number) ? [] : [/^[ \t]*/.exec(line)?.[0].length ?? 0],
  )
  const margin = margins.length === 0 ? 0 : Math.min(...margins)
  // A first line without indentation, the others indented: the code was cut out of a line.
  const rest = margins.slice(1)
  const cut = margins[0] === 0 && rest.length > 0 ? Math.min(...rest.filter((_, i) => i === rest.length - 1)) : 0
  return lines
    .map((line, i) => {
      if (frozen.has(starts[i] as number)) return line
      if (line.trim() === '') return ''
      const off = i === 0 ? margin : margin + (cut > 0 && rest.every((m) => m >= cut) ? cut : 0)
      return (i === 0 ? '' : indent) + line.slice(off)
    })
    .join(newline)
}

/** Where a node begins with the comments that belong to it: those above it without an empty line between. */
export function startWithComments(node: ts.Node, text: string): number {
  const own = node.getStart()
  let start = own
  const comments = ts.getLeadingCommentRanges(text, node.pos) ?? []
  for (const comment of comments.reverse()) {
    const between = text.slice(comment.end, start)
    if (/\n[ \t]*\r?\n/.test(between)) break
    // A comment behind the element before it, on that element's line, is not this one's.
    if (!/(^|\n)[ \t]*$/.test(text.slice(0, comment.pos)) && /\n/.test(between) && comment.pos !== node.pos) break
    if (text.lastIndexOf('\n', comment.pos) < node.pos && node.pos > 0 && /\n/.test(between)) break
    start = comment.pos
  }
  return start
}

/** Where a node ends with the comments behind it on its last line. */
export function endWithComments(end: number, text: string): number {
  let at = end
  for (const comment of ts.getTrailingCommentRanges(text, end) ?? []) at = comment.end
  return at
}

/**
 * The whole lines of a node, comments that belong to it included; only the node where it shares its lines.
 * Of the empty lines around it, one stays.
 */
export function wholeLines(node: ts.Node, text: string): [start: number, end: number] {
  let start = startWithComments(node, text)
  let end = endWithComments(node.end, text)
  const before = lineStart(text, start)
  const rest = /^[ \t]*(\r?\n|$)/.exec(text.slice(end))
  if (text.slice(before, start).trim() !== '' || rest === null) {
    while (text[end] === ' ') end++
    return [start, end]
  }
  start = before
  end += rest[0].length
  const emptyAbove = /(^|\n)[ \t]*\r?\n$/.test(text.slice(0, start)) || start === 0
  const opensAbove = /[{[(]\s*$/.test(text.slice(0, start))
  const emptyBelow = /^[ \t]*\r?\n/.exec(text.slice(end))
  const closesBelow = /^\s*([})\]]|$)/.test(text.slice(end))
  if (emptyBelow !== null && (emptyAbove || opensAbove)) end += emptyBelow[0].length
  else if (emptyAbove && closesBelow && start > 0) start = lineStart(text, start - 1)
  return [start, end]
}
