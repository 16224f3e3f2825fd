import { hash } from 'node:crypto'
import type { Blobs } from '../../../core/storage/blobs.ts'

/** Bytes of the artifact of a number: none is like another. */
const bytesOfNumber = (i: number, size: number): Buffer => Buffer.alloc(size, `artifact ${i} of many; `)
/** What stands at the place of a digest's number. */
const numbers = new Map<string, number>()

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
    remove: refuse,
    has: async (digest) => numbers.has(digest),
    async get(digest) {
      while (!numbers.has(digest)) {
        if (numbers.size > 200_000) throw new Error('no such artifact')
        const i = numbers.size
        numbers.set(fillerDigest(i, size), i)
      }
      return bytesOfNumber(numbers.get(digest)!, size)
    },
  }
}
