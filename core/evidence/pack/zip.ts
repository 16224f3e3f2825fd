import type { Readable } from 'node:stream'
import { ZipArchive } from 'archiver'

/** The first moment that a ZIP can name. */
const date = new Date(Date.UTC(1980, 0, 1))

/**
 * A ZIP whose bytes depend on the files alone: stored, in the order given, one fixed date and mode.
 * Files are read one at a time, when the one before is written.
 */
export function zip(files: Iterable<{ path: string; read(): Promise<Uint8Array> }>): Readable {
  const archive = new ZipArchive({ store: true })
  const fill = async () => {
    for (const { path, read } of files) {
      const data = Buffer.from(await read())
      const written = new Promise<void>((resolve) => archive.once('entry', () => resolve()))
      archive.append(data, { name: path, date, mode: 0o644, store: true })
      await written
    }
    await archive.finalize()
  }
  fill().catch((error: unknown) => archive.destroy(error instanceof Error ? error : new Error(String(error))))
  return archive as unknown as Readable
}
