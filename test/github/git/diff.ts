import { runGit } from './run.ts'

export interface FileDiff {
  status: 'added' | 'removed' | 'modified' | 'renamed' | 'copied' | 'changed'
  path: string
  previousPath?: string
  /** The blob afterwards; before, where the file is gone. */
  sha: string
  additions: number
  deletions: number
  /** Hunks only, as GitHub shows them; absent for binary files and empty ones. */
  patch?: string
}

const statuses: Record<string, FileDiff['status']> = {
  A: 'added',
  D: 'removed',
  M: 'modified',
  R: 'renamed',
  C: 'copied',
  T: 'changed',
}

/** What changed from tree to tree, as `GET …/files` answers it. */
export async function diffTrees(dir: string, from: string, to: string): Promise<FileDiff[]> {
  const [summary, text] = await Promise.all([
    runGit(dir, ['diff', '--raw', '--numstat', '-z', '-M', '--no-abbrev', from, to]),
    runGit(dir, ['diff', '-p', '-M', '--full-index', '--no-color', '--src-prefix=a/', '--dst-prefix=b/', from, to]),
  ])
  const fields = summary.stdout.toString().split('\0')
  const files: FileDiff[] = []
  let at = 0
  while (fields[at]?.startsWith(':')) {
    const [, , before, after, letter] = fields[at]!.split(' ')
    const status = statuses[letter![0]!] ?? 'modified'
    const moved = status === 'renamed' || status === 'copied'
    files.push({
      status,
      path: fields[at + (moved ? 2 : 1)]!,
      ...(moved ? { previousPath: fields[at + 1]! } : {}),
      sha: status === 'removed' ? before! : after!,
      additions: 0,
      deletions: 0,
    })
    at += moved ? 3 : 2
  }
  const byPath = new Map(files.map((file) => [file.path, file]))
  while (at < fields.length - 1) {
    const [added, deleted, path] = fields[at]!.split('\t')
    const file = byPath.get(path === '' ? fields[at + 2]! : path!)
    if (file && added !== '-') {
      file.additions = Number(added)
      file.deletions = Number(deleted)
    }
    at += path === '' ? 3 : 1
  }
  const patches = text.stdout.toString().split(/^(?=diff --git )/m)
  let next = 0
  for (const file of files) {
    // A file that became a link, or the other way round, comes as two patches.
    const mine = patches.slice(next, next + (file.status === 'changed' ? 2 : 1))
    next += mine.length
    const hunks = mine.map((it) => /^@@ /m.exec(it)).map((found, i) => (found ? mine[i]!.slice(found.index) : ''))
    const patch = hunks.join('').replace(/\n$/, '')
    if (patch !== '') file.patch = patch
  }
  return files
}

/** The whole change as text: `application/vnd.github.diff`. */
export async function diffText(dir: string, from: string, to: string): Promise<string> {
  return (await runGit(dir, ['diff', '-p', '-M', '--no-color', from, to])).stdout.toString()
}
