import { randomBytes } from 'node:crypto'
import type { AppendEvent, AppendedEvent } from '../../contracts/index.ts'
import { canonical, sha256Hex } from '../../platform/canonical.ts'
import type { Clock } from '../../platform/clock.ts'
import { AtomicError, isAtomicError } from '../../platform/errors.ts'
import { newId } from '../../platform/ids.ts'
import type { Store, Write } from '../../storage/store.ts'
import { openCheckpoint, signCheckpoint } from './checkpoint.ts'
import { restoreEdge, storedTiles, type Tiles, tileValue } from './hashes.ts'
import type { NoteSigner, NoteVerifier } from './keys.ts'
import { type EventBody, eventKey, type Layout, type StoredCheckpoint, type StoredEvent, tileKey } from './layout.ts'
import { commitmentOf, leafText } from './leaf.ts'
import { leafHash } from './merkle.ts'
import type { TileSource, TreeEdge } from './tree.ts'

export interface LogOptions {
  store: Store
  layout: Layout
  origin: string
  clock: Clock
  signers: readonly NoteSigner[]
  /** Keys that signed before and sign no more. */
  retired: readonly NoteVerifier[]
  random?: (n: number) => Uint8Array
}

/** The log as it stands, and always as some signed checkpoint says it stands. */
export interface LogState {
  size: number
  checkpoints: number
  note: string
  recordedAt: string
  edge: TreeEdge
}

/** Events to record, and what has to be written with them in the same commit. */
export interface Entry {
  event: AppendEvent
  /** The same key gets the first answer. */
  key?: string
  /** Made once the event's place is known. */
  writes?: () => Promise<Write[]>
}

export interface StoredAnswer {
  answer: AppendedEvent
  /** Key of the event's row. */
  event: string
}

interface Waiting {
  entry: Entry
  resolve(answer: AppendedEvent): void
  reject(error: unknown): void
}

/** Events of one commit; more would only delay the first. */
const largestGroup = 512
const saltBytes = 32
/** What `newId` takes. */
const idBytes = 16
/** Another process may win the race for the next index this often in a row. */
const tries = 8

