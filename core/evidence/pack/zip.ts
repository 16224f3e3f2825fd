import { once } from 'node:events'
import { Readable } from 'node:stream'
import { ZipArchive } from 'archiver'
import type { PackFile } from './files.ts'
import { localHeader, needsZip64 } from './zip-layout.ts'

/** The first moment that a ZIP can name. */
const date = new Date(Date.UTC(1980, 0, 1))

/**
 * A ZIP whose bytes depend on the files alone: stored, in the order given, one fixed date and mode.
 * A file is read when the one before has left: no more than one is held.
 */
export const zip = (files: readonly PackFile[]): Readable => Readable.from(chunks(files), { objectMode: false })

async function* chunks(files: readonly PackFile[]): AsyncGenerator<Buffer> {
  const archive = new ZipArchive({ store: true, forceZip64: needsZip64(files.length) })
  const broken = Promise.withResolvers<never>()
  broken.promise.catch(() => {})
  archive.once('error', broken.reject)
  // Without it the next file would be read while the last one still waits for a slow reader.
  let owed = 0
  for (const { path, read } of files) {
    const data = Buffer.from(await read())
    const entered = once(archive, 'entry')
    archive.append(data, { name: path, date, mode: 0o644, store: true })
    await Promise.race([entered, broken.promise])
    owed += localHeader({ path, crc32: 0, size: 0 }).length + data.length
    while (owed > 0) {
      const chunk = archive.read() as Buffer | null
      if (chunk === null) await Promise.race([once(archive, 'readable'), broken.promise])
      else {
        owed -= chunk.length
        yield chunk
      }
    }
  }
  const finished = archive.finalize()
  for await (const chunk of archive) yield chunk as Buffer
  await finished
}
