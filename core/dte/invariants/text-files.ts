import { AtomicError } from '../../platform/errors.ts'
import { compileGlobs, GlobError } from '../../platform/glob.ts'
import { byCodeUnit } from '../paths.ts'
import { isRegular, type Tree, textOf } from '../tree.ts'

/** The text files that globs choose (all by default, dependencies left out), sorted by path. */
export function* textFiles(
  tree: Tree,
  globs: readonly string[] | undefined,
): Generator<{ path: string; text: string }> {
  let chosen: (path: string) => boolean
  try {
    chosen = compileGlobs(globs ?? ['**'])
  } catch (cause) {
    if (!(cause instanceof GlobError)) throw cause
    throw new AtomicError('INVALID_CHANGESPEC', {
      detail: `The files of an invariant cannot be read: ${cause.message}`,
      cause,
    })
  }
  for (const [path, entry] of [...tree].sort((a, b) => byCodeUnit(a[0], b[0]))) {
    if (!isRegular(entry) || /(^|\/)node_modules\//.test(path) || !chosen(path)) continue
    const text = textOf(entry)
    if (text !== undefined) yield { path, text }
  }
}

/** Line and column of an offset, from 1. */
export function lineColumn(text: string, offset: number): { line: number; column: number } {
  let line = 1
  let start = 0
  for (let nl = text.indexOf('\n'); nl !== -1 && nl < offset; nl = text.indexOf('\n', nl + 1)) {
    line++
    start = nl + 1
  }
  return { line, column: offset - start + 1 }
}
