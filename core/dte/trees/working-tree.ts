import { constants, type Stats } from 'node:fs'
import { lstat, readdir, readFile, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { AtomicError } from '../../platform/errors.ts'
import { blobEntry, type FileMode, type Tree, type TreeEntry } from '../tree.ts'
import { type Git, nulFields, pathText } from './git.ts'

/** Never part of a tree: git's own, and what Atomic keeps beside it. */
const skipped = (path: string): boolean => /(^|\/)\.git(\/|$)/.test(path) || path.startsWith('.atomic-data/')

interface Known {
  path: string
  /** As the index has it. */
  mode?: FileMode
  oid?: string
}

/** What git would add: everything in its index, and what is neither there nor ignored. */
async function pathsOfGit(git: Git): Promise<Known[]> {
  const known = nulFields(await git(['ls-files', '-z', '--stage'])).map((field): Known => {
    const tab = field.indexOf(9)
    const [mode, oid, stage] = field.subarray(0, tab).toString('latin1').split(' ')
    const path = pathText(field.subarray(tab + 1))
    if (stage !== '0') throw new AtomicError('BATCH_CONFLICT', `${path} has an unresolved merge conflict.`)
    return { path, mode: mode as FileMode, oid: oid! }
  })
  const others = nulFields(await git(['ls-files', '-z', '--others', '--exclude-standard'])).map(pathText)
  // A trailing slash is another repository that lies inside this one.
  return [...known, ...others.filter((path) => !path.endsWith('/')).map((path) => ({ path }))]
}

async function pathsOfFolder(dir: string): Promise<Known[]> {
  const found: Known[] = []
  const walk = async (prefix: string): Promise<void> => {
    for (const entry of await readdir(join(dir, prefix), { withFileTypes: true })) {
      const path = `${prefix}${entry.name}`
      if (entry.name === 'node_modules' || skipped(`${path}/`)) continue
      if (entry.isDirectory()) await walk(`${path}/`)
      else if (entry.isFile() || entry.isSymbolicLink()) found.push({ path })
    }
  }
  await walk('')
  return found
}

/** What stands at a path of a folder now; undefined where there is no file. */
export async function entryOnDisk(
  dir: string,
  path: string,
  known: Omit<Known, 'path'> = {},
): Promise<TreeEntry | undefined> {
  const at = join(dir, path)
  let stats: Stats
  try {
    stats = await lstat(at)
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw error
  }
  if (stats.isSymbolicLink()) {
    const data = await readlink(at, { encoding: 'buffer' })
    return blobEntry(data, '120000')
  }
  if (known.mode === '160000' && known.oid !== undefined) return { mode: '160000', oid: known.oid }
  if (!stats.isFile()) return undefined
  const data = await readFile(at)
  const executable =
    process.platform === 'win32' ? known.mode === '100755' : (stats.mode & constants.S_IXUSR) === constants.S_IXUSR
  return blobEntry(data, executable ? '100755' : '100644')
}

/** Is this folder (part of) the working tree of a repository? */
export const isWorkingTree = async (git: Git): Promise<boolean> =>
  git(['rev-parse', '--is-inside-work-tree']).then(
    (out) => out.toString().trim() === 'true',
    () => false,
  )

/**
 * The tree that stands in a folder now, bytes as they are on disk: what git would add where there
 * is a repository (index and untracked files, nothing ignored), else every file outside `node_modules`.
 */
export async function readWorkingTree(dir: string, git: Git): Promise<Tree> {
  const paths = (await isWorkingTree(git)) ? await pathsOfGit(git) : await pathsOfFolder(dir)
  const tree = new Map<string, TreeEntry>()
  const wanted = paths.filter(({ path }) => !skipped(path))
  const next = wanted.values()
  const reader = async (): Promise<void> => {
    for (const { path, ...known } of next) {
      const entry = await entryOnDisk(dir, path, known)
      if (entry !== undefined) tree.set(path, entry)
    }
  }
  await Promise.all(Array.from({ length: 32 }, reader))
  return tree
}
