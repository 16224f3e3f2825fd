import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream as WebStream } from 'node:stream/web'
import { createGunzip } from 'node:zlib'
import { extract } from 'tar-stream'
import { AtomicError } from '../../core/platform/errors.ts'

/**
 * Files and symbolic links of a gzipped tarball as GitHub packs it, without its one root folder.
 * A link's data is its target. Streamed: one file is in memory at a time.
 */
export async function* entriesOf(
  tarball: ReadableStream<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<{ path: string; data: Uint8Array }> {
  const unpack = extract()
  const done = pipeline(Readable.fromWeb(tarball as WebStream<Uint8Array>), createGunzip(), unpack).catch(() => {})
  let total = 0
  try {
    for await (const entry of unpack) {
      const { name, type, linkname } = entry.header
      const path = name.slice(name.indexOf('/') + 1)
      if (type === 'symlink') {
        entry.resume()
        yield { path, data: Buffer.from(linkname ?? '') }
        continue
      }
      if (type !== 'file' && type !== 'contiguous-file') {
        entry.resume()
        continue
      }
      const chunks: Uint8Array[] = []
      for await (const chunk of entry as AsyncIterable<Uint8Array>) {
        total += chunk.byteLength
        if (total > maxBytes)
          throw new AtomicError('RESOURCE_LIMIT', `The tarball unpacks to more than ${maxBytes} bytes.`)
        chunks.push(chunk)
      }
      yield { path, data: Buffer.concat(chunks) }
    }
  } catch (error) {
    if (error instanceof AtomicError) throw error
    throw new AtomicError('UPSTREAM_FAILED', { detail: 'The tarball from GitHub was cut short.', cause: error })
  } finally {
    unpack.destroy()
    await done
  }
}
