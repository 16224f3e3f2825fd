/** A piece of one file's part of a unified diff, ready to be shown. */
export interface DiffPart {
  /** Path; `old → new` where it was renamed. */
  name: string
  /** What happened to the file beside its lines: `new`, `deleted`, `renamed`, `binary`, a change of mode. */
  notes: string[]
  /** Of the whole file. */
  added: number
  removed: number
  lines: DiffLine[]
  /** From 1, where the file takes several parts. */
  part: number
  parts: number
}

export interface DiffLine {
  kind: 'hunk' | 'added' | 'removed' | 'same' | 'note'
  text: string
  /** From 1. */
  before?: number
  after?: number
}

/** A part has at most so many lines, and a line at most so many characters. */
const most = { lines: 400, characters: 2_000 }

const hunk = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@/
const meta: readonly [pattern: RegExp, note: (found: RegExpExecArray) => string][] = [
  [/^new file mode (\d+)/, ([, mode]) => (mode === '100644' ? 'new' : `new, mode ${mode}`)],
  [/^deleted file mode/, () => 'deleted'],
  [/^old mode (\d+)/, ([, mode]) => `mode ${mode} →`],
  [/^new mode (\d+)/, ([, mode]) => `${mode}`],
  [/^rename from (.*)/, ([, from]) => `renamed from ${from}`],
  [/^Binary files /, () => 'binary'],
]

/** Splits a unified diff, as git writes it, at its files, and those at so many lines. */
export function diffParts(diff: string): DiffPart[] {
  const parts: DiffPart[] = []
  for (const file of diff.split(/^diff --git /m).slice(1)) {
    const [first = '', ...lines] = file.replace(/\n$/, '').split('\n')
    const shown: DiffLine[] = []
    const notes: string[] = []
    let name = first.replace(/^"?a\/.*? "?b\/(.*?)"?$/, '$1')
    let at: { before: number; after: number } | undefined
    for (const line of lines) {
      const begins = hunk.exec(line)
      if (begins) {
        at = { before: Number(begins[1]), after: Number(begins[2]) }
        shown.push({ kind: 'hunk', text: line })
      } else if (at) shown.push(inHunk(line, at))
      else {
        const to = /^(?:rename to |\+\+\+ b\/)(.*)/.exec(line)?.[1]
        if (to !== undefined) name = to
        for (const [pattern, note] of meta) {
          const found = pattern.exec(line)
          if (found) notes.push(note(found))
        }
      }
    }
    const added = shown.filter(({ kind }) => kind === 'added').length
    const removed = shown.filter(({ kind }) => kind === 'removed').length
    const count = Math.max(1, Math.ceil(shown.length / most.lines))
    for (let part = 1; part <= count; part++)
      parts.push({
        ...{ name, notes, added, removed, part, parts: count },
        lines: shown.slice((part - 1) * most.lines, part * most.lines),
      })
  }
  return parts
}

function inHunk(line: string, at: { before: number; after: number }): DiffLine {
  const text = line.slice(1)
  const left = text.length - most.characters
  const cut = left > 0 ? `${text.slice(0, most.characters)} … ${left} more characters` : text
  if (line.startsWith('+')) return { kind: 'added', text: cut, after: at.after++ }
  if (line.startsWith('-')) return { kind: 'removed', text: cut, before: at.before++ }
  return line.startsWith('\\')
    ? { kind: 'note', text: cut.trimStart() }
    : { kind: 'same', text: cut, before: at.before++, after: at.after++ }
}
