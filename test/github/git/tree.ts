import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { runGit } from './run.ts'

export interface TreeItem {
  mode: string
  type: 'blob' | 'tree' | 'commit'
  sha: string
  path: string
  /** Bytes; blobs only. */
  size?: number
}

/** One entry to put over a base tree; `sha` null takes the path away. */
export interface TreeChange {
  path: string
  mode: string
  sha: string | null
}

export async function listTree(dir: string, treeish: string, recursive: boolean): Promise<TreeItem[]> {
  const args = ['ls-tree', '-z', '-l', '--full-tree', ...(recursive ? ['-r', '-t'] : []), treeish]
  const { stdout } = await runGit(dir, args)
  return stdout
    .toString()
    .split('\0')
    .filter((line) => line !== '')
    .map((line) => {
      const tab = line.indexOf('\t')
      const [mode, type, sha, size] = line.slice(0, tab).split(/ +/)
      const item: TreeItem = { mode: mode!, type: type as TreeItem['type'], sha: sha!, path: line.slice(tab + 1) }
      return item.type === 'blob' ? { ...item, size: Number(size) } : item
    })
}

let indexes = 0

/** Writes the tree that comes of `changes` over `base`, through an index of its own. Objects must exist. */
export async function writeTree(dir: string, base: string | undefined, changes: TreeChange[]): Promise<string> {
  indexes += 1
  const index = join(dir, `atomic-index-${process.pid}-${indexes}`)
  const env = { GIT_INDEX_FILE: index }
  try {
    if (base !== undefined) await runGit(dir, ['read-tree', base], { env })
    const trees = changes.filter((it) => it.mode === '040000' && it.sha !== null)
    const lines = changes
      .filter((it) => it.mode !== '040000' || it.sha === null)
      .map((it) => (it.sha === null ? `0 ${'0'.repeat(40)}\t${it.path}\0` : `${it.mode} ${it.sha}\t${it.path}\0`))
    if (lines.length > 0) await runGit(dir, ['update-index', '-z', '--index-info'], { env, input: lines.join('') })
    for (const tree of trees) {
      await runGit(dir, ['rm', '-r', '--cached', '-q', '--ignore-unmatch', '--', tree.path], { env })
      await runGit(dir, ['read-tree', `--prefix=${tree.path}/`, tree.sha!], { env })
    }
    return (await runGit(dir, ['write-tree'], { env })).stdout.toString().trim()
  } finally {
    await rm(index, { force: true })
  }
}
