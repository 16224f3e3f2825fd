import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'

/** Bytes, and texts as UTF-8, one after another. */
export type Pieces = Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>

/** One file of a pack; `read` gives the same bytes each time it is called, so that nobody holds them. */
export interface PackFile {
  path: string
  read(): Pieces
}
export interface ListedFile {
  path: string
  sha256: string
  size: number
}

/** Characters of short texts that are turned into bytes together. */
const piece = 64 * 1024

/** The bytes of pieces, of which none is empty. */
export async function* bytesOf(pieces: Pieces): AsyncGenerator<Buffer> {
  let text = ''
  for await (const some of pieces) {
    if (typeof some === 'string') {
      text += some
      if (text.length < piece) continue
    }
    if (text !== '') yield Buffer.from(text)
    text = ''
    if (typeof some !== 'string' && some.length > 0) yield Buffer.from(some.buffer, some.byteOffset, some.byteLength)
  }
  if (text !== '') yield Buffer.from(text)
}

export interface Sums {
  size: number
  sha256: string
  crc32: number
}
export async function sumsOf(pieces: Pieces): Promise<Sums> {
  const hash = createHash('sha256')
  let [size, crc] = [0, 0]
  for await (const bytes of bytesOf(pieces)) {
    hash.update(bytes)
    crc = crc32(bytes, crc)
    size += bytes.length
  }
  return { size, sha256: hash.digest('hex'), crc32: crc }
}

export const textFile = (path: string, text: string): PackFile => ({ path, read: () => [text] })
/** Readable, and the same for the same value: keys stay in the order they were made in. */
export const jsonText = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`

/** By code unit of UTF-8, as every ZIP and every manifest here is sorted. */
export const byPath = (a: { path: string }, b: { path: string }): number =>
  Buffer.compare(Buffer.from(a.path), Buffer.from(b.path))

/** Files that the manifest cannot list: itself, and what signs it. */
export const manifestPath = 'manifest.json'
export const attestationPath = 'attestation.intoto.jsonl'

export interface Manifest {
  /** Of the format: what every file but the pages says, and how. */
  version: 1
  /** Of the pages; absent in the first packs, which did not tell. */
  edition?: number | undefined
  missionId: string
  origin: string
  treeSize: number
  rootHash: string
  files: ListedFile[]
}

/** `jsonText` of a manifest, which may list more files than should stand in one text. */
export function* manifestText({ files, ...head }: Manifest): Generator<string> {
  yield jsonText({ ...head, files: [] }).replace(/\[\]\n\}\n$/, '[')
  for (const [i, { path, sha256, size }] of files.entries()) {
    const listed = JSON.stringify({ path, sha256, size }, null, 2).replaceAll('\n', '\n    ')
    yield `${i === 0 ? '' : ','}\n    ${listed}`
  }
  yield files.length === 0 ? ']\n}\n' : '\n  ]\n}\n'
}
