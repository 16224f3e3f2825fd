export interface DiffStats {
  files: number
  insertions: number
  deletions: number
}

/** Files, and lines added and taken away, of a unified diff. Lines count by their hunk, whatever they look like. */
export function diffStats(diff: string): DiffStats {
  const stats = { files: 0, insertions: 0, deletions: 0 }
  let oldLeft = 0
  let newLeft = 0
  for (const line of diff.split('\n')) {
    if (oldLeft > 0 || newLeft > 0) {
      if (line.startsWith('+')) {
        stats.insertions++
        newLeft--
      } else if (line.startsWith('-')) {
        stats.deletions++
        oldLeft--
      } else if (!line.startsWith('\\')) {
        oldLeft--
        newLeft--
      }
      continue
    }
    const hunk = /^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@/.exec(line)
    if (hunk !== null) {
      oldLeft = Number(hunk[1] ?? 1)
      newLeft = Number(hunk[2] ?? 1)
    } else if (line.startsWith('diff --git ')) stats.files++
  }
  return stats
}
