import { createHash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import { openPromise } from 'yauzl'
import { byPath } from './files.ts'
import { directoryEnd, directoryHeader, localHeader, type ZipEntry } from './zip-layout.ts'

/** What is wrong with a ZIP, and with which file of it. */
class ArchiveFault extends Error {
  override readonly name = 'ArchiveFault'
}

export interface ArchiveEntry extends ZipEntry {
  sha256: string
}
export interface Archive {
  entries: ReadonlyMap<string, ArchiveEntry>
  /** The bytes of a file. @throws ArchiveFault for one that is not there or too large to hold. */
  read(path: string): Promise<Buffer>
  /** The bytes of a file piece by piece, each good until the next is asked for. @throws ArchiveFault where it is not there. */
  pieces(path: string): AsyncGenerator<Buffer>
  close(): Promise<void>
}

const mostEntries = 1_000_000
const largestHeld = 256 * 1024 * 1024
const chunk = 1024 * 1024

const refuse = (detail: string): never => {
  throw new ArchiveFault(detail)
}

/** Reads a file a block at a time: small files of a pack stand beside each other. */
class Blocks {
  readonly #file: FileHandle
  readonly #buffer = Buffer.allocUnsafe(chunk)
  #start = 0
  #end = 0
  constructor(file: FileHandle) {
    this.#file = file
  }
  /** Good until the next one; fewer bytes than asked for only at the end of the file. */
  async read(position: number, length: number): Promise<Buffer> {
    if (length > chunk) return this.#fill(Buffer.allocUnsafe(length), position)
    if (position < this.#start || position + length > this.#end) {
      const { length: got } = await this.#fill(this.#buffer, position)
      this.#start = position
      this.#end = position + got
    }
    const at = position - this.#start
    return this.#buffer.subarray(at, Math.min(at + length, this.#end - this.#start))
  }
  async #fill(buffer: Buffer, position: number): Promise<Buffer> {
    let got = 0
    while (got < buffer.length) {
      const { bytesRead } = await this.#file.read(buffer, got, buffer.length - got, position + got)
      if (bytesRead === 0) break
      got += bytesRead
    }
    return buffer.subarray(0, got)
  }
}

/** Two names that some file system cannot hold apart. */
const folded = (path: string): string => path.normalize('NFC').toLowerCase()
const plainName = /^[^\x00-\x1f\x7f\\:*?"<>|]+$/

async function listEntries(path: string): Promise<ZipEntry[]> {
  const entries: ZipEntry[] = []
  const names = new Map<string, string>()
  const zip = await openPromise(path, { lazyEntries: true, autoClose: false, strictFileNames: true })
  try {
    for await (const {
      fileName,
      crc32: crc,
      uncompressedSize: size,
      relativeOffsetOfLocalHeader: offset,
    } of zip.eachEntry()) {
      if (entries.length >= mostEntries) refuse(`more than ${mostEntries} files`)
      const twin = names.get(folded(fileName))
      if (twin !== undefined)
        refuse(twin === fileName ? `${fileName} is there twice` : `${fileName} and ${twin} differ in case only`)
      if (!plainName.test(fileName) || fileName.endsWith('/'))
        refuse(`${JSON.stringify(fileName)} is no name of a file in a pack`)
      names.set(folded(fileName), fileName)
      const before = entries.at(-1)
      if (before && byPath(before, { path: fileName }) >= 0)
        refuse(`${fileName} stands after ${before.path}, out of order`)
      entries.push({ path: fileName, crc32: crc, size, offset })
    }
  } finally {
    zip.close()
  }
  return entries
}

async function* bytesOfEntry(blocks: Blocks, entry: ZipEntry): AsyncGenerator<Buffer> {
  const start = entry.offset + localHeader(entry).length
  for (let done = 0; done < entry.size; ) {
    const data = await blocks.read(start + done, Math.min(chunk, entry.size - done))
    if (data.length === 0) refuse(`${entry.path} is cut off`)
    yield data
    done += data.length
  }
}

/** Reads one file's bytes, judging its local header and CRC on the way. */
async function hashEntry(blocks: Blocks, entry: ZipEntry): Promise<ArchiveEntry> {
  const header = localHeader(entry)
  if (!(await blocks.read(entry.offset, header.length)).equals(header))
    refuse(`${entry.path}: its local header is not what the directory says`)
  const hash = createHash('sha256')
  let crc = 0
  for await (const data of bytesOfEntry(blocks, entry)) {
    hash.update(data)
    crc = crc32(data, crc)
  }
  if (crc !== entry.crc32) refuse(`${entry.path}: its bytes do not match its CRC-32`)
  return { ...entry, sha256: hash.digest('hex') }
}

/**
 * Opens a pack in place and reads every byte of it once. Everything but the files' own bytes must
 * be exactly as a pack is laid out: no compression, no gaps, no comments, no second way to say it.
 * @throws ArchiveFault naming the file.
 */
export async function openArchive(path: string): Promise<Archive> {
  const listed = await listEntries(path).catch((cause: unknown) => {
    if (cause instanceof ArchiveFault || (cause as NodeJS.ErrnoException).code !== undefined) throw cause
    throw new ArchiveFault(`not a readable ZIP: ${cause instanceof Error ? cause.message : 'unknown'}`)
  })
  const file = await open(path, 'r')
  const blocks = new Blocks(file)
  try {
    const entries = new Map<string, ArchiveEntry>()
    let at = 0
    for (const entry of listed) {
      if (entry.offset !== at) refuse(`${entry.path} does not begin where the file before it ends`)
      entries.set(entry.path, await hashEntry(blocks, entry))
      at += localHeader(entry).length + entry.size
    }
    const directory = listed.reduce((sum, entry) => sum + directoryHeader(entry).length, 0)
    const end = directoryEnd(listed.length, directory, at)
    const { size } = await file.stat()
    if (size !== at + directory + end.length) refuse('bytes stand before, between or after the files')
    for (const entry of listed) {
      const header = directoryHeader(entry)
      if (!(await blocks.read(at, header.length)).equals(header))
        refuse(`${entry.path}: its directory entry is not as a pack’s is`)
      at += header.length
    }
    if (!(await blocks.read(at, end.length)).equals(end)) refuse('the end of the directory is not as a pack’s is')
    return {
      entries,
      async read(name) {
        const entry = entries.get(name) ?? refuse(`${name} is missing`)
        if (entry.size > largestHeld) refuse(`${name} is larger than ${largestHeld} bytes`)
        return Buffer.from(await blocks.read(entry.offset + localHeader(entry).length, entry.size))
      },
      async *pieces(name) {
        const entry = entries.get(name) ?? refuse(`${name} is missing`)
        yield* bytesOfEntry(blocks, entry)
      },
      close: () => file.close(),
    }
  } catch (error) {
    await file.close()
    throw error
  }
}
