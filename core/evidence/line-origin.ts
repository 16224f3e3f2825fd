/** Where a line of a file comes from, according to one unified diff. */
export type LineOrigin =
  /** The diff does not touch the file, or not this line: there it was before. */
  | { kind: 'kept'; path: string; line: number }
  /** The diff wrote it, instead of the lines in `before`. */
  | { kind: 'written'; text: string; before: string[] }

const named: Record<string, string> = { a: '\x07', b: '\b', t: '\t', n: '\n', v: '\v', f: '\f', r: '\r' }

/** A path as git writes it, with C's escapes where it is quoted. */
function plainPath(text: string): string {
  if (!text.startsWith('"')) return text.split('\t')[0] ?? ''
  const bytes = text
    .slice(1, text.lastIndexOf('"'))
    .replaceAll(/\\([0-3][0-7]{2}|.)/g, (_, code: string) =>
      /^\d{3}$/.test(code) ? String.fromCharCode(Number.parseInt(code, 8)) : (named[code] ?? code),
    )
  return Buffer.from(bytes, 'latin1').toString()
}
const withoutFolder = (path: string): string | undefined =>
  path === '/dev/null' ? undefined : path.slice(path.indexOf('/') + 1)

interface Section {
  oldPath: string | undefined
  newPath: string | undefined
  /** Lines of the hunks, from the first `@@` on. */
  hunks: string[]
}

function sections(diff: string): Section[] {
  const found: Section[] = []
  let left = 0
  let current: Section = { oldPath: undefined, newPath: undefined, hunks: [] }
  for (const line of diff.split('\n')) {
    const hunk = left <= 0 ? /^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@/.exec(line) : null
    if (hunk) left = Number(hunk[1] ?? 1) + Number(hunk[2] ?? 1)
    else if (left > 0) left -= line.startsWith(' ') || line === '' ? 2 : line.startsWith('\\') ? 0 : 1
    else if (line.startsWith('diff --git ') || (line.startsWith('--- ') && current.hunks.length > 0)) {
      current = { oldPath: undefined, newPath: undefined, hunks: [] }
      found.push(current)
    }
    if (hunk || (current.hunks.length > 0 && !line.startsWith('diff --git '))) current.hunks.push(line)
    else if (line.startsWith('rename from ')) current.oldPath = plainPath(line.slice(12))
    else if (line.startsWith('rename to ')) current.newPath = plainPath(line.slice(10))
    else if (line.startsWith('--- ')) current.oldPath = withoutFolder(plainPath(line.slice(4)))
    else if (line.startsWith('+++ ')) current.newPath = withoutFolder(plainPath(line.slice(4)))
    if (found.length === 0 && current.newPath !== undefined) found.push(current)
  }
  return found
}

/** `line` from 1, in the file as it stands after the diff. */
export function lineOrigin(diff: string, path: string, line: number): LineOrigin {
  const section = sections(diff).find(({ newPath }) => newPath === path)
  if (!section) return { kind: 'kept', path, line }
  let [oldAt, newAt] = [1, 1]
  let removed: string[] = []
  for (const text of section.hunks) {
    const header = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(text)
    if (header) {
      // A range of no lines names the line before it.
      const from = Number(header[1]) + (header[2] === '0' ? 1 : 0)
      const to = Number(header[3]) + (header[4] === '0' ? 1 : 0)
      if (line < to) break
      ;[oldAt, newAt, removed] = [from, to, []]
    } else if (text.startsWith('-')) {
      removed.push(text.slice(1))
      oldAt++
    } else if (text.startsWith('+')) {
      if (newAt === line) return { kind: 'written', text: text.slice(1), before: removed }
      newAt++
    } else if (!text.startsWith('\\') && text !== '') {
      if (newAt === line) break
      ;[oldAt, newAt, removed] = [oldAt + 1, newAt + 1, []]
    }
  }
  return { kind: 'kept', path: section.oldPath ?? path, line: line - newAt + oldAt }
}
