import type { IncomingMessage } from 'node:http'
import { AtomicError } from '../../core/platform/errors.ts'

const tooLarge = (limit: number): AtomicError => new AtomicError('TOO_LARGE', `The body is larger than ${limit} bytes.`)

/**
 * The bytes of a body, as they came. A body that says it is too large is refused before a byte is
 * read; one that does not say is given up at the limit.
 * @throws AtomicError `TOO_LARGE`, `INVALID_REQUEST` when the sender breaks off.
 */
export async function readRawBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge(limit)
  const chunks: Buffer[] = []
  let size = 0
  return new Promise((resolve, reject) => {
    const fail = (error: AtomicError) => {
      request.off('data', take)
      request.pause()
      reject(error)
    }
    const take = (chunk: Buffer) => {
      size += chunk.length
      if (size > limit) fail(tooLarge(limit))
      else chunks.push(chunk)
    }
    request.on('data', take)
    request.once('end', () => resolve(Buffer.concat(chunks, size)))
    request.once('close', () => fail(new AtomicError('INVALID_REQUEST', 'The body broke off.')))
    request.once('error', () => fail(new AtomicError('INVALID_REQUEST', 'The body broke off.')))
  })
}
