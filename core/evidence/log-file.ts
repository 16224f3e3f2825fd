import { z } from 'zod'
import { Hex64 } from '../contracts/index.ts'
import { AtomicError } from '../platform/errors.ts'
import type { Blobs } from '../storage/blobs.ts'
import type { Store, Write } from '../storage/store.ts'
import { useWrites } from './artifact-uses.ts'
import { openCheckpoint } from './log/checkpoint.ts'
import { tileValue } from './log/hashes.ts'
import type { NoteVerifier } from './log/keys.ts'
import { eventKey, type Layout, missionOf, type StoredCheckpoint, type StoredEvent, tileKey } from './log/layout.ts'
import { bodyText, commitmentOf, leafText } from './log/leaf.ts'
import { leafHash } from './log/merkle.ts'
import { rowsOf } from './log/reader.ts'
import { RecordedBody } from './log/recorded-body.ts'
import { TreeEdge } from './log/tree.ts'

/**
 * A whole log as lines of JSON, to be kept elsewhere or moved to another store: leaves with the
 * checkpoints that cover them, then events, what belongs to them, their artifacts, and a last line
 * that counts, so that a cut file is noticed.
 */
const format = 'atomic-log/1'
const chunk = 1_000
const kept = ['answers', 'attestations', 'anchors', 'holds', 'commits'] as const
type Kept = (typeof kept)[number]

const Line = z.union([
  z.strictObject({ format: z.literal(format), origin: z.string() }),
  z.strictObject({ leaf: z.string() }),
  z.strictObject({ checkpoint: z.strictObject({ size: z.int().min(0), note: z.string() }) }),
  z.strictObject({
    missionId: z.string(),
    event: z.strictObject({
      eventId: z.string(),
      index: z.int().min(0),
      type: z.string(),
      recordedAt: z.string(),
      commitment: Hex64,
      salt: Hex64.nullable(),
      body: RecordedBody,
      checkpoint: z.int().min(0),
    }),
  }),
  z.strictObject({ kept: z.enum(kept), key: z.string(), value: z.json() }),
  z.strictObject({ artifact: z.string(), data: z.base64() }),
  z.strictObject({ leaves: z.int(), checkpoints: z.int(), events: z.int(), artifacts: z.int() }),
])

/** The lines of a log's file, each with its newline. */
export async function* exportLog(store: Store, layout: Layout, blobs: Blobs, origin: string): AsyncGenerator<string> {
  const line = (value: z.input<typeof Line>): string => `${JSON.stringify(value)}\n`
  const checkpoints = await store.size(layout.checkpoints)
  yield line({ format, origin })
  let leaves = 0
  for (let from = 0; from < checkpoints; from += chunk) {
    const limit = Math.min(chunk, checkpoints - from)
    for (const { value } of await store.entries<StoredCheckpoint>(layout.checkpoints, from, limit)) {
      for (; leaves < value.size; ) {
        const page = await store.entries<string>(layout.leaves, leaves, Math.min(chunk, value.size - leaves))
        for (const { value: leaf } of page) yield line({ leaf })
        leaves += page.length
      }
      yield line({ checkpoint: value })
    }
  }
  const digests = new Set<string>()
  let events = 0
  for await (const { key, value } of rowsOf<StoredEvent>(store, layout.events)) {
    // What was recorded meanwhile belongs into the next file.
    if (value.index >= leaves) continue
    yield line({ missionId: missionOf(key), event: value as never })
    for (const { digest } of value.body?.artifacts ?? []) digests.add(digest)
    events++
  }
  for (const what of kept)
    for await (const { key, value } of rowsOf<never>(store, layout[what])) yield line({ kept: what, key, value })
  let artifacts = 0
  for (const digest of digests) {
    // An artifact that was never brought here cannot be carried on.
    if (!(await blobs.has(digest))) continue
    yield line({ artifact: digest, data: Buffer.from(await blobs.get(digest)).toString('base64') })
    artifacts++
  }
  yield line({ leaves, checkpoints, events, artifacts })
}

export interface Imported {
  leaves: number
  checkpoints: number
  events: number
  artifacts: number
}

class Importer {
  readonly #edge = new TreeEdge()
  readonly #counts: Imported = { leaves: 0, checkpoints: 0, events: 0, artifacts: 0 }
  #writes: Write[] = []
  #ended = false
  readonly #parts: { store: Store; layout: Layout; blobs: Blobs; keys: readonly NoteVerifier[]; origin: string }

  constructor(parts: { store: Store; layout: Layout; blobs: Blobs; keys: readonly NoteVerifier[]; origin: string }) {
    this.#parts = parts
  }

