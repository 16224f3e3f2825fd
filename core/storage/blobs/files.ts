import { randomUUID } from 'node:crypto'
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

async function writeDurably(path: string, data: Uint8Array): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(data)
    await file.sync()
  } finally {
    await file.close()
  }
}

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
  const placeOf = (digest: string): { folder: string; path: string } | undefined => {
    const [, folder, file] = digestForm.exec(digest) ?? []
    return folder && file ? { folder, path: join(dir, folder, file) } : undefined
  }

  return {
    async put(data) {
      const hex = sha256Hex(data)
      const digest = `sha256:${hex}`
      const { folder, path } = placeOf(digest)!
      await shard(folder)
      const there = await readOrNothing(path)
      // A damaged file is replaced: whoever brings the right bytes heals it.
      if (there === undefined || sha256Hex(there) !== hex) {
        const draft = join(temporary, randomUUID())
        try {
          await writeDurably(draft, data)
          await rename(draft, path)
        } catch (error) {
          await rm(draft, { force: true })
          throw error
        }
      }
      await syncDirectory(join(dir, folder))
      return { digest, size: data.byteLength }
    },
    async get(digest) {
      const place = placeOf(digest)
      const data = place && (await readOrNothing(place.path))
      if (!data) throw new AtomicError('NOT_FOUND', 'There is no artifact of this digest.')
      if (`sha256:${sha256Hex(data)}` !== digest)
        throw new AtomicError('INTERNAL', { detail: 'The stored bytes do not match their digest.', place: digest })
      return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
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
