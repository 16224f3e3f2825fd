/** A line of a file's patch, as review comments are tied to it. */
export interface DiffPosition {
  /** Lines below the patch's first `@@`, which is 0. */
  position: number
  /** From the hunk's header down to the line. */
  hunk: string
}

/** Finds a line, by its number on one side, in a patch; undefined where the patch does not show it. */
export function findLine(patch: string, line: number, side: 'LEFT' | 'RIGHT'): DiffPosition | undefined {
  let hunk: string[] = []
  let left = 0
  let right = 0
  for (const [position, text] of patch.split('\n').entries()) {
    const header = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@/.exec(text)
    if (header) {
      left = Number(header[1])
      right = Number(header[2])
      hunk = [text]
      continue
    }
    hunk.push(text)
    const [mark] = text
    const onLeft = mark === '-' || mark === ' '
    const onRight = mark === '+' || mark === ' '
    if ((side === 'LEFT' && onLeft && left === line) || (side === 'RIGHT' && onRight && right === line)) {
      return { position, hunk: hunk.join('\n') }
    }
    if (onLeft) left += 1
    if (onRight) right += 1
  }
  return undefined
}

/** The hunk down to a position. */
export function hunkAt(patch: string, position: number): string | undefined {
  const lines = patch.split('\n').slice(0, position + 1)
  if (lines.length <= position) return undefined
  return lines.slice(lines.findLastIndex((text) => text.startsWith('@@ '))).join('\n')
}
