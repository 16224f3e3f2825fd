import { AtomicError } from '../../platform/errors.ts'
import { splitLines } from './lines.ts'

export interface Hunk {
  /** First line concerned, from 1; 0 where the old side has none. */
  oldStart: number
  oldLines: string[]
  newLines: string[]
  /** Line of the diff itself at which the hunk begins, from 1. */
  at: number
}
export interface FilePatch {
  /** Null for a file that comes to be. */
  oldPath: string | null
  /** Null for a file that is deleted. */
  newPath: string | null
  kind: 'edit' | 'rename' | 'copy'
  oldMode?: string
  newMode?: string
  hunks: Hunk[]
  at: number
}

const fails = (detail: string, line: number): AtomicError =>
  new AtomicError('PATCH_FAILS', { detail: `${detail} (line ${line} of the diff)`, place: `diff:${line}:1` })

function unquote(name: string, line: number): string {
  if (!name.startsWith('"')) return name
  if (!name.endsWith('"') || name.length < 2) throw fails('A quoted path does not end', line)
  const bytes: number[] = []
  const named: Record<string, number> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13, '"': 34, '\\': 92 }
  const body = Buffer.from(name.slice(1, -1), 'utf8')
  for (let i = 0; i < body.length; i++) {
    if (body[i] !== 0x5c) {
      bytes.push(body[i] as number)
      continue
    }
    const octal = /^[0-3][0-7]{2}/.exec(body.subarray(i + 1, i + 4).toString('latin1'))?.[0]
    const letter = String.fromCharCode(body[i + 1] ?? 0)
    if (octal !== undefined) bytes.push(Number.parseInt(octal, 8))
    else if (named[letter] !== undefined) bytes.push(named[letter])
    else throw fails('A quoted path holds an unknown escape', line)
    i += octal === undefined ? 1 : 3
  }
  return Buffer.from(bytes).toString('utf8')
}

/** The path of a `---` or `+++` line: first folder (`a/`, `b/`) off, date after a tab off. */
function headerPath(raw: string, line: number): string | null {
  const name = unquote(raw.startsWith('"') ? raw.slice(0, raw.lastIndexOf('"') + 1) : (raw.split('\t')[0] ?? ''), line)
  if (name === '/dev/null') return null
  const slash = name.indexOf('/')
  if (slash === -1) throw fails(`The path ${JSON.stringify(name)} has no a/ or b/ before it`, line)
  return name.slice(slash + 1)
}

