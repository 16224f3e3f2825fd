import { diffTrees } from './diff/unified.ts'
import type { LineRange } from './mutation.ts'
import type { Tree } from './tree.ts'

/** Runs of added lines in the hunks of one file's unified diff. */
function addedRanges(path: string, diff: string): LineRange[] {
  const ranges: LineRange[] = []
  let line = 0
  for (const text of diff.split('\n')) {
    const hunk = /^@@ -\S+ \+(\d+)(?:,\d+)? @@/.exec(text)
    if (hunk !== null) line = Number(hunk[1])
    else if (line === 0) continue
    else if (text.startsWith('+')) {
      const last = ranges.at(-1)
      if (last !== undefined && last.to === line - 1) last.to = line
      else ranges.push({ path, from: line, to: line })
      line++
    } else if (text.startsWith(' ')) line++
  }
  return ranges
}

/** Lines that the newer tree has and the older one has not. In a file that moved, only those that changed on the way. */
export const changedLines = (before: Tree, after: Tree, moved?: ReadonlyMap<string, string>): LineRange[] =>
  diffTrees(before, after, moved).flatMap(({ path, text }) => addedRanges(path, text))

/** New path → old path, as the renames of a diff say. */
export function movedIn(diff: string): Map<string, string> {
  const moved = new Map<string, string>()
  for (const [, from, to] of diff.matchAll(/^rename from ([^"].*)\nrename to ([^"].*)$/gm)) {
    if (from !== undefined && to !== undefined) moved.set(to, from)
  }
  return moved
}

const testFile =
  /(^|\/)(__tests__|__mocks__|tests?|spec)\/|\.(test|spec|stories|bench)\.|(^|\/)[\w.-]*\.config\.[cm]?[jt]s$/

export const isTestFile = (path: string): boolean => testFile.test(path)

/** Lines below a folder, their paths relative to it, without those of tests and configurations. */
export const productLines = (lines: readonly LineRange[], folder: string): LineRange[] =>
  lines
    .filter(({ path }) => folder === '' || path.startsWith(`${folder}/`))
    .map((line) => ({ ...line, path: folder === '' ? line.path : line.path.slice(folder.length + 1) }))
    .filter(({ path }) => !isTestFile(path))