  async take(value: z.output<typeof Line>): Promise<void> {
    const { layout, blobs, origin } = this.#parts
    if (this.#ended) refuse('Something stands after the last line.')
    if ('format' in value) {
      if (value.origin !== origin) refuse(`The file is of the log ${value.origin}, this one is ${origin}.`)
    } else if ('leaf' in value) this.#leaf(value.leaf)
    else if ('checkpoint' in value) await this.#checkpoint(value.checkpoint)
    else if ('event' in value) await this.#event(value.missionId, value.event as StoredEvent)
    else if ('kept' in value) await this.#write(layout[value.kept satisfies Kept], value.key, value.value)
    else if ('artifact' in value) {
      const { digest } = await blobs.put(Buffer.from(value.data, 'base64'))
      if (digest !== value.artifact) refuse('An artifact is not what its digest says.')
      this.#counts.artifacts++
    } else {
      const same = (Object.keys(this.#counts) as (keyof Imported)[]).every((k) => value[k] === this.#counts[k])
      if (!same || value.events !== value.leaves) refuse('The file does not hold as much as its last line says.')
      this.#ended = true
    }
  }

  #leaf(text: string): void {
    const { layout } = this.#parts
    this.#writes.push({ append: { log: layout.leaves, index: this.#counts.leaves++, value: text } })
    for (const tile of this.#edge.append(leafHash(Buffer.from(text))))
      this.#writes.push({
        put: { collection: layout.tiles, key: tileKey(tile.level, tile.index), value: tileValue(tile), expect: 0 },
      })
  }

  async #checkpoint(checkpoint: StoredCheckpoint): Promise<void> {
    const { layout, store, keys, origin } = this.#parts
    const { size, note } = checkpoint
    const signed = openCheckpoint(note, keys)
    if (
      signed.origin !== origin ||
      size !== this.#edge.size ||
      signed.size !== BigInt(size) ||
      Buffer.compare(signed.rootHash, this.#edge.root()) !== 0
    )
      refuse(`The entries of the file are not what its checkpoint of ${signed.size} entries signed.`)
    this.#writes.push({ append: { log: layout.checkpoints, index: this.#counts.checkpoints++, value: checkpoint } })
    // Always to a checkpoint, so that what stands there is a log at any moment.
    if (this.#writes.length < chunk) return
    await store.commit(this.#writes)
    this.#writes = []
  }

  async #event(missionId: string, event: StoredEvent): Promise<void> {
    const { layout, store } = this.#parts
    if (this.#counts.events === 0) await this.#flush()
    const [leaf] = await store.entries<string>(layout.leaves, event.index, 1)
    if (leaf?.value !== leafText(event)) refuse(`Event ${event.index} is not the entry of the log.`)
    if (event.body === null ? event.salt !== null : event.salt === null) refuse(`Event ${event.index} is half erased.`)
    if (
      event.body &&
      (commitmentOf(event.salt!, bodyText(event.body)) !== event.commitment || event.body.missionId !== missionId)
    )
      refuse(`Event ${event.index} is not what was committed to.`)
    const digests = event.body?.artifacts.map((a) => a.digest) ?? []
    this.#writes.push(...useWrites(layout, missionId, event.index, digests))
    this.#counts.events++
    await this.#write(layout.events, eventKey(missionId, event.index), event)
  }

  async #write(collection: string, key: string, value: unknown): Promise<void> {
    this.#writes.push({ put: { collection, key, value, expect: 0 } })
    if (this.#writes.length >= chunk) await this.#flush()
  }

  async #flush(): Promise<void> {
    await this.#parts.store.commit(this.#writes)
    this.#writes = []
  }

  async end(): Promise<Imported> {
    if (!this.#ended) refuse('The file is cut off: its last line is missing.')
    await this.#flush()
    return this.#counts
  }
}

const refuse = (detail: string): never => {
  throw new AtomicError('INVALID_REQUEST', detail)
}

/**
 * Reads a log's file into a store that has none, verifying every line against checkpoints that
 * known keys signed. What was read of a file that turns out false stays there: use a fresh store.
 * @throws AtomicError `INVALID_REQUEST`, `SIGNATURE_INVALID`, `NOTE_MALFORMED`.
 */
export async function importLog(
  lines: AsyncIterable<string>,
  parts: { store: Store; layout: Layout; blobs: Blobs; keys: readonly NoteVerifier[]; origin: string },
): Promise<Imported> {
  if ((await parts.store.size(parts.layout.checkpoints)) > 0) refuse('There is a log here already.')
  const importer = new Importer(parts)
  let number = 0
  for await (const text of lines) {
    number++
    let value: unknown
    try {
      value = JSON.parse(text)
    } catch {
      refuse(`Line ${number} of the file is not JSON.`)
    }
    const line = Line.safeParse(value)
    if (!line.success) return refuse(`Line ${number} of the file is none of a log's.`)
    if (number === 1 && !('format' in line.data)) refuse('This is no file of a log.')
    await importer.take(line.data)
  }
  return importer.end()
}
