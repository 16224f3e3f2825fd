import { mkdir, open } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

/** Makes the names in a directory durable. Windows has no such call and needs none. */
export async function syncDirectory(dir: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(dir, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Makes a directory (readable to its owner alone) with its parents, durably. */
export async function ensureDirectory(dir: string): Promise<void> {
  const first = await mkdir(dir, { recursive: true, mode: 0o700 })
  if (first === undefined) return
  // Each level that was made is a name in the level above it.
  const top = dirname(resolve(first))
  for (let level = dirname(resolve(dir)); ; level = dirname(level)) {
    await syncDirectory(level)
    if (level === top) return
  }
}
