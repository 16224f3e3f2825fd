import type { TextWrite } from '../texts.ts'

/**
 * Who writes to a log or a row holds its advisory lock until the commit is durable: one sequencer a
 * log, and a check that still holds when the write is made, also where there is no row to lock.
 * Not SERIALIZABLE with retries: every append to one log would conflict there with every other, and
 * the losers would do their work again, where here they wait their turn. Not one lock for all
 * either: the logs of two tenants, written by two processes, need not wait for each other's disk.
 */

/** "ATMC": the first half of every advisory lock of Atomic. */
export const lockSpace = 0x41544d43
/** Bounds what one transaction takes of the server's lock table. Every process must count alike: never change it. */
const stripes = 256
/** Held while the schema is made or changed. */
export const schemaLock = stripes
/** Of whoever has the turn. */
export const turnLock = stripes + 1

/** FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/ */
function hashOf(name: string): number {
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(name)) hash = Math.imul(hash ^ byte, 0x01000193)
  return (hash ^ (hash >>> 16)) >>> 0
}
const stripeOf = (name: string): number => hashOf(name) % stripes

/** Of whoever runs alone under a name. */
export const aloneLock = (name: string): number => turnLock + 1 + (hashOf(name) % 0x10000)

/** The locks of a group of commits, in the one order in which all take them, so that none waits in a circle. */
export function locksOf(commits: readonly (readonly TextWrite[])[]): number[] {
  const found = new Set<number>()
  for (const writes of commits)
    for (const w of writes)
      found.add(stripeOf(w.kind === 'append' ? `log\0${w.log}` : `row\0${w.collection}\0${w.key}`))
  return [...found].sort((a, b) => a - b)
}
