import { randomBytes } from 'node:crypto'
import type { Clock } from './clock.ts'

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'

/**
 * A sortable id: prefix, `_`, 10 characters of time (ms, Crockford base 32) and 16 of randomness.
 * Same layout as a ULID (https://github.com/ulid/spec), in lower case.
 */
export function newId(prefix: string, clock: Clock, random: (n: number) => Uint8Array = randomBytes): string {
  let time = clock.now()
  let head = ''
  for (let i = 0; i < 10; i++) {
    head = alphabet[time % 32] + head
    time = Math.floor(time / 32)
  }
  let tail = ''
  for (const byte of random(16)) tail += alphabet[byte & 31]
  return `${prefix}_${head}${tail}`
}
