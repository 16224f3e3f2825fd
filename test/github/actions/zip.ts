import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { ZipArchive } from 'archiver'

/** A file, or a directory's contents, as `actions/upload-artifact` packs them. */
export async function zip(path: string): Promise<Buffer> {
  const archive = new ZipArchive({ zlib: { level: 6 } })
  const chunks: Buffer[] = []
  const done = new Promise<void>((resolve, reject) => {
    archive.on('data', (chunk: Buffer) => chunks.push(chunk))
    archive.on('end', resolve)
    archive.on('error', reject)
  })
  if ((await stat(path)).isDirectory()) archive.directory(path, false)
  else archive.file(path, { name: basename(path) })
  await archive.finalize()
  await done
  return Buffer.concat(chunks)
}