/** Both paths of `diff --git a/x b/x`, where the lines after it name none; the names are equal then. */
function gitPath(rest: string, line: number): string | undefined {
  if (rest.startsWith('"')) {
    const end = /^"(?:[^"\\]|\\.)*"/.exec(rest)?.[0]
    return end === undefined ? undefined : (headerPath(end, line) ?? undefined)
  }
  const half = (rest.length - 1) / 2
  const left = rest.slice(0, half).replace(/^[^/]*\//, '')
  return Number.isInteger(half) && left === rest.slice(half + 1).replace(/^[^/]*\//, '') ? left : undefined
}

/**
 * Reads a unified diff, git's extended headers included.
 * https://git-scm.com/docs/diff-format#generate_patch_text_with_p
 * @throws AtomicError `PATCH_FAILS` with the line of the diff.
 */
export function parsePatch(text: string): FilePatch[] {
  const lines = splitLines(text)
  const patches: FilePatch[] = []
  const named = new Set<FilePatch>()
  let i = 0
  const bare = (index: number): string => (lines[index] ?? '').replace(/\r?\n$/, '')
  const begin = (path: string | null): FilePatch => {
    const patch: FilePatch = { oldPath: path, newPath: path, kind: 'edit', hunks: [], at: i + 1 }
    patches.push(patch)
    return patch
  }
  while (i < lines.length) {
    const line = bare(i)
    const current = patches.at(-1)
    if (line.startsWith('diff --git ')) {
      begin(gitPath(line.slice(11), i + 1) ?? null)
      i++
    } else if (line.startsWith('--- ') && bare(i + 1).startsWith('+++ ')) {
      const patch = current !== undefined && !named.has(current) && current.hunks.length === 0 ? current : begin(null)
      const oldPath = headerPath(line.slice(4), i + 1)
      const newPath = headerPath(bare(i + 1).slice(4), i + 2)
      if (patch.kind === 'edit') Object.assign(patch, { oldPath, newPath })
      named.add(patch)
      i += 2
    } else if (/^@@ -\d/.test(line)) {
      if (current === undefined) throw fails('A hunk stands before any file', i + 1)
      i = readHunk(lines, i, current)
    } else {
      if (current !== undefined) extendedHeader(line, current, i + 1)
      i++
    }
  }
  for (const p of patches) {
    if (p.oldPath === null && p.newPath === null) throw fails('No path can be read for this file', p.at)
  }
  if (patches.length === 0) throw fails('No file is named', 1)
  return patches
}

function extendedHeader(line: string, patch: FilePatch, at: number): void {
  const value = (prefix: string): string | undefined =>
    line.startsWith(prefix) ? line.slice(prefix.length) : undefined
  const mode = (v: string): string => {
    if (!/^(100644|100755|120000)$/.test(v)) throw fails(`The mode ${v} is not that of a file or link`, at)
    return v
  }
  const rules: [string, (v: string) => void][] = [
    ['old mode ', (v) => Object.assign(patch, { oldMode: mode(v) })],
    ['new mode ', (v) => Object.assign(patch, { newMode: mode(v) })],
    ['new file mode ', (v) => Object.assign(patch, { newMode: mode(v), oldPath: null })],
    ['deleted file mode ', (v) => Object.assign(patch, { oldMode: mode(v), newPath: null })],
    ['rename from ', (v) => Object.assign(patch, { oldPath: unquote(v, at), kind: 'rename' })],
    ['rename to ', (v) => Object.assign(patch, { newPath: unquote(v, at), kind: 'rename' })],
    ['copy from ', (v) => Object.assign(patch, { oldPath: unquote(v, at), kind: 'copy' })],
    ['copy to ', (v) => Object.assign(patch, { newPath: unquote(v, at), kind: 'copy' })],
  ]
  if (/^(GIT binary patch|Binary files )/.test(line)) throw fails('Binary patches are not read', at)
  for (const [prefix, set] of rules) {
    const v = value(prefix)
    if (v !== undefined) {
      set(v)
      return
    }
  }
  // After a hunk is full, a line that looks like one more of it means that the counts lie.
  if (patch.hunks.length > 0 && /^[+\- ]/.test(line) && !/^-- ?$/.test(line)) {
    throw fails('A hunk is longer than its header says', at)
  }
}

function readHunk(lines: readonly string[], start: number, patch: FilePatch): number {
  const header = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(lines[start] ?? '')
  if (header === null) throw fails('The hunk header cannot be read', start + 1)
  let oldLeft = header[2] === undefined ? 1 : Number(header[2])
  let newLeft = header[4] === undefined ? 1 : Number(header[4])
  const hunk: Hunk = { oldStart: Number(header[1]), oldLines: [], newLines: [], at: start + 1 }
  let i = start + 1
  const lastLine = i + oldLeft + newLeft + 2
  while (i < lines.length && i <= lastLine) {
    const line = lines[i] as string
    const sign = line === '\n' || line === '\r\n' ? ' ' : line[0]
    if (sign === '\\') {
      // It speaks of the line before it, on the sides that this line belongs to.
      const before = lines[i - 1]?.[0]
      const cut = (side: string[]): void => {
        const last = side.pop()
        if (last !== undefined) side.push(last.replace(/\n$/, ''))
      }
      if (before !== '+') cut(hunk.oldLines)
      if (before !== '-') cut(hunk.newLines)
      i++
      continue
    }
    if (oldLeft === 0 && newLeft === 0) break
    const raw = line === '\n' || line === '\r\n' ? line : line.slice(1)
    // A diff whose very last newline was lost on the way still means a whole line.
    const body = raw.endsWith('\n') ? raw : `${raw}\n`
    if (sign === ' ' || sign === '-') {
      hunk.oldLines.push(body)
      oldLeft--
    }
    if (sign === ' ' || sign === '+') {
      hunk.newLines.push(body)
      newLeft--
    }
    if (sign !== ' ' && sign !== '-' && sign !== '+') throw fails('A hunk ends before its header says', i + 1)
    if (oldLeft < 0 || newLeft < 0) throw fails('A hunk does not fit its header', i + 1)
    i++
  }
  if (oldLeft !== 0 || newLeft !== 0) throw fails('A hunk ends before its header says', i + 1)
  patch.hunks.push(hunk)
  return i
}
