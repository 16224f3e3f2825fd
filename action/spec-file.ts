import { join } from 'node:path/posix'
import picomatch from 'picomatch'
import type { Tree } from '../core/dte/tree.ts'
import type { Git } from '../core/dte/trees/git.ts'
import { AtomicError } from '../core/platform/errors.ts'
import type { Inputs } from './inputs.ts'

export interface SpecFile {
  /** Path in the tree, or `description`. */
  path: string
  text: string
  /** Id of the file; absent where the text is no file of the tree. */
  oid?: string
}

const maxSpec = 10 * 1024 ** 2

/** ChangeSpec files of a tree: those that the glob names, below the working directory, in the order of their paths. */
export async function specFiles(
  git: Git,
  tree: Tree,
  inputs: Pick<Inputs, 'changespec' | 'working-directory'>,
): Promise<SpecFile[]> {
  const matches = picomatch(join(inputs['working-directory'], inputs.changespec), { dot: true })
  const found = [...tree].filter(([path, entry]) => entry.mode.startsWith('100') && matches(path)).sort()
  const files: SpecFile[] = []
  for (const [path, { oid }] of found) {
    const bytes = await git(['cat-file', 'blob', oid], { maxBytes: maxSpec })
    files.push({ path, oid, text: bytes.toString('utf8') })
  }
  return files
}

/** Those that are new or other than in an older tree. */
export const changedSince = (files: readonly SpecFile[], older: Tree): SpecFile[] =>
  files.filter(({ path, oid }) => older.get(path)?.oid !== oid)

/** @throws AtomicError `INVALID_CHANGESPEC` where there is more than one. */
export function onlyOne(files: readonly SpecFile[]): SpecFile | undefined {
  if (files.length > 1) {
    throw new AtomicError(
      'INVALID_CHANGESPEC',
      `${files.length} ChangeSpecs are new here (${files.map((f) => f.path).join(', ')}); name one by the input "changespec".`,
    )
  }
  return files[0]
}
