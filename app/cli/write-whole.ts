import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Content } from '../../core/contracts/service.ts'

/** The file appears whole or not at all. */
export async function writeWhole(path: string, body: Content['body']): Promise<void> {
  const draft = `${path}.${process.pid}.part`
  try {
    await pipeline(body instanceof Readable ? body : Readable.from([body]), createWriteStream(draft))
    await rename(draft, path)
  } finally {
    await rm(draft, { force: true })
  }
}
