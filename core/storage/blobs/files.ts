import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { sha256Hex } from '../../platform/canonical.ts'
import { type Clock, systemClock } from '../../platform/clock.ts'
import { AtomicError } from '../../platform/errors.ts'
import type { Blobs } from '../blobs.ts'
import { ensureDirectory, syncDirectory } from '../directories.ts'

const digestForm = /^sha256:([0-9a-f]{2})([0-9a-f]{62})$/
/** A temporary file this old belongs to no write that is still under way. */
const abandonedMs = 3_600_000

const pieceSize = 1024 * 1024

/** Answers the hex of SHA-256 of what was written, and how much that was. */
async function writeDurably(
  path: string,
  pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<{ hex: string; size: number }> {
  const hash = createHash('sha256')
  let size = 0
  const file = await open(path, 'wx', 0o600)
  try {
    for await (const piece of pieces) {
      hash.update(piece)
      size += piece.byteLength
      await file.writeFile(piece)
    }
    await file.sync()
  } finally {
    await file.close()
  }
  return { hex: hash.digest('hex'), size }
}

const piecesOf = (path: string): AsyncIterable<Buffer> => createReadStream(path, { highWaterMark: pieceSize })

/** The hex of SHA-256 of a file; undefined where there is none. */
async function sumOf(path: string): Promise<string | undefined> {
  const hash = createHash('sha256')
  try {
    for await (const piece of piecesOf(path)) hash.update(piece)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  return hash.digest('hex')
}

const absent = (): AtomicError => new AtomicError('NOT_FOUND', 'There is no artifact of this digest.')
const damaged = (digest: string): AtomicError =>
  new AtomicError('INTERNAL', { detail: 'The stored bytes do not match their digest.', place: digest })

async function readOrNothing(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

async function sweep(temporary: string, now: number): Promise<void> {
  for (const name of await readdir(temporary)) {
    const path = join(temporary, name)
    const age = await stat(path).then(
      (s) => now - s.mtimeMs,
      () => 0,
    )
    if (age > abandonedMs) await rm(path, { force: true })
  }
}

/** Blobs as files `ab/cdef…` below `dir`, which is made when it is not there. */
export async function openFileBlobs(dir: string, clock: Clock = systemClock): Promise<Blobs> {
  const temporary = join(dir, 'tmp')
  await ensureDirectory(temporary)
  await sweep(temporary, clock.now())

  const shards = new Map<string, Promise<void>>()
  /** Synced even where it was there: another process may have made it this very moment. */
  const shard = (name: string): Promise<void> => {
    const ready = shards.get(name) ?? ensureDirectory(join(dir, name)).then(() => syncDirectory(dir))
    shards.set(name, ready)
    ready.catch(() => shards.delete(name))
    return ready
  }
  const digestOf = (hex: string): string => `sha256:${hex}`
  const placeOf = (digest: string): { folder: string; path: string } | undefined => {
    const [, folder, file] = digestForm.exec(digest) ?? []
    return folder && file ? { folder, path: join(dir, folder, file) } : undefined
  }

  /** Makes the name of what is there durable. */
  async function settle(hex: string): Promise<void> {
    const { folder } = placeOf(digestOf(hex))!
    await shard(folder)
    await syncDirectory(join(dir, folder))
  }
  async function write(pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): ReturnType<Blobs['keep']> {
    const draft = join(temporary, randomUUID())
    try {
      const { hex, size } = await writeDurably(draft, pieces)
      const { folder, path } = placeOf(digestOf(hex))!
      await shard(folder)
      await rename(draft, path)
      await settle(hex)
      return { digest: digestOf(hex), size }
    } catch (error) {
      await rm(draft, { force: true })
      throw error
    }
  }

  return {
    async put(data) {
      const hex = sha256Hex(data)
      // A damaged file is replaced: whoever brings the right bytes heals it.
      const there = await readOrNothing(placeOf(digestOf(hex))!.path)
      if (there !== undefined && sha256Hex(there) === hex) await settle(hex)
      else await write([data])
      return { digest: digestOf(hex), size: data.byteLength }
    },
    keep: write,
    async get(digest) {
      const place = placeOf(digest)
      const data = place && (await readOrNothing(place.path))
      if (!data) throw absent()
      if (digestOf(sha256Hex(data)) !== digest) throw damaged(digest)
      return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    },
    async *pieces(digest) {
      const place = placeOf(digest)
      const hex = place && (await sumOf(place.path))
      if (!place || hex === undefined) throw absent()
      if (digestOf(hex) !== digest) throw damaged(digest)
      yield* piecesOf(place.path)
    },
    async remove(digest) {
      const place = placeOf(digest)
      if (!place) return
      await rm(place.path, { force: true })
      // Where the folder was never made there was nothing to remove.
      await syncDirectory(join(dir, place.folder)).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error
      })
    },
    async has(digest) {
      const place = placeOf(digest)
      return (
        place !== undefined &&
        (await stat(place.path).then(
          (s) => s.isFile(),
          () => false,
        ))
      )
    },
  }
}
