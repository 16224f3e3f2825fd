import type { LineRange } from './mutation.ts'
import type { Git } from './trees/git.ts'

/** Lines of the newer commit that the older one does not have; a file that only moved has none. */
export async function changedLines(git: Git, older: string, newer: string): Promise<LineRange[]> {
  const diff = await git([
    'diff',
    '--unified=0',
    '--find-renames',
    '--no-color',
    '--no-ext-diff',
    '--no-textconv',
    '--diff-filter=AMR',
    older,
    newer,
    '--',
  ])
  const ranges: LineRange[] = []
  let path: string | undefined
  let body = 0
  for (const line of diff.toString('utf8').split('\n')) {
    const hunk = /^@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(line)
    if (body > 0 && hunk === null) {
      if (/^[-+]/.test(line)) body--
      continue
    }
    if (hunk !== null) {
      const [removed, from, added] = [Number(hunk[1] ?? 1), Number(hunk[2]), Number(hunk[3] ?? 1)]
      body = removed + added
      if (path !== undefined && added > 0) ranges.push({ path, from, to: from + added - 1 })
    } else if (line.startsWith('+++ ')) {
      // A name that git quotes is none of a source file.
      path = line.startsWith('+++ b/') ? line.slice(6).replace(/\t$/, '') : undefined
    }
  }
  return ranges
}

const testFile =
  /(^|\/)(__tests__|__mocks__|tests?|spec)\/|\.(test|spec|stories|bench)\.|(^|\/)[\w.-]*\.config\.[cm]?[jt]s$/

/** Lines below a folder, their paths relative to it, without those of tests and configurations. */
export const productLines = (lines: readonly LineRange[], folder: string): LineRange[] =>
  lines
    .filter(({ path }) => folder === '' || path.startsWith(`${folder}/`))
    .map((line) => ({ ...line, path: folder === '' ? line.path : line.path.slice(folder.length + 1) }))
    .filter(({ path }) => !testFile.test(path))
