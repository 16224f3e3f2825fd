import { within1, within2 } from './byte-hash.ts'
import { noRank, type Ranks } from './ranks.ts'

/** Places in a heap entry, below the rank. */
const places = 2 ** 17

/**
 * Counts the tokens that bytes merge to: always the pair of the lowest rank first, of equal ones the
 * leftmost. A heap holds the pairs, so that it takes n log n steps where searching them takes n².
 */
export class Merger {
  readonly #next: Int32Array
  readonly #before: Int32Array
  /** Of the pair that begins there. */
  readonly #ranks: Int32Array
  /** rank × places + place; outdated ones stay, and are passed over. */
  readonly #heap: Float64Array
  #size = 0

  constructor(most: number) {
    this.#next = new Int32Array(most + 1)
    this.#before = new Int32Array(most + 1)
    this.#ranks = new Int32Array(most + 1)
    this.#heap = new Float64Array(4 * most + 4)
  }

  #push(entry: number): void {
    const heap = this.#heap
    let at = this.#size++
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (heap[parent]! <= entry) break
      heap[at] = heap[parent]!
      at = parent
    }
    heap[at] = entry
  }

  #pop(): number {
    const heap = this.#heap
    const top = heap[0]!
    const last = heap[--this.#size]!
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= this.#size) break
      if (child + 1 < this.#size && heap[child + 1]! < heap[child]!) child++
      if (heap[child]! >= last) break
      heap[at] = heap[child]!
      at = child
    }
    heap[at] = last
    return top
  }

  /** `prefix1` and `prefix2`: the hashes of the first 0, 1, … `length` bytes. */
  count(ranks: Ranks, prefix1: Int32Array, prefix2: Int32Array, length: number): number {
    const next = this.#next
    const before = this.#before
    const own = this.#ranks
    this.#size = 0
    const judge = (place: number): void => {
      const middle = next[place]!
      const end = middle < length ? next[middle]! : 0
      let rank = noRank
      if (end > 0 && end - place <= ranks.longest)
        rank = ranks.rankOf(within1(prefix1, place, end), within2(prefix2, place, end))
      own[place] = rank
      if (rank !== noRank) this.#push(rank * places + place)
    }
    for (let i = 0; i < length; i++) {
      next[i] = i + 1
      before[i] = i - 1
    }
    next[length] = 0
    for (let i = 0; i < length; i++) judge(i)
    let tokens = length
    while (this.#size > 0) {
      const entry = this.#pop()
      const rank = Math.floor(entry / places)
      const place = entry - rank * places
      if (own[place] !== rank) continue
      const gone = next[place]!
      own[gone] = noRank
      next[place] = next[gone]!
      if (next[place]! < length) before[next[place]!] = place
      tokens--
      judge(place)
      if (place > 0) judge(before[place]!)
    }
    return tokens
  }
}