// A caller may be passed as an actor; what else it carries is not for the record.
const bodyOf = ({ actor: { login, type }, artifacts = [], missionId, payload }: AppendEvent): EventBody => ({
  actor: { login, type },
  artifacts,
  missionId,
  payload,
})

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
    this.#state ??= this.#load().catch((error) => {
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

  async #load(): Promise<LogState> {
    const { store, layout, origin, signers, retired } = this.#options
    const checkpoints = await store.size(layout.checkpoints)
    if (checkpoints === 0) return this.#begin()
    const [last] = await store.entries<StoredCheckpoint>(layout.checkpoints, checkpoints - 1, 1)
    const { size, note } = last!.value
    const leaves = async (from: number) =>
      (await store.entries<string>(layout.leaves, from, size - from)).map((e) => e.value)
    const edge = await restoreEdge(this.#tiles, size, async (from) =>
      (await leaves(from)).map((leaf) => leafHash(Buffer.from(leaf))),
    )
    const signed = openCheckpoint(note, [...signers, ...retired])
    const damaged = (detail: string) => new AtomicError('INTERNAL', detail)
    if (signed.origin !== origin) throw damaged(`The log is ${signed.origin}, not ${origin}.`)
    if (signed.size !== BigInt(size) || Buffer.compare(signed.rootHash, edge.root()) !== 0)
      throw damaged('The log is not what its last checkpoint signed.')
    const [newest] = size > 0 ? await leaves(size - 1) : []
    const recordedAt = newest === undefined ? '' : (JSON.parse(newest) as { recordedAt: string }).recordedAt
    return { size, checkpoints, note, recordedAt, edge }
  }

  async #begin(): Promise<LogState> {
    const { store, layout, origin, signers } = this.#options
    const edge = await restoreEdge(this.#tiles, 0, async () => [])
    const note = signCheckpoint({ origin, size: 0n, rootHash: edge.root() }, signers)
    const value: StoredCheckpoint = { size: 0, note }
    try {
      await store.commit([{ append: { log: layout.checkpoints, index: 0, value } }])
    } catch (error) {
      if (isAtomicError(error, 'VERSION_CONFLICT')) return this.#load()
      throw error
    }
    return { size: 0, checkpoints: 1, note, recordedAt: '', edge }
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
    for (let left = tries; ; left--) {
      const { fresh, repeated } = await this.#sort(group)
      for (const [{ resolve }, answer] of repeated) resolve(answer)
      if (fresh.length === 0) return
      const { writes, answers, state } = await this.#build(fresh)
      try {
        await this.#options.store.commit(writes)
      } catch (error) {
        if (!isAtomicError(error, 'VERSION_CONFLICT') || left === 0) throw error
        this.#state = undefined
        group = fresh
        continue
      }
      this.#state = Promise.resolve(state)
      fresh.forEach(({ resolve }, i) => {
        resolve(answers[i]!)
      })
      return
    }
  }

  /** Tells first requests from repeated ones; what does not fit is refused here, alone. */
  async #sort(group: Waiting[]): Promise<{ fresh: Waiting[]; repeated: [Waiting, AppendedEvent][] }> {
    const fresh: Waiting[] = []
    const repeated: [Waiting, AppendedEvent][] = []
    const keys = new Set<string>()
    const later: Waiting[] = []
    const known = await Promise.allSettled(
      group.map(({ entry }) => (entry.key === undefined ? undefined : this.#answered(entry.key, entry.event))),
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

  async #answered(key: string, event: AppendEvent): Promise<AppendedEvent | undefined> {
    const { store, layout } = this.#options
    const row = await store.get<StoredAnswer>(layout.answers, key)
    if (!row) return undefined
    const first = await store.get<StoredEvent>(layout.events, row.value.event)
    // The salted commitment tells whether it is the same request; after an erasure nothing can, nor should.
    const { salt = null, type, commitment } = first?.value ?? {}
    const same = salt === null || (type === event.type && commitment === commitmentOf(salt, bodyOf(event)))
    if (!same) throw new AtomicError('IDEMPOTENCY_MISMATCH', 'This key was used for another event.')
    return row.value.answer
  }

  async #build(group: Waiting[]): Promise<{ writes: Write[]; answers: AppendedEvent[]; state: LogState }> {
    const { layout, clock, origin, signers, random = randomBytes } = this.#options
    const before = await this.state()
    const edge = before.edge.clone()
    const now = new Date(clock.now()).toISOString()
    // The log's times never run backwards, even where the machine's do.
    const recordedAt = now > before.recordedAt ? now : before.recordedAt
    const writes: Write[] = []
    // One call for the whole group: asking the system for randomness costs more than using it.
    const randomness = random(group.length * (saltBytes + idBytes))
    let used = 0
    const take = (n: number): Uint8Array => {
      used += n
      return randomness.subarray(used - n, used)
    }
    const recorded = group.map(({ entry }) => {
      const { event } = entry
      const body = bodyOf(event)
      const salt = Buffer.from(take(saltBytes)).toString('hex')
      const eventId = newId('evt', clock, take)
      const commitment = commitmentOf(salt, body)
      const text = leafText({ commitment, eventId, recordedAt, type: event.type })
      const hash = leafHash(Buffer.from(text))
      const index = edge.size
      writes.push({ append: { log: layout.leaves, index, value: text } })
      for (const tile of edge.append(hash)) {
        writes.push({
          put: { collection: layout.tiles, key: tileKey(tile.level, tile.index), value: tileValue(tile), expect: 0 },
        })
      }
      const row: StoredEvent = {
        eventId,
        index,
        type: event.type,
        recordedAt,
        commitment,
        salt,
        body,
        checkpoint: before.checkpoints,
      }
      const key = eventKey(event.missionId, index)
      writes.push({ put: { collection: layout.events, key, value: row, expect: 0 } })
      return { entry, key, eventId, index, hash }
    })
    const root = edge.root()
    const note = signCheckpoint({ origin, size: BigInt(edge.size), rootHash: root }, signers)
    const checkpoint: StoredCheckpoint = { size: edge.size, note }
    writes.push({ append: { log: layout.checkpoints, index: before.checkpoints, value: checkpoint } })

    const answers: AppendedEvent[] = []
    for (const { entry, key, eventId, index, hash } of recorded) {
      const answer: AppendedEvent = {
        eventId,
        index,
        leafHash: Buffer.from(hash).toString('hex'),
        treeSize: edge.size,
        rootHash: Buffer.from(root).toString('hex'),
        recordedAt,
      }
      answers.push(answer)
      const value: StoredAnswer = { answer, event: key }
      if (entry.key !== undefined)
        writes.push({ put: { collection: layout.answers, key: entry.key, value, expect: 0 } })
      if (entry.writes) writes.push(...(await entry.writes()))
    }
    return { writes, answers, state: { size: edge.size, checkpoints: before.checkpoints + 1, note, recordedAt, edge } }
  }
}

/** Name of an idempotency key in the store: per caller, and no longer than a digest. */
export const answerKey = (login: string, key: string): string => sha256Hex(canonical([login, key]))
