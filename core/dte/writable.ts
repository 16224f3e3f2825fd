import { AtomicError } from '../platform/errors.ts'
import { checkPath } from './paths.ts'
import type { Tree } from './tree.ts'

/**
 * May a regular file be written at this path of this tree? No link and no file may stand where a folder is needed.
 * @throws AtomicError `PATH_ESCAPES`, `PATH_TAKEN`
 */
export function checkWritable(tree: Tree, path: string): void {
  checkPath(path)
  for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', slash + 1)) {
    const parent = tree.get(path.slice(0, slash))
    if (parent === undefined) continue
    if (parent.mode === '120000' || parent.mode === '160000') {
      const what = parent.mode === '120000' ? 'symbolic link' : 'submodule'
      throw new AtomicError('PATH_ESCAPES', { detail: `${path} leads through the ${what} ${path.slice(0, slash)}.` })
    }
    throw new AtomicError('PATH_TAKEN', { detail: `${path.slice(0, slash)} is a file, so ${path} cannot be.` })
  }
  const own = tree.get(path)
  if (own !== undefined && own.mode !== '100644' && own.mode !== '100755') {
    throw new AtomicError('PATH_ESCAPES', {
      detail: `${path} is a ${own.mode === '120000' ? 'symbolic link' : 'submodule'}.`,
    })
  }
}
