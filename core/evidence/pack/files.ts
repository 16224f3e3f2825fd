import { sha256Hex } from '../../platform/canonical.ts'

/** One file of a pack; `read` gives the same bytes each time it is called. */
export interface PackFile {
  path: string
  read(): Promise<Uint8Array>
}
export interface ListedFile {
  path: string
  sha256: string
  size: number
}

/** A text, whole or in pieces. */
export type Made = string | Iterable<string>

const piece = 1024 * 1024

/** UTF-8 of a text, without holding it as a string too. */
export function bytesOf(made: Made): Buffer {
  if (typeof made === 'string') return Buffer.from(made)
  const parts: Buffer[] = []
  let text = ''
  for (const some of made) {
    text += some
    if (text.length < piece) continue
    parts.push(Buffer.from(text))
    text = ''
  }
  parts.push(Buffer.from(text))
  return Buffer.concat(parts)
}

export const textFile = (path: string, text: string): PackFile => madeFile(path, () => text)
/** A text that is made anew each time, so that nobody holds it. */
export const madeFile = (path: string, make: () => Made): PackFile => ({ path, read: async () => bytesOf(make()) })
/** Readable, and the same for the same value: keys stay in the order they were made in. */
export const jsonText = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`

export async function listFile({ path, read }: PackFile): Promise<ListedFile> {
  const data = await read()
  return { path, sha256: sha256Hex(data), size: data.byteLength }
}

/** By code unit of UTF-8, as every ZIP and every manifest here is sorted. */
export const byPath = (a: { path: string }, b: { path: string }): number =>
  Buffer.compare(Buffer.from(a.path), Buffer.from(b.path))

/** Files that the manifest cannot list: itself, and what signs it. */
export const manifestPath = 'manifest.json'
export const attestationPath = 'attestation.intoto.jsonl'

export interface Manifest {
  version: 1
  missionId: string
  origin: string
  treeSize: number
  rootHash: string
  files: ListedFile[]
}
