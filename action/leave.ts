import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Run } from './github.ts'

/** Leaves a file for later steps of the job; answers its path. */
export function leave(run: Run, name: string, content: string | Uint8Array): string {
  const folder = join(run.temp, 'atomic')
  mkdirSync(folder, { recursive: true })
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}
