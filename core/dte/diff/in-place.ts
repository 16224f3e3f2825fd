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
/** Where each line begins, and in one place more where the text ends. Kept from file to file. */
const aStarts = new Int32Array(maxLines + 1)
const bStarts = new Int32Array(maxLines + 1)

/** The numbers of the lines that differ; undefined where there are not as many lines on both sides, or too many differ. */
function changedLines(a: Uint8Array, b: Uint8Array): { changed: number[]; lines: number } | undefined {
  const changed: number[] = []
  let [i, line] = [0, 0]
  aStarts[0] = 0
  bStarts[0] = 0
  for (let shift = 0; ; ) {
    // As long as both say the same.
    const end = Math.min(a.length, b.length - shift)
    for (; i < end; i++) {
      const byte = a[i]
      if (byte !== b[i + shift]) break
      if (byte !== newline) continue
      if (++line >= maxLines) return undefined
      aStarts[line] = i + 1
      bStarts[line] = i + 1 + shift
    }
    if (i === a.length && i + shift === b.length) break
    if (i === aStarts[line] && (i === a.length || i + shift === b.length)) return undefined
    if (changed.push(line) > maxChanged) return undefined
    const [aEnd, bEnd] = [a.indexOf(newline, i), b.indexOf(newline, i + shift)]
    i = aEnd === -1 ? a.length : aEnd + 1
    shift = (bEnd === -1 ? b.length : bEnd + 1) - i
    if (++line >= maxLines) return undefined
    aStarts[line] = i
    bStarts[line] = i + shift
    if (i === a.length && i + shift === b.length) break
  }
  const lines = aStarts[line] === a.length && bStarts[line] === b.length ? line : line + 1
  aStarts[lines] = a.length
  bStarts[lines] = b.length
  return { changed, lines }
}

/**
 * The changes of texts (UTF-8) with as many lines as each other, when each line that changed is found nowhere else:
 * then no other way to pair the lines keeps as many of them. Undefined where that is not so. Works on bytes, which
 * takes a quarter of the time of comparing lines.
 * @param context how many lines around each change are given as well.
 */
export function changedInPlace(a: Uint8Array, b: Uint8Array, context: number): InPlace | undefined {
  const found = changedLines(a, b)
  if (found === undefined) return undefined
  const { changed, lines } = found
  const [aBytes, bBytes] = [bufferOf(a), bufferOf(b)]
  const aLine = (n: number): string => aBytes.toString('utf8', aStarts[n], aStarts[n + 1])
  const bLine = (n: number): string => bBytes.toString('utf8', bStarts[n], bStarts[n + 1])
  const gone = new Set(changed.map(aLine))
  const come = new Set(changed.map(bLine))
  for (const line of come) if (gone.has(line)) return undefined
  // Most lines are told from those by the last bits of their length.
  const lengths = new Uint8Array(256)
  for (const n of changed) {
    lengths[((aStarts[n + 1] as number) - (aStarts[n] as number)) & 255] = 1
    lengths[((bStarts[n + 1] as number) - (bStarts[n] as number)) & 255] = 1
  }
  for (let n = 0, next = 0; n < lines; n++) {
    if (changed[next] === n) next++
    else if (lengths[((aStarts[n + 1] as number) - (aStarts[n] as number)) & 255] === 1) {
      const line = aLine(n)
      if (gone.has(line) || come.has(line)) return undefined
    }
  }
  const result: InPlace = { a: new Array(lines), b: new Array(lines), changes: [] }
  for (const n of changed) {
    for (let k = Math.max(0, n - context); k <= Math.min(lines - 1, n + context); k++) result.a[k] ??= aLine(k)
    result.b[n] = bLine(n)
    const last = result.changes.at(-1)
    if (last?.aEnd === n) {
      last.aEnd++
      last.bEnd++
    } else result.changes.push({ aStart: n, aEnd: n + 1, bStart: n, bEnd: n + 1 })
  }
  return result
}

const bufferOf = ({ buffer, byteOffset, length }: Uint8Array): Buffer => Buffer.from(buffer, byteOffset, length)
