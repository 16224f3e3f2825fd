import { hash } from 'node:crypto'
import type { Blobs } from '../../../core/storage/blobs.ts'

/** Bytes of the artifact of a number: none is like another. */
const bytesOfNumber = (i: number, size: number): Buffer => Buffer.alloc(size, `artifact ${i} of many; `)
/** Numbers by the first 48 bits of their digests, which take less memory than digests: that is what is measured. */
const numbers = new Map<number, number>()
const keyOf = (digest: string): number => Number.parseInt(digest.slice(7, 19), 16)

export const fillerDigest = (i: number, size: number): string =>
  `sha256:${hash('sha256', bytesOfNumber(i, size), 'hex')}`

/**
 * Artifacts that are made when they are read, so that gigabytes of them need no disk: numbers 0, 1,
 * 2 … are hashed until the one that is asked for is found.
 */
export function fillerBlobs(size: number): Blobs {
  const refuse = (): never => {
    throw new Error('artifacts of the bench are only read')
  }
  return {
    put: refuse,
    keep: refuse,
    pieces: refuse,
    remove: refuse,
    has: async (digest) => numbers.has(keyOf(digest)),
    async get(digest) {
      while (!numbers.has(keyOf(digest))) {
        if (numbers.size > 200_000) throw new Error('no such artifact')
        const i = numbers.size
        numbers.set(keyOf(fillerDigest(i, size)), i)
      }
      return bytesOfNumber(numbers.get(keyOf(digest))!, size)
    },
  }
}
