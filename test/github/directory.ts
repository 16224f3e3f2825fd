import { lstat, readdir, readFile, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { Files } from './acts/commits.ts'

const left = new Set(['.git', 'node_modules', '.DS_Store'])

/** A directory's files as they would be committed: modes and links kept, `.git` and `node_modules` left out. */
export async function readDirectory(root: string, prefix = ''): Promise<Files> {
  const files: Files = {}
  for (const name of (await readdir(join(root, prefix))).sort()) {
    if (left.has(name)) continue
    const path = prefix === '' ? name : `${prefix}/${name}`
    const full = join(root, path)
    const stat = await lstat(full)
    if (stat.isDirectory()) Object.assign(files, await readDirectory(root, path))
    else if (stat.isSymbolicLink()) files[path] = { content: await readlink(full), mode: '120000' }
    else if (stat.isFile()) {
      files[path] = { content: await readFile(full), mode: (stat.mode & 0o100) === 0 ? '100644' : '100755' }
    }
  }
  return files
}
