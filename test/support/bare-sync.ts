import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { percentile, timesOf } from './times.ts'

/** ms that the disk of a folder itself takes to keep what a commit of some rows writes. */
export async function bareSync(folder: string): Promise<Record<'p50 ms' | 'p99 ms', number>> {
  const path = join(folder, 'bare-sync')
  const file = openSync(path, 'a')
  const pages = Buffer.alloc(16_384, 7)
  const times = await timesOf(300, async () => {
    writeSync(file, pages)
    fdatasyncSync(file)
  })
  closeSync(file)
  await rm(path)
  return { 'p50 ms': percentile(times, 0.5), 'p99 ms': percentile(times, 0.99) }
}
