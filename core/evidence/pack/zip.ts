import { Readable } from 'node:stream'
import { crc32 } from 'node:zlib'
import type { PackFile } from './files.ts'
import { directoryEnd, directoryHeader, localHeader, type ZipEntry } from './zip-layout.ts'

/**
 * A ZIP whose bytes depend on the files alone: stored, in the order given, one fixed date and mode.
 * A file is read when the one before has left: no more than one is held.
 */
export const zip = (files: readonly PackFile[]): Readable => Readable.from(chunks(files), { objectMode: false })

async function* chunks(files: readonly PackFile[]): AsyncGenerator<Buffer> {
  const entries: ZipEntry[] = []
  let offset = 0
  for (const { path, read } of files) {
    const bytes = await read()
    const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const entry = { path, crc32: crc32(data), size: data.length, offset }
    const header = localHeader(entry)
    entries.push(entry)
    offset += header.length + data.length
    yield header
    if (data.length > 0) yield data
  }
  let directory = 0
  for (const entry of entries) {
    const header = directoryHeader(entry)
    directory += header.length
    yield header
  }
  yield directoryEnd(entries.length, directory, offset)
}
