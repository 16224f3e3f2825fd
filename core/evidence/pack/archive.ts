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
  #block = Buffer.alloc(0)
  #start = 0
  constructor(file: FileHandle) {
    this.#file = file
  }
  /** Fewer bytes than asked for only at the end of the file. */
  async read(position: number, length: number): Promise<Buffer> {
    const at = position - this.#start
    if (at < 0 || at + length > this.#block.length) {
      const buffer = Buffer.allocUnsafe(Math.max(length, chunk))
      const { bytesRead } = await this.#file.read(buffer, 0, buffer.length, position)
      this.#block = buffer.subarray(0, bytesRead)
      this.#start = position
      return this.#block.subarray(0, length)
    }
    return this.#block.subarray(at, at + length)
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

/** Reads one file's bytes, judging its local header and CRC on the way. */
async function hashEntry(blocks: Blocks, entry: ZipEntry): Promise<ArchiveEntry> {
  const header = localHeader(entry)
  if (!(await blocks.read(entry.offset, header.length)).equals(header))
    refuse(`${entry.path}: its local header is not what the directory says`)
  const hash = createHash('sha256')
  let crc = 0
  for (let done = 0; done < entry.size; ) {
    const data = await blocks.read(entry.offset + header.length + done, Math.min(chunk, entry.size - done))
    if (data.length === 0) refuse(`${entry.path} is cut off`)
    hash.update(data)
    crc = crc32(data, crc)
    done += data.length
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
    const directory = Buffer.concat(listed.map(directoryHeader))
    const tail = Buffer.concat([directory, directoryEnd(listed.length, directory.length, at)])
    const { size } = await file.stat()
    if (size !== at + tail.length) refuse('bytes stand before, between or after the files')
    sameTail(await blocks.read(at, tail.length), tail, listed)
    return {
      entries,
      async read(name) {
        const entry = entries.get(name) ?? refuse(`${name} is missing`)
        if (entry.size > largestHeld) refuse(`${name} is larger than ${largestHeld} bytes`)
        return Buffer.from(await blocks.read(entry.offset + localHeader(entry).length, entry.size))
      },
      close: () => file.close(),
    }
  } catch (error) {
    await file.close()
    throw error
  }
}

function sameTail(found: Buffer, tail: Buffer, listed: readonly ZipEntry[]): void {
  if (found.equals(tail)) return
  let position = 0
  for (const entry of listed) {
    const header = directoryHeader(entry)
    if (!found.subarray(position, position + header.length).equals(header))
      refuse(`${entry.path}: its directory entry is not as a pack’s is`)
    position += header.length
  }
  refuse('the end of the directory is not as a pack’s is')
}
