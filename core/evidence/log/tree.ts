import { emptyRoot, hashSize, nodeHash, putNodeHash } from './merkle.ts'

/** Hashes in a full tile (C2SP tlog-tiles). */
export const tileWidth = 256
/** Tree levels in one tile. */
const tileHeight = 8

export interface Tile {
  level: number
  index: number
  hashes: readonly Uint8Array[]
}

/** RFC 6962 §2.1 over hashes that are leaves already. */
export function rootOf(hashes: readonly Uint8Array[]): Uint8Array {
  if (hashes.length === 0) return emptyRoot
  if (hashes.length === 1) return hashes[0]!
  let split = 1
  while (split * 2 < hashes.length) split *= 2
  return nodeHash(rootOf(hashes.slice(0, split)), rootOf(hashes.slice(split)))
}

/** The right edge of a growing tree: enough to append, to give the root, and to cut tiles. */
export class TreeEdge {
  size = 0
  /** Root of the complete subtree of 2^i leaves on the right edge, where `size` has bit i. */
  #peaks: Uint8Array[] = []
  /** Hashes of the unfinished tile of each level. */
  #open: Uint8Array[][] = [[]]

  /** From the size and the hashes of each level's unfinished tile. */
  static restore(size: number, open: readonly (readonly Uint8Array[])[]): TreeEdge {
    const edge = new TreeEdge()
    edge.size = size
    edge.#open = open.map((hashes) => [...hashes])
    open.forEach((hashes, level) => {
      let rest = [...hashes]
      for (let bit = tileHeight - 1; bit >= 0; bit--) {
        const count = 2 ** bit
        if (rest.length < count) continue
        edge.#peaks[level * tileHeight + bit] = rootOf(rest.slice(0, count))
        rest = rest.slice(count)
      }
    })
    return edge
  }

  clone(): TreeEdge {
    const copy = new TreeEdge()
    copy.size = this.size
    copy.#peaks = [...this.#peaks]
    copy.#open = this.#open.map((hashes) => [...hashes])
    return copy
  }

  /** Adds a leaf; answers the tiles that it completed. */
  append(leaf: Uint8Array): Tile[] {
    let carry = leaf
    let level = 0
    for (let rest = this.size; rest % 2 === 1; rest = Math.floor(rest / 2)) {
      carry = nodeHash(this.#peaks[level]!, carry)
      level++
    }
    this.#peaks[level] = carry
    this.size++
    return this.#cut(0, leaf)
  }

  #cut(level: number, hash: Uint8Array): Tile[] {
    this.#open[level] ??= []
    const hashes = this.#open[level]
    hashes.push(hash)
    if (hashes.length < tileWidth) return []
    this.#open[level] = []
    const index = this.size / tileWidth ** (level + 1) - 1
    return [{ level, index, hashes }, ...this.#cut(level + 1, rootOf(hashes))]
  }

  root(): Uint8Array {
    let root: Uint8Array | undefined
    for (let level = 0, rest = this.size; rest > 0; level++, rest = Math.floor(rest / 2))
      if (rest % 2 === 1) root = root ? nodeHash(this.#peaks[level]!, root) : this.#peaks[level]!
    return root ?? emptyRoot
  }

  /** Hashes of the unfinished tile at this level. */
  open(level: number): readonly Uint8Array[] {
    return this.#open[level] ?? []
  }
}

/** Where proofs read hashes: an array, never changed, of at least `width` hashes of a tile. */
export type TileSource = (level: number, index: number, width: number) => Promise<readonly Uint8Array[]>

const powerBelow = (n: number): number => {
  let k = 1
  while (k * 2 < n) k *= 2
  return k
}

/**
 * The hashes of a tile and the levels above them, as far as they are complete, one after another in one
 * stretch of bytes; a tile's array never changes once it is read. Half a thousand objects a tile would
 * be found again and again by whoever collects garbage.
 */
const pyramids = new WeakMap<readonly Uint8Array[], Buffer>()

/** How many hashes there are in the levels below `level` of so many. */
function before(count: number, level: number): number {
  let sum = 0
  for (let i = 0; i < level; i++) sum += count >> i
  return sum
}

function pyramidOf(hashes: readonly Uint8Array[]): Buffer {
  const known = pyramids.get(hashes)
  if (known) return known
  const count = hashes.length
  const all = Buffer.allocUnsafeSlow(before(count, tileHeight + 1) * hashSize)
  for (const [i, hash] of hashes.entries()) all.set(hash, i * hashSize)
  for (let level = 1; level <= tileHeight; level++) {
    const [below, here] = [before(count, level - 1), before(count, level)]
    for (let i = 0; i < count >> level; i++) putNodeHash(all, (below + 2 * i) * hashSize, all, (here + i) * hashSize)
  }
  pyramids.set(hashes, all)
  return all
}

/** Hash of the complete subtree of 2^level leaves that begins at `index` · 2^level. */
async function subtree(source: TileSource, level: number, index: number): Promise<Uint8Array> {
  const within = level % tileHeight
  const count = 2 ** within
  const first = index * count
  const at = first % tileWidth
  const hashes = await source(Math.floor(level / tileHeight), Math.floor(first / tileWidth), at + count)
  if (within === 0) return hashes[at]!
  const start = (before(hashes.length, within) + at / count) * hashSize
  return pyramidOf(hashes).subarray(start, start + hashSize)
}

/** MTH(D[from:to]); `from` is a multiple of the smallest power of two that spans the range. */
async function range(source: TileSource, from: number, to: number): Promise<Uint8Array> {
  const n = to - from
  if (n === 0) return emptyRoot
  const level = Math.log2(n)
  if (Number.isInteger(level)) return subtree(source, level, from / n)
  const k = powerBelow(n)
  return nodeHash(await range(source, from, from + k), await range(source, from + k, to))
}

export const rootAt = (source: TileSource, size: number): Promise<Uint8Array> => range(source, 0, size)

/** PATH(index, D[size]) of RFC 6962 §2.1.1. */
export async function inclusionProof(source: TileSource, index: number, size: number): Promise<Uint8Array[]> {
  const path = async (m: number, from: number, to: number): Promise<Uint8Array[]> => {
    if (to - from <= 1) return []
    const k = powerBelow(to - from)
    return m < k
      ? [...(await path(m, from, from + k)), await range(source, from + k, to)]
      : [...(await path(m - k, from + k, to)), await range(source, from, from + k)]
  }
  return path(index, 0, size)
}

/** PROOF(from, D[to]) of RFC 6962 §2.1.2; empty from the empty tree. */
export async function consistencyProof(source: TileSource, from: number, to: number): Promise<Uint8Array[]> {
  const walk = async (m: number, lo: number, hi: number, whole: boolean): Promise<Uint8Array[]> => {
    if (m === hi - lo) return whole ? [] : [await range(source, lo, hi)]
    const k = powerBelow(hi - lo)
    return m <= k
      ? [...(await walk(m, lo, lo + k, whole)), await range(source, lo + k, hi)]
      : [...(await walk(m - k, lo + k, hi, false)), await range(source, lo, lo + k)]
  }
  return from === 0 || from === to ? [] : walk(from, 0, to, true)
}
