/** A run of lines that differ: `[aStart, aEnd)` of the old text became `[bStart, bEnd)` of the new. */
export interface Change {
  aStart: number
  aEnd: number
  bStart: number
  bEnd: number
}

/** Lines with their ends kept; the last may have none. Only `\n` ends a line, as in git. */
export function splitLines(text: string): string[] {
  const lines: string[] = []
  let start = 0
  for (let nl = text.indexOf('\n'); nl !== -1; nl = text.indexOf('\n', start)) {
    lines.push(text.slice(start, nl + 1))
    start = nl + 1
  }
  if (start < text.length) lines.push(text.slice(start))
  return lines
}

/** Above this many steps a gap is shown as replaced whole: a correct diff, if not the shortest. */
const maxSteps = 2000

/**
 * Which lines changed: equal ends cut off, lines unique on both sides as anchors (patience diff),
 * and Myers' greedy algorithm between them ("An O(ND) Difference Algorithm and Its Variations", 1986).
 */
export function diffLines(a: readonly string[], b: readonly string[]): Change[] {
  const changes: Change[] = []
  const push = (aStart: number, aEnd: number, bStart: number, bEnd: number): void => {
    if (aStart === aEnd && bStart === bEnd) return
    const last = changes.at(-1)
    if (last !== undefined && last.aEnd === aStart && last.bEnd === bStart) {
      last.aEnd = aEnd
      last.bEnd = bEnd
    } else changes.push({ aStart, aEnd, bStart, bEnd })
  }
  const between = (aLow: number, aHigh: number, bLow: number, bHigh: number, depth: number): void => {
    while (aLow < aHigh && bLow < bHigh && a[aLow] === b[bLow]) {
      aLow++
      bLow++
    }
    while (aLow < aHigh && bLow < bHigh && a[aHigh - 1] === b[bHigh - 1]) {
      aHigh--
      bHigh--
    }
    if (aLow === aHigh || bLow === bHigh) {
      push(aLow, aHigh, bLow, bHigh)
      return
    }
    const anchors = depth < 8 ? uniqueAnchors(a, b, aLow, aHigh, bLow, bHigh) : []
    if (anchors.length > 0) {
      for (const [i, j] of anchors) {
        between(aLow, i, bLow, j, depth + 1)
        aLow = i + 1
        bLow = j + 1
      }
      between(aLow, aHigh, bLow, bHigh, depth + 1)
      return
    }
    for (const c of myers(a, b, aLow, aHigh, bLow, bHigh)) push(c.aStart, c.aEnd, c.bStart, c.bEnd)
  }
  between(0, a.length, 0, b.length, 0)
  return changes
}

/** Pairs of lines that stand exactly once on each side, the longest sequence that rises on both. */
function uniqueAnchors(
  a: readonly string[],
  b: readonly string[],
  aLow: number,
  aHigh: number,
  bLow: number,
  bHigh: number,
): [number, number][] {
  const seen = new Map<string, { a: number; b: number }>()
  for (let i = aLow; i < aHigh; i++) {
    const line = a[i] as string
    const entry = seen.get(line)
    seen.set(line, entry === undefined ? { a: i, b: -1 } : { a: -2, b: -2 })
  }
  for (let j = bLow; j < bHigh; j++) {
    const entry = seen.get(b[j] as string)
    if (entry !== undefined) entry.b = entry.b === -1 ? j : -2
  }
  const pairs: [number, number][] = []
  for (const entry of seen.values()) if (entry.a >= 0 && entry.b >= 0) pairs.push([entry.a, entry.b])
  // Patience sorting over b; pairs come in the order of a.
  const tails: number[] = []
  const previous: number[] = []
  pairs.forEach(([, j], index) => {
    let low = 0
    let high = tails.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((pairs[tails[middle] as number] as [number, number])[1] < j) low = middle + 1
      else high = middle
    }
    previous[index] = low > 0 ? (tails[low - 1] as number) : -1
    tails[low] = index
  })
  const out: [number, number][] = []
  for (let at = tails.at(-1) ?? -1; at >= 0; at = previous[at] as number) out.push(pairs[at] as [number, number])
  return out.reverse()
}

function myers(
  a: readonly string[],
  b: readonly string[],
  aLow: number,
  aHigh: number,
  bLow: number,
  bHigh: number,
): Change[] {
  const n = aHigh - aLow
  const m = bHigh - bLow
  const max = Math.min(n + m, maxSteps)
  let v = new Int32Array(2 * max + 3)
  const offset = max + 1
  const trace: Int32Array[] = []
  for (let d = 0; d <= max; d++) {
    trace.push(v.slice(offset - d - 1, offset + d + 2))
    const next = v.slice()
    for (let k = -d; k <= d; k += 2) {
      const down = k === -d || (k !== d && (v[offset + k - 1] as number) < (v[offset + k + 1] as number))
      let x = down ? (v[offset + k + 1] as number) : (v[offset + k - 1] as number) + 1
      let y = x - k
      while (x < n && y < m && a[aLow + x] === b[bLow + y]) {
        x++
        y++
      }
      next[offset + k] = x
      if (x >= n && y >= m) return backtrack(trace, d, n, m, aLow, bLow)
    }
    v = next
  }
  return [{ aStart: aLow, aEnd: aHigh, bStart: bLow, bEnd: bHigh }]
}

function backtrack(trace: Int32Array[], steps: number, n: number, m: number, aLow: number, bLow: number): Change[] {
  const out: Change[] = []
  let x = n
  let y = m
  for (let d = steps; d > 0; d--) {
    const v = trace[d] as Int32Array
    const at = (k: number): number => v[k + d + 1] as number
    const k = x - y
    const down = k === -d || (k !== d && at(k - 1) < at(k + 1))
    const fromK = down ? k + 1 : k - 1
    const fromX = at(fromK)
    const fromY = fromX - fromK
    out.push(
      down
        ? { aStart: aLow + fromX, aEnd: aLow + fromX, bStart: bLow + fromY, bEnd: bLow + fromY + 1 }
        : { aStart: aLow + fromX, aEnd: aLow + fromX + 1, bStart: bLow + fromY, bEnd: bLow + fromY },
    )
    x = fromX
    y = fromY
  }
  return out.reverse()
}
