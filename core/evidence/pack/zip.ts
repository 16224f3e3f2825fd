import { Readable } from 'node:stream'
import { bytesOf, type PackFile, type Sums } from './files.ts'
import { directoryEnd, directoryHeader, localHeader, type ZipEntry } from './zip-layout.ts'

/** What stands before a file's bytes is known before they are written. */
export type SummedFile = PackFile & Sums

/**
 * A ZIP whose bytes depend on the files alone: stored, in the order given, one fixed date and mode.
 * A file is read when the one before has left, piece by piece.
 */
export const zip = (files: readonly SummedFile[]): Readable => Readable.from(chunks(files), { objectMode: false })

async function* chunks(files: readonly SummedFile[]): AsyncGenerator<Buffer> {
  const entries: ZipEntry[] = []
  let offset = 0
  for (const { path, read, crc32, size } of files) {
    const entry = { path, crc32, size, offset }
    const header = localHeader(entry)
    entries.push(entry)
    offset += header.length + size
    yield header
    let left = size
    for await (const bytes of bytesOf(read())) {
      left -= bytes.length
      yield bytes
    }
    // What changed meanwhile must not come to look like a pack.
    if (left !== 0) throw new RangeError(`${path} is no longer as long as it was`)
  }
  let directory = 0
  for (const entry of entries) {
    const header = directoryHeader(entry)
    directory += header.length
    yield header
  }
  yield directoryEnd(entries.length, directory, offset)
}
