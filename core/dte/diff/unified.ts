import { byCodeUnit } from '../paths.ts'
import { originOf } from '../spliced.ts'
import { type Tree, type TreeEntry, textOf } from '../tree.ts'
import { changedInPlace, type InPlace } from './in-place.ts'
import { type Change, diffLines, splitLines } from './lines.ts'

export interface FileDiff {
  path: string
  /** Where the file came from, when it was renamed. */
  from?: string
  text: string
  insertions: number
  deletions: number
}

/** A path as git writes it: quoted in C's way when it holds controls, quotes, backslashes or bytes beyond ASCII. */
function quotePath(path: string): string {
  if (/^[ !#-[\]-~]*$/.test(path)) return path
  const bytes = Buffer.from(path, 'utf8')
  const named: Record<number, string> = {
    7: 'a',
    8: 'b',
    9: 't',
    10: 'n',
    11: 'v',
    12: 'f',
    13: 'r',
    34: '"',
    92: '\\',
  }
  let out = ''
  for (const b of bytes) {
    if (named[b] !== undefined) out += `\\${named[b]}`
    else out += b < 0x20 || b >= 0x7f ? `\\${b.toString(8).padStart(3, '0')}` : String.fromCharCode(b)
  }
  return `"${out}"`
}

const noNewline = '\\ No newline at end of file\n'
const emit = (sign: string, line: string): string =>
  line.endsWith('\n') ? sign + line : `${sign}${line}\n${noNewline}`

/** `12`, `12,0`, `12,3`: as after `@@`. A range of no lines names the line before it. */
const range = (start: number, length: number): string =>
  length === 1 ? `${start + 1}` : `${length === 0 ? start : start + 1},${length}`

/** Lines around each change. */
const context = 3

function hunks(a: readonly string[], b: readonly string[], changes: readonly Change[]): string {
  let out = ''
  for (let i = 0; i < changes.length; ) {
    const group: Change[] = [changes[i++] as Change]
    while (i < changes.length && (changes[i] as Change).aStart - (group.at(-1) as Change).aEnd <= 2 * context) {
      group.push(changes[i++] as Change)
    }
    const first = group[0] as Change
    const last = group.at(-1) as Change
    const lead = Math.min(context, first.aStart)
    const tail = Math.min(context, a.length - last.aEnd)
    const aStart = first.aStart - lead
    const bStart = first.bStart - lead
    out += `@@ -${range(aStart, last.aEnd + tail - aStart)} +${range(bStart, last.bEnd + tail - bStart)} @@\n`
    let at = aStart
    for (const c of group) {
      for (; at < c.aStart; at++) out += emit(' ', a[at] as string)
      for (; at < c.aEnd; at++) out += emit('-', a[at] as string)
      for (let j = c.bStart; j < c.bEnd; j++) out += emit('+', b[j] as string)
    }
    for (; at < last.aEnd + tail; at++) out += emit(' ', a[at] as string)
  }
  return out
}

const zero = '0'.repeat(40)
function comparedLines(before: TreeEntry | undefined, after: TreeEntry | undefined): InPlace | undefined {
  const [oldText, newText] = [before === undefined ? '' : textOf(before), after === undefined ? '' : textOf(after)]
  if (oldText === undefined || newText === undefined) return undefined
  const origin = after?.data && originOf(after.data)
  const splices = origin !== undefined && origin.base === before?.data ? origin.splices : undefined
  const inPlace = before?.data && after?.data && changedInPlace(before.data, after.data, context, splices)
  if (inPlace !== undefined) return inPlace
  const [a, b] = [splitLines(oldText), splitLines(newText)]
  return { a, b, changes: before?.oid === after?.oid ? [] : diffLines(a, b) }
}

function diffFile(path: string, before: TreeEntry | undefined, after: TreeEntry | undefined, from?: string): FileDiff {
  const compared = comparedLines(before, after)
  const { a, b, changes } = compared ?? { a: [], b: [], changes: [] }
  const same = before?.oid === after?.oid
  const sum = (f: (c: Change) => number): number => changes.reduce((n, c) => n + f(c), 0)
  const insertions = sum((c) => c.bEnd - c.bStart)
  const deletions = sum((c) => c.aEnd - c.aStart)
  const oldName = quotePath(`a/${from ?? path}`)
  const newName = quotePath(`b/${path}`)
  let text = `diff --git ${oldName} ${newName}\n`
  if (before === undefined) text += `new file mode ${after?.mode}\n`
  else if (after === undefined) text += `deleted file mode ${before.mode}\n`
  else if (before.mode !== after.mode) text += `old mode ${before.mode}\nnew mode ${after.mode}\n`
  if (from !== undefined) {
    const similar = same ? 100 : Math.floor((100 * 2 * (a.length - deletions)) / Math.max(1, a.length + b.length))
    text += `similarity index ${Math.min(similar, same ? 100 : 99)}%\nrename from ${quotePath(from)}\nrename to ${quotePath(path)}\n`
  }
  if (!same) {
    const mode = before !== undefined && after !== undefined && before.mode === after.mode ? ` ${after.mode}` : ''
    text += `index ${before?.oid ?? zero}..${after?.oid ?? zero}${mode}\n`
    const left = before === undefined ? '/dev/null' : oldName
    const right = after === undefined ? '/dev/null' : newName
    if (compared === undefined) text += `Binary files ${left} and ${right} differ\n`
    else if (changes.length > 0) {
      // A name with a space needs a tab after it, else a reader could take the rest for a date.
      const name = (n: string): string => (n.includes(' ') && !n.startsWith('"') ? `${n}\t` : n)
      text += `--- ${name(left)}\n+++ ${name(right)}\n${hunks(a, b, changes)}`
    }
  }
  return { path, ...(from === undefined ? {} : { from }), text, insertions, deletions }
}

/**
 * The difference of two trees, a file a piece, sorted by path, in the format that `git apply` reads.
 * Renames: files of equal bytes, and those that `moved` (new path → old path) names.
 */
export function diffTrees(before: Tree, after: Tree, moved: ReadonlyMap<string, string> = new Map()): FileDiff[] {
  const removed = new Set<string>()
  const added = new Set<string>()
  const changed: string[] = []
  for (const [path, entry] of before) {
    const now = after.get(path)
    if (now === undefined) removed.add(path)
    else if (now.oid !== entry.oid || now.mode !== entry.mode) changed.push(path)
  }
  for (const path of after.keys()) if (!before.has(path)) added.add(path)
  const from = new Map<string, string>()
  const pair = (to: string, old: string): void => {
    from.set(to, old)
    added.delete(to)
    removed.delete(old)
  }
  const kind = (e: TreeEntry | undefined): string => e?.mode.slice(0, 3) ?? ''
  for (const [to, old] of [...moved].sort((x, y) => byCodeUnit(x[0], y[0]))) {
    if (added.has(to) && removed.has(old) && kind(before.get(old)) === kind(after.get(to))) pair(to, old)
  }
  const byOid = new Map<string, string[]>()
  for (const path of [...removed].sort(byCodeUnit)) {
    const entry = before.get(path) as TreeEntry
    byOid.set(`${kind(entry)} ${entry.oid}`, [...(byOid.get(`${kind(entry)} ${entry.oid}`) ?? []), path])
  }
  for (const path of [...added].sort(byCodeUnit)) {
    const entry = after.get(path) as TreeEntry
    const old = entry.data?.length === 0 ? undefined : byOid.get(`${kind(entry)} ${entry.oid}`)?.shift()
    if (old !== undefined) pair(path, old)
  }
  const files: FileDiff[] = []
  for (const path of [...changed, ...added, ...removed, ...from.keys()].sort(byCodeUnit)) {
    const old = from.get(path)
    const left = before.get(old ?? path)
    const right = after.get(path)
    if (left !== undefined && right !== undefined && kind(left) !== kind(right)) {
      // A file that became a link, or the other way: git says it as a deletion and a creation.
      files.push(diffFile(path, left, undefined), diffFile(path, undefined, right))
    } else files.push(diffFile(path, left, right, old))
  }
  return files
}
