import type { Splice } from '../spliced.ts'
import type { Change } from './lines.ts'

/** Two texts with as many lines as each other: what changed, and the lines near it. */
export interface InPlace {
  /** Lines by number, ends kept; of those far from every change nothing. */
  a: string[]
  b: string[]
  changes: Change[]
}

/** Most lines that may have changed for the lines to be compared one by one. */
const maxChanged = 500
const newline = 10

/** Most lines of a text that is compared so. */
const maxLines = 65_536
/** Where each line begins, and in one place more where the text ends. */
type Starts = Int32Array

/** Filled from text to text. */
const found = new Int32Array(maxLines + 1)
/** Of texts that live: a file is often changed from what it was before. */
const known = new WeakMap<Uint8Array, Starts>()

/** Undefined for a text of too many lines. */
function startsOf(text: Uint8Array): Starts | undefined {
  const before = known.get(text)
  if (before !== undefined) return before
  const lines = findLines(text)
  if (lines < 0) return undefined
  const starts = found.slice(0, lines + 1)
  known.set(text, starts)
  return starts
}

/** Fills `found`; -1 for a text of too many lines. */
function findLines(a: Uint8Array): number {
  let line = 0
  const look = (from: number, to: number): boolean => {
    for (let i = from; i < to; i++)
      if (a[i] === newline) {
        if (++line >= maxLines) return false
        found[line] = i + 1
      }
    return true
  }
  // Four bytes at once: most hold no end of a line.
  const toWord = -a.byteOffset & 3
  const head = a.length < toWord + 4 ? 0 : toWord
  const words =
    a.length < toWord + 4 ? new Int32Array() : new Int32Array(a.buffer, a.byteOffset + head, (a.length - head) >> 2)
  if (!look(0, head)) return -1
  for (let k = 0; k < words.length; k++) {
    const odd = (words[k] as number) ^ 0x0a0a0a0a
    if (((odd - 0x01010101) & ~odd & 0x80808080) !== 0 && !look(head + k * 4, head + k * 4 + 4)) return -1
  }
  if (!look(head + words.length * 4, a.length)) return -1
  const lines = found[line] === a.length ? line : line + 1
  found[lines] = a.length
  return lines
}

/** How many bytes from `i` and from `j` on are the same. */
function alike(a: Buffer, i: number, b: Buffer, j: number): number {
  const length = Math.min(a.length - i, b.length - j)
  let n = 0
  // Changes are often near each other.
  for (const near = Math.min(length, 128); n < near; n++) if (a[i + n] !== b[j + n]) return n
  const isSame = (size: number): boolean =>
    n + size <= length && a.compare(b, j + n, j + n + size, i + n, i + n + size) === 0
  for (let size = 4_096; size >= 32; size >>= 1) while (isSame(size)) n += size
  while (n < length && a[i + n] === b[j + n]) n++
  return n
}

interface ChangedLine {
  line: number
  /** Where it is in the other text, end exclusive. */
  start: number
  end: number
}

/** The lines that differ; undefined where there are not as many lines on both sides, or too many differ. */
function changedLines(a: Buffer, b: Buffer, starts: Starts): ChangedLine[] | undefined {
  const lines = starts.length - 1
  const changed: ChangedLine[] = []
  for (let [i, line, shift] = [0, 0, 0]; ; ) {
    const same = alike(a, i, b, i + shift)
    i += same
    if (i === a.length && i + shift === b.length) return changed
    const isStart = same === 0 || a[i - 1] === newline
    if (isStart && (i === a.length || i + shift === b.length)) return undefined
    if (changed.length === maxChanged) return undefined
    while (line + 1 < lines && (starts[line + 1] as number) <= i) line++
    const next = b.indexOf(newline, i + shift)
    const end = next === -1 ? b.length : next + 1
    changed.push({ line, start: (starts[line] as number) + shift, end })
    i = starts[line + 1] as number
    shift = end - i
  }
}

