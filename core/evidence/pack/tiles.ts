import { splitHashes, tilePath } from '../log/tiles.ts'
import { rootAt, rootOf, type TileSource, tileWidth } from '../log/tree.ts'
import type { Archive } from './archive.ts'
import { refuse } from './check.ts'

export interface PackTiles {
  hashes: TileSource
  paths: string[]
  root(): Promise<Uint8Array>
  leaf(index: number): Promise<Buffer>
}

/** The tiles of a tree of `size` entries, with their paths in a pack. */
export function tilesOf(size: number): { level: number; index: number; width: number; path: string }[] {
  const tiles = []
  for (let level = 0, count = size; count > 0; level++, count = Math.floor(count / tileWidth)) {
    for (let index = 0; index * tileWidth < count; index++) {
      const width = Math.min(tileWidth, count - index * tileWidth)
      tiles.push({ level, index, width, path: `log/tile/${tilePath({ level, index, width })}` })
    }
  }
  return tiles
}

/** Tiles held at once; events come in the order of the log, so that few are needed again. */
const mostHeld = 64

/** The log's hashes as a pack has them; each tile above the lowest is judged by those below it. */
export async function packTiles(archive: Archive, size: number): Promise<PackTiles> {
  const tiles = new Map(tilesOf(size).map((tile) => [`${tile.level}/${tile.index}`, tile]))
  const held = new Map<string, Uint8Array[]>()
  const hashes: TileSource = async (level, index) => {
    const key = `${level}/${index}`
    const known = held.get(key)
    if (known) {
      // Set anew: a Map keeps the order of insertion, so that the first is the longest unused.
      held.delete(key)
      held.set(key, known)
      return known
    }
    const tile = tiles.get(key) ?? refuse(`log/tile/${key} is outside of the log`)
    const data = await archive.read(tile.path)
    if (data.length !== tile.width * 32) refuse(`${tile.path} is not ${tile.width} hashes long`)
    const read = splitHashes(data)
    const [oldest] = held.size < mostHeld ? [] : held.keys()
    if (oldest !== undefined) held.delete(oldest)
    held.set(key, read)
    return read
  }
  return {
    hashes,
    paths: [...tiles.values()].map((t) => t.path),
    async root() {
      for (const { level, index, path } of tiles.values()) {
        if (level === 0) continue
        const above = await hashes(level, index, 1)
        for (const [i, hash] of above.entries()) {
          const below = rootOf(await hashes(level - 1, index * tileWidth + i, tileWidth))
          if (Buffer.compare(below, hash) !== 0) refuse(`${path} does not follow from the tiles below it`)
        }
      }
      return rootAt(hashes, size)
    },
    async leaf(index) {
      return Buffer.from((await hashes(0, Math.floor(index / tileWidth), 1))[index % tileWidth]!)
    },
  }
}
