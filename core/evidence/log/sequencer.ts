import type { AppendedEvent } from '../../contracts/index.ts'
import { canonical, sha256Hex } from '../../platform/canonical.ts'
import { AtomicError, isAtomicError } from '../../platform/errors.ts'
import { storedTiles, type Tiles } from './hashes.ts'
import type { StoredEvent } from './layout.ts'
import { commitmentOf } from './leaf.ts'
import { type LogOptions, type LogState, readState } from './log-state.ts'
import { type Entry, recordGroup, type StoredAnswer } from './record-group.ts'
import type { TileSource } from './tree.ts'

interface Waiting {
  entry: Entry
  resolve(answer: AppendedEvent): void
  reject(error: unknown): void
}

/** Events of one commit; more would only delay the first. */
const largestGroup = 512
/** Another process may win the race for the next index this often in a row. */
const tries = 8

/**
 * One writer of one log. Events that wait together share a commit; leaves, tiles, bodies, answers
 * and the signed checkpoint that covers them are one write of the store, and an event is answered
 * after it. Several processes may write to one log: the store lets one win, the others read anew.
 */
export class Sequencer {
  readonly #options: LogOptions
  readonly #tiles: Tiles
  #queue: Waiting[] = []
  #state: Promise<LogState> | undefined
  #running: Promise<void> | undefined

  constructor(options: LogOptions) {
    this.#options = options
    this.#tiles = storedTiles(options.store, options.layout)
  }

  append(entry: Entry): Promise<AppendedEvent> {
    const { promise, resolve, reject } = Promise.withResolvers<AppendedEvent>()
    this.#queue.push({ entry, resolve, reject })
    this.#running ??= this.#drain()
    return promise
  }

  /** The last acknowledged state. */
  state(): Promise<LogState> {
    this.#state ??= readState(this.#options, this.#tiles).catch((error) => {
      this.#state = undefined
      throw error
    })
    return this.#state
  }

  /** Reads the store anew where another process may have written. */
  async refreshed(): Promise<LogState> {
    if (this.#running) await this.#running
    const state = await this.state()
    if ((await this.#options.store.size(this.#options.layout.checkpoints)) === state.checkpoints) return state
    this.#state = undefined
    return this.state()
  }

  /** Hashes of the tree, for proofs about any size up to the state's. */
  hashes(state: LogState): TileSource {
    return async (level, index, width) => {
      const full = Math.floor(state.size / 256 ** (level + 1))
      const hashes = index < full ? await this.#tiles.read(level, index) : index === full ? state.edge.open(level) : []
      if (hashes.length < width) throw new AtomicError('NOT_FOUND', 'The log has no such tile yet.')
      return hashes
    }
  }

  async #drain(): Promise<void> {
    while (this.#queue.length > 0) {
      const group = this.#queue.splice(0, largestGroup)
      try {
        await this.#commit(group)
      } catch (error) {
        // Whether it was written is unknown: only the store can tell.
        this.#state = undefined
        for (const { reject } of group) reject(error)
      }
    }
    // In the same turn as the last look at the queue, so that nobody waits behind a loop that has ended.
    this.#running = undefined
  }

  async #commit(group: Waiting[]): Promise<void> {
    const { store, layout } = this.#options
    for (let left = tries; group.length > 0; left--) {
      const attempt = () => this.#attempt(group, left === 0)
      // Who lost a race waits for its turn instead of losing the next one.
      group = await (left === tries || store.alone === undefined ? attempt() : store.alone(layout.leaves, attempt))
    }
  }

  /** Answers those whose place another process took. */
  async #attempt(group: Waiting[], last: boolean): Promise<Waiting[]> {
    const { fresh, repeated } = await this.#sort(group)
    for (const [{ resolve }, answer] of repeated) resolve(answer)
    if (fresh.length === 0) return []
    const { writes, answers, state } = await recordGroup(
      this.#options,
      await this.state(),
      fresh.map((w) => w.entry),
    )
    try {
      await this.#options.store.commit(writes)
    } catch (error) {
      if (!isAtomicError(error, 'VERSION_CONFLICT') || last) throw error
      this.#state = undefined
      return fresh
    }
    this.#state = Promise.resolve(state)
    fresh.forEach(({ resolve }, i) => {
      resolve(answers[i]!)
    })
    return []
  }

  /** Tells first requests from repeated ones; what does not fit is refused here, alone. */
  async #sort(group: Waiting[]): Promise<{ fresh: Waiting[]; repeated: [Waiting, AppendedEvent][] }> {
    const fresh: Waiting[] = []
    const repeated: [Waiting, AppendedEvent][] = []
    const keys = new Set<string>()
    const later: Waiting[] = []
    const known = await Promise.allSettled(
      group.map(({ entry }) => (entry.key === undefined ? undefined : this.#answered(entry.key, entry))),
    )
    group.forEach((waiting, i) => {
      const { key } = waiting.entry
      const found = known[i]!
      if (found.status === 'rejected') waiting.reject(found.reason)
      else if (found.value) repeated.push([waiting, found.value])
      else if (key !== undefined && keys.has(key)) later.push(waiting)
      else fresh.push(waiting)
      if (key !== undefined) keys.add(key)
    })
    // Two requests of one key in one group: the second is answered when the first is recorded.
    this.#queue.unshift(...later)
    return { fresh, repeated }
  }

  async #answered(key: string, { event, text }: Entry): Promise<AppendedEvent | undefined> {
    const { store, layout } = this.#options
    const row = await store.get<StoredAnswer>(layout.answers, key)
    if (!row) return undefined
    const first = await store.get<StoredEvent>(layout.events, row.value.event)
    // The salted commitment tells whether it is the same request; after an erasure nothing can, nor should.
    const { salt = null, type, commitment } = first?.value ?? {}
    const same = salt === null || (type === event.type && commitment === commitmentOf(salt, text))
    if (!same) throw new AtomicError('IDEMPOTENCY_MISMATCH', 'This key was used for another event.')
    return row.value.answer
  }
}

/** Name of an idempotency key in the store: per caller, and no longer than a digest. */
export const answerKey = (login: string, key: string): string => sha256Hex(canonical([login, key]))