/** The same, of a text that is `a` with some splices; undefined also where one of them brings or takes the end of a line. */
function splicedLines(a: Buffer, b: Buffer, starts: Starts, splices: readonly Splice[]): ChangedLine[] | undefined {
  const changed: ChangedLine[] = []
  let shift = 0
  for (let [at, line] = [0, 0]; at < splices.length; ) {
    const from = (splices[at] as Splice).start
    while (line + 1 < starts.length && (starts[line + 1] as number) <= from) line++
    const [start, end] = [starts[line] as number, starts[line + 1]]
    if (end === undefined) return undefined
    const before = shift
    const last = a[end - 1] === newline ? end - 1 : end
    for (let splice = splices[at]; splice !== undefined && splice.start < end; splice = splices[++at]) {
      if (splice.end > last || splice.text.includes('\n')) return undefined
      shift += Buffer.byteLength(splice.text) - (splice.end - splice.start)
    }
    if (start + before === end + shift || changed.length === maxChanged) return undefined
    if (a.compare(b, start + before, end + shift, start, end) !== 0)
      changed.push({ line, start: start + before, end: end + shift })
  }
  return changed
}

/** Lines of which this differs are not the same. */
const markOf = (text: Buffer, start: number, end: number): number =>
  ((end - start) << 8) | (text[(start + end) >> 1] ?? 0)

/**
 * The changes of texts (UTF-8) with as many lines as each other, when each line that changed is found nowhere else:
 * then no other way to pair the lines keeps as many of them. Undefined where that is not so. Works on bytes, which
 * takes a quarter of the time of comparing lines.
 * @param context how many lines around each change are given as well.
 * @param splices what makes `b` of `a`, where that is known.
 */
export function changedInPlace(
  a: Uint8Array,
  b: Uint8Array,
  context: number,
  splices?: readonly Splice[],
): InPlace | undefined {
  const [aBytes, bBytes] = [bufferOf(a), bufferOf(b)]
  const starts = startsOf(a)
  if (starts === undefined) return undefined
  const lines = starts.length - 1
  const changed =
    (splices === undefined ? undefined : splicedLines(aBytes, bBytes, starts, splices)) ??
    changedLines(aBytes, bBytes, starts)
  if (changed === undefined) return undefined
  const marks = new Set<number>()
  /** The last bits of their lengths, which most lines are told from without a look at them. */
  const lengths = new Uint8Array(256)
  const aLine = (n: number): string => aBytes.toString('utf8', starts[n], starts[n + 1])
  const result: InPlace = { a: new Array(lines), b: new Array(lines), changes: [] }
  const [gone, come] = [new Set<string>(), new Set<string>()]
  for (const { line: n, start, end } of changed) {
    for (const [text, from, to] of [
      [aBytes, starts[n] as number, starts[n + 1] as number],
      [bBytes, start, end],
    ] as const) {
      lengths[(to - from) & 255] = 1
      marks.add(markOf(text, from, to))
    }
    result.a[n] = aLine(n)
    result.b[n] = bBytes.toString('utf8', start, end)
    gone.add(result.a[n])
    come.add(result.b[n])
    const last = result.changes.at(-1)
    if (last?.aEnd === n) {
      last.aEnd++
      last.bEnd++
    } else result.changes.push({ aStart: n, aEnd: n + 1, bStart: n, bEnd: n + 1 })
  }
  for (const line of come) if (gone.has(line)) return undefined
  for (let n = 0, next = 0, from = 0; n < lines; n++) {
    const to = starts[n + 1] as number
    if (changed[next]?.line === n) next++
    else if (lengths[(to - from) & 255] === 1 && marks.has(markOf(aBytes, from, to))) {
      const line = aLine(n)
      if (gone.has(line) || come.has(line)) return undefined
    }
    from = to
  }
  for (const { line: n } of changed)
    for (let k = Math.max(0, n - context); k <= Math.min(lines - 1, n + context); k++) result.a[k] ??= aLine(k)
  return result
}

const bufferOf = ({ buffer, byteOffset, length }: Uint8Array): Buffer => Buffer.from(buffer, byteOffset, length)
