/** Content-addressed artifacts. A digest is `sha256:` and lower-case hex. */
export interface Blobs {
  /** Durable when the promise resolves; writing the same bytes again is no error. */
  put(data: Uint8Array): Promise<{ digest: string; size: number }>
  /** As `put`, of bytes that come piece by piece and are never held together. */
  keep(pieces: AsyncIterable<Uint8Array>): Promise<{ digest: string; size: number }>
  /** Verified against the digest on every read. @throws AtomicError `NOT_FOUND`, or `INTERNAL` when the bytes are damaged. */
  get(digest: string): Promise<Uint8Array>
  /** As `get`, piece by piece: all of them are verified before the first is given. */
  pieces(digest: string): AsyncIterable<Uint8Array>
  has(digest: string): Promise<boolean>
  /** Destroys the bytes; durable when the promise resolves. What is not there is no error. */
  remove(digest: string): Promise<void>
}
