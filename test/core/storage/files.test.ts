import { mkdir, readdir, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openFileBlobs } from '../../../core/storage/blobs/files.ts'
import type { Blobs } from '../../../core/storage/blobs.ts'
import { temporaryPlace } from './candidate.ts'

describe('blobs in files', () => {
  let place: { at: string; remove(): Promise<void> }
  let blobs: Blobs
  beforeEach(async () => {
    place = await temporaryPlace()
    blobs = await openFileBlobs(place.at)
  })
  afterEach(() => place.remove())
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
  const pathOf = (digest: string): string => join(place.at, digest.slice(7, 9), digest.slice(9))

  it('answers the known digest of known bytes', async () => {
    // SHA-256 of "abc": FIPS 180-4, example B.1.
    expect(await blobs.put(bytes('abc'))).toEqual({
      digest: 'sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
      size: 3,
    })
  })

  it('gives back exactly what was put, also after a reopening', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 5000 }), async (data) => {
        const { digest } = await blobs.put(data)
        expect(await blobs.get(digest)).toEqual(data)
        expect(await (await openFileBlobs(place.at)).get(digest)).toEqual(data)
      }),
      { numRuns: 20, seed: 3 },
    )
  })

  it('keeps and gives piece by piece what is too large to hold', async () => {
    const pieces = async function* () {
      for (let n = 0; n < 40; n++) yield Buffer.alloc(100_000, n)
    }
    const kept = await blobs.keep(pieces())
    const whole = await buffer(pieces())
    expect(kept).toEqual(await blobs.put(whole))
    const given: Uint8Array[] = []
    for await (const piece of blobs.pieces(kept.digest)) given.push(piece)
    expect(given.length).toBeGreaterThan(1)
    expect(Buffer.concat(given).equals(whole)).toBe(true)
    expect(await readdir(join(place.at, 'tmp'))).toEqual([])
  })

  it('gives no piece of what is damaged or absent, and keeps nothing of what breaks off', async () => {
    const { digest } = await blobs.put(bytes('precious'))
    await writeFile(pathOf(digest), 'precioux')
    const given: Uint8Array[] = []
    const read = async (of: string) => {
      for await (const piece of blobs.pieces(of)) given.push(piece)
    }
    await expect(read(digest)).rejects.toMatchObject({ code: 'INTERNAL', place: digest })
    await expect(read(`sha256:${'0'.repeat(64)}`)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(given).toEqual([])
    const breaking = async function* () {
      yield bytes('half of it')
      throw new Error('broke off')
    }
    await expect(blobs.keep(breaking())).rejects.toThrow('broke off')
    expect(await readdir(join(place.at, 'tmp'))).toEqual([])
  })

  it('takes the same bytes many times at once', async () => {
    const puts = await Promise.all(Array.from({ length: 20 }, () => blobs.put(bytes('same'))))
    expect(new Set(puts.map((p) => p.digest)).size).toBe(1)
    expect(await readdir(join(place.at, 'tmp'))).toEqual([])
  })

  it('notices damage, and is healed by whoever brings the bytes', async () => {
    const { digest } = await blobs.put(bytes('precious'))
    await writeFile(pathOf(digest), 'precioux')
    await expect(blobs.get(digest)).rejects.toMatchObject({ code: 'INTERNAL', place: digest })
    await blobs.put(bytes('precious'))
    expect(await blobs.get(digest)).toEqual(bytes('precious'))
  })

  it('knows nothing of other names', async () => {
    const { digest } = await blobs.put(bytes('x'))
    expect(await blobs.has(digest)).toBe(true)
    for (const other of [
      `sha256:${'0'.repeat(64)}`,
      digest.toUpperCase(),
      '../../etc/passwd',
      'sha256:ab/../../x',
      '',
    ]) {
      expect(await blobs.has(other)).toBe(false)
      await expect(blobs.get(other)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    }
  })

  it('destroys what is removed, for good, and takes it again', async () => {
    const { digest } = await blobs.put(bytes('personal'))
    const other = await blobs.put(bytes('other'))
    await blobs.remove(digest)
    expect(await blobs.has(digest)).toBe(false)
    await expect(blobs.get(digest)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(stat(pathOf(digest))).rejects.toMatchObject({ code: 'ENOENT' })
    for (const nowhere of [digest, `sha256:${'0'.repeat(64)}`, '../../etc/passwd', '']) await blobs.remove(nowhere)
    expect(await blobs.get(other.digest)).toEqual(bytes('other'))
    await blobs.put(bytes('personal'))
    expect(await blobs.get(digest)).toEqual(bytes('personal'))
  })

  it('keeps files to their owner and clears away what a crash left', async () => {
    const { digest } = await blobs.put(bytes('mine'))
    expect((await stat(pathOf(digest))).mode & 0o077).toBe(0)
    await mkdir(join(place.at, 'tmp'), { recursive: true })
    await writeFile(join(place.at, 'tmp/old'), 'half')
    await writeFile(join(place.at, 'tmp/new'), 'half')
    await utimes(join(place.at, 'tmp/old'), 0, 0)
    await openFileBlobs(place.at)
    expect(await readdir(join(place.at, 'tmp'))).toEqual(['new'])
  })
})
