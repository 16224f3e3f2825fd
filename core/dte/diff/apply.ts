import { AtomicError } from '../../platform/errors.ts'
import { checkPath, linkStaysInside } from '../paths.ts'
import { applyChanges, blobEntry, type FileMode, type Tree, type TreeChanges, type TreeEntry, textOf } from '../tree.ts'
import { checkWritable } from '../writable.ts'
import { splitLines } from './lines.ts'
import { type FilePatch, type Hunk, parsePatch } from './parse.ts'

export interface PatchResult {
  changes: TreeChanges
  /** Number of hunks, and of files created, deleted, renamed or re-moded without one. */
  edits: number
  /** New path → old path. */
  moved: Map<string, string>
}

const fails = (detail: string, place: string): AtomicError => new AtomicError('PATCH_FAILS', { detail, place })

/** Applies hunks exactly where they say, without fuzz and without offset. */
function applyHunks(path: string, text: string, hunks: readonly Hunk[]): string {
  const lines = splitLines(text)
  const out: string[] = []
  let at = 0
  for (const hunk of hunks) {
    const start = hunk.oldLines.length === 0 ? hunk.oldStart : hunk.oldStart - 1
    if (start < at || start > lines.length) {
      throw fails(
        `The hunk at line ${hunk.at} of the diff lies outside ${path} or out of order.`,
        `${path}:${hunk.oldStart}:1`,
      )
    }
    out.push(...lines.slice(at, start))
    hunk.oldLines.forEach((expected, i) => {
      if (lines[start + i] !== expected) {
        throw fails(
          `${path} is not as the diff expects at line ${start + i + 1} (hunk at line ${hunk.at} of the diff).`,
          `${path}:${start + i + 1}:1`,
        )
      }
    })
    out.push(...hunk.newLines)
    at = start + hunk.oldLines.length
  }
  out.push(...lines.slice(at))
  const broken = out.findIndex((line, i) => !line.endsWith('\n') && i < out.length - 1)
  if (broken !== -1) throw fails(`A line without newline would stand inside ${path}.`, `${path}:${broken + 1}:1`)
  return out.join('')
}

function applyFile(tree: Tree, patch: FilePatch): Map<string, TreeEntry | null> {
  const { oldPath, newPath } = patch
  const changes = new Map<string, TreeEntry | null>()
  let before: TreeEntry | undefined
  if (oldPath !== null) {
    checkPath(oldPath)
    before = tree.get(oldPath)
    if (before === undefined) throw fails(`There is no ${oldPath}.`, `${oldPath}:1:1`)
    if (before.mode === '160000') throw new AtomicError('PATH_ESCAPES', `${oldPath} is a submodule.`)
    if (patch.oldMode !== undefined && patch.oldMode !== before.mode) {
      throw fails(`${oldPath} has mode ${before.mode}, not ${patch.oldMode}.`, `${oldPath}:1:1`)
    }
  }
  const mode = (patch.newMode ?? before?.mode ?? '100644') as FileMode
  // A large file that is only renamed need not be decoded.
  const isRead = patch.hunks.length > 0 || mode === '120000'
  const text = before === undefined || !isRead ? '' : textOf(before)
  if (text === undefined && patch.hunks.length > 0) throw fails(`${oldPath} is not a text.`, `${oldPath}:1:1`)
  const shown = newPath ?? oldPath ?? ''
  const after = patch.hunks.length === 0 ? undefined : applyHunks(oldPath ?? shown, text ?? '', patch.hunks)
  if (newPath === null) {
    if (after === undefined ? before?.data?.length !== 0 : after !== '') {
      throw fails(`The diff deletes ${oldPath} but does not cover all of it.`, `${oldPath}:1:1`)
    }
    changes.set(oldPath as string, null)
    return changes
  }
  if (before?.mode === '120000' || mode === '120000') {
    checkPath(newPath)
    if (mode === '120000' && !linkStaysInside(newPath, after ?? text ?? '')) {
      throw new AtomicError('PATH_ESCAPES', {
        detail: `The link ${newPath} would lead out of the tree.`,
        place: `${newPath}:1:1`,
      })
    }
  } else checkWritable(tree, newPath)
  if (newPath !== oldPath && tree.has(newPath)) {
    throw new AtomicError('PATH_TAKEN', { detail: `${newPath} exists already.`, place: `${newPath}:1:1` })
  }
  if (patch.kind === 'rename' && oldPath !== null && oldPath !== newPath) changes.set(oldPath, null)
  changes.set(newPath, after === undefined && before?.data ? { ...before, mode } : blobEntry(after ?? '', mode))
  return changes
}

/**
 * Applies a unified diff to a tree, all of it or nothing.
 * @throws AtomicError `PATCH_FAILS` with the place, `PATH_ESCAPES`, `PATH_TAKEN`
 */
export function applyPatch(tree: Tree, diff: string): PatchResult {
  let now = tree
  const all = new Map<string, TreeEntry | null>()
  const moved = new Map<string, string>()
  let edits = 0
  for (const patch of parsePatch(diff)) {
    const changes = applyFile(now, patch)
    now = applyChanges(now, changes)
    for (const [path, entry] of changes) all.set(path, entry)
    if (patch.kind === 'rename' && patch.oldPath !== null && patch.newPath !== null)
      moved.set(patch.newPath, patch.oldPath)
    edits += Math.max(1, patch.hunks.length)
  }
  for (const path of all.keys()) if (all.get(path) !== null) checkWritableParents(now, path)
  return { changes: all, edits, moved }
}

function checkWritableParents(tree: Tree, path: string): void {
  for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', slash + 1)) {
    const parent = tree.get(path.slice(0, slash))
    if (parent !== undefined) {
      throw new AtomicError(parent.mode === '100644' || parent.mode === '100755' ? 'PATH_TAKEN' : 'PATH_ESCAPES', {
        detail: `${path.slice(0, slash)} is not a folder, so ${path} cannot be.`,
        place: `${path}:1:1`,
      })
    }
  }
}
