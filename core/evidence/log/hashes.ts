import { AtomicError } from '../../platform/errors.ts'
import type { Store } from '../../storage/store.ts'
import { type Layout, tileKey } from './layout.ts'
import { joinHashes, splitHashes } from './tiles.ts'
import { rootOf, type Tile, TreeEdge, tileWidth } from './tree.ts'

/**
 * Tiles of a level kept in memory, of 16 KB and some hundred objects each: more would cost more than
 * reading them again. Every proof needs one above the leaves, and those are few: they are kept apart.
 */
const cached = 256

/** Full tiles of a log, as the store has them; they never change. */
export interface Tiles {
  read(level: number, index: number): Promise<readonly Uint8Array[]>
  remember(tile: Tile): void
}

export const tileValue = (tile: Tile): string => Buffer.from(joinHashes(tile.hashes)).toString('base64')

export function storedTiles(store: Store, { tiles }: Layout): Tiles {
  const caches = new Map<number, Map<number, readonly Uint8Array[]>>()
  const cacheOf = (level: number): Map<number, readonly Uint8Array[]> => {
    const known = caches.get(level)
    if (known !== undefined) return known
    const made = new Map<number, readonly Uint8Array[]>()
    caches.set(level, made)
    return made
  }
  /** The last of a map is what was used last. */
  const remember = ({ level, index, hashes }: Tile): void => {
    const cache = cacheOf(level)
    cache.delete(index)
    const oldest = cache.size >= cached ? cache.keys().next().value : undefined
    if (oldest !== undefined) cache.delete(oldest)
    cache.set(index, hashes)
  }
  return {
    remember,
    async read(level, index) {
      const known = cacheOf(level).get(index)
      if (known) {
        remember({ level, index, hashes: known })
        return known
      }
      const row = await store.get<string>(tiles, tileKey(level, index))
      if (!row) throw new AtomicError('INTERNAL', `Tile ${level}/${index} of the log is missing.`)
      const hashes = splitHashes(Buffer.from(row.value, 'base64'))
      remember({ level, index, hashes })
      return hashes
    },
  }
}

/** The right edge of a tree of `size` leaves: its unfinished tiles, made anew from the full ones below them. */
export async function restoreEdge(
  tiles: Tiles,
  size: number,
  leavesFrom: (index: number) => Promise<Uint8Array[]>,
): Promise<TreeEdge> {
  const open: Uint8Array[][] = []
  let count = size
  for (let level = 0; level === 0 || count > 0; level++) {
    const first = Math.floor(count / tileWidth) * tileWidth
    if (level === 0) open.push(await leavesFrom(first))
    else {
      const hashes: Uint8Array[] = []
      for (let i = first; i < count; i++) hashes.push(rootOf(await tiles.read(level - 1, i)))
      open.push(hashes)
    }
    count = Math.floor(count / tileWidth)
  }
  return TreeEdge.restore(size, open)
}
