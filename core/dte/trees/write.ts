import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { AtomicError } from '../../platform/errors.ts'
import { checkPath } from '../paths.ts'
import type { Tree, TreeChanges, TreeEntry } from '../tree.ts'
import { entryOnDisk } from './working-tree.ts'

/** A folder on the way that is a link could lead anywhere. */
function checkFolders(dir: string, path: string): void {
  checkPath(path)
  for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', slash + 1)) {
    const stats = lstatSync(join(dir, path.slice(0, slash)), { throwIfNoEntry: false })
    if (stats === undefined) return
    if (stats.isSymbolicLink()) {
      throw new AtomicError('PATH_ESCAPES', `${path} leads through the symbolic link ${path.slice(0, slash)}.`)
    }
  }
}

/** Names in the folder that stands at a path; none where no folder does. */
function namesIn(at: string): string[] {
  try {
    return readdirSync(at)
  } catch {
    return []
  }
}

/** Does a folder that holds files stand where a file shall be? It may, when the same change takes those away. */
const blocked = (dir: string, path: string, changes: TreeChanges): boolean =>
  namesIn(join(dir, path)).length > 0 &&
  ![...changes].some(([other, after]) => after === null && other.startsWith(`${path}/`))

async function checkStanding(dir: string, before: Tree, changes: TreeChanges): Promise<void> {
  const moved: string[] = []
  for (const path of changes.keys()) {
    const expected = before.get(path)
    const entry = await entryOnDisk(dir, path)
    const same = entry?.oid === expected?.oid && (entry?.mode === '120000') === (expected?.mode === '120000')
    if (!same || (entry === undefined && blocked(dir, path, changes))) moved.push(path)
  }
  if (moved.length === 0) return
  const some = moved.slice(0, 10).join(', ')
  throw new AtomicError('BATCH_CONFLICT', {
    detail: `${moved.length} file(s) are not as they were read: ${some}${moved.length > 10 ? ', …' : ''}. Nothing was written.`,
    errors: moved.map((path) => ({ path, message: 'changed since it was read' })),
  })
}

/** Steps taken so far, each with its way back. */
class Undo {
  readonly #steps: (() => void)[] = []
  push(step: () => void): void {
    this.#steps.push(step)
  }
  run(): void {
    for (const step of this.#steps.reverse()) step()
  }
}

function makeFolders(dir: string, path: string, undo: Undo): void {
  const folder = dirname(path)
  if (folder === '.' || lstatSync(join(dir, folder), { throwIfNoEntry: false }) !== undefined) return
  makeFolders(dir, folder, undo)
  mkdirSync(join(dir, folder))
  undo.push(() => rmdirSync(join(dir, folder)))
}

/** Folders that a deletion left empty go too: git keeps none. */
function dropEmptyFolders(dir: string, path: string, undo: Undo): void {
  for (let folder = dirname(path); folder !== '.'; folder = dirname(folder)) {
    const at = join(dir, folder)
    if (readdirSync(at).length > 0) return
    rmdirSync(at)
    undo.push(() => mkdirSync(at))
  }
}

/** Keeps what stands at a path under another name, without a moment in which it is gone where links allow that. */
function keep(at: string, backup: string): void {
  try {
    linkSync(at, backup)
  } catch {
    renameSync(at, backup)
  }
}

function stage(at: string, { mode, data }: TreeEntry): void {
  if (data === undefined) throw new AtomicError('INVALID_REQUEST', 'A submodule cannot be written.')
  if (mode === '120000') symlinkSync(Buffer.from(data), at)
  else writeFileSync(at, data, { flag: 'wx' })
  if (mode === '100755') chmodSync(at, lstatSync(at).mode | 0o111)
}

/**
 * Writes all of the changes into a folder that was read as `before`, or none: each new file is
 * written beside first and then renamed into place; where a step fails, those before it are taken back.
 * @throws AtomicError `BATCH_CONFLICT` with the paths that are not as they were read, `PATH_ESCAPES`.
 */
export async function writeToDisk(dir: string, before: Tree, changes: TreeChanges): Promise<void> {
  for (const path of changes.keys()) checkFolders(dir, path)
  await checkStanding(dir, before, changes)
  const staging = join(dir, `.atomic-staging-${randomBytes(6).toString('hex')}`)
  mkdirSync(staging)
  const undo = new Undo()
  try {
    const steps = [...changes].map(([path, after], i) => ({
      path,
      after,
      at: join(dir, path),
      fresh: join(staging, `new-${i}`),
      backup: join(staging, `old-${i}`),
    }))
    for (const { after, fresh } of steps) if (after !== null) stage(fresh, after)
    // Deletions first: a file may take the place of a folder, and a folder that of a file.
    for (const { path, after, at, backup } of steps) {
      if (after !== null) continue
      renameSync(at, backup)
      undo.push(() => renameSync(backup, at))
      dropEmptyFolders(dir, path, undo)
    }
    for (const { path, after, at, fresh, backup } of steps) {
      if (after === null) continue
      makeFolders(dir, path, undo)
      if (!before.has(path)) undo.push(() => rmSync(at, { force: true }))
      else {
        keep(at, backup)
        undo.push(() => renameSync(backup, at))
      }
      renameSync(fresh, at)
    }
  } catch (error) {
    undo.run()
    throw error
  } finally {
    rmSync(staging, { recursive: true, force: true })
  }
}
