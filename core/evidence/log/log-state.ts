import type { Clock } from '../../platform/clock.ts'
import { AtomicError, isAtomicError } from '../../platform/errors.ts'
import type { Store } from '../../storage/store.ts'
import { openCheckpoint, signCheckpoint } from './checkpoint.ts'
import { restoreEdge, type Tiles } from './hashes.ts'
import type { NoteSigner, NoteVerifier } from './keys.ts'
import type { Layout, StoredCheckpoint } from './layout.ts'
import { leafHash } from './merkle.ts'
import type { TreeEdge } from './tree.ts'

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

/**
 * Reads where the log stands, and begins it where it has not begun.
 * @throws AtomicError `INTERNAL` where the log is not what its last checkpoint signed; `SIGNATURE_INVALID` where no known key signed that.
 */
export async function readState(options: LogOptions, tiles: Tiles): Promise<LogState> {
  const { store, layout, origin, signers, retired } = options
  const checkpoints = await store.size(layout.checkpoints)
  if (checkpoints === 0) return begin(options, tiles)
  const [last] = await store.entries<StoredCheckpoint>(layout.checkpoints, checkpoints - 1, 1)
  const { size, note } = last!.value
  const leaves = async (from: number) =>
    (await store.entries<string>(layout.leaves, from, size - from)).map((e) => e.value)
  const edge = await restoreEdge(tiles, size, async (from) =>
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

/** The empty log has a checkpoint too: an anchor can be taken before the first event. */
async function begin(options: LogOptions, tiles: Tiles): Promise<LogState> {
  const { store, layout, origin, signers } = options
  const edge = await restoreEdge(tiles, 0, async () => [])
  const note = signCheckpoint({ origin, size: 0n, rootHash: edge.root() }, signers)
  const value: StoredCheckpoint = { size: 0, note }
  try {
    await store.commit([{ append: { log: layout.checkpoints, index: 0, value } }])
  } catch (error) {
    if (isAtomicError(error, 'VERSION_CONFLICT')) return readState(options, tiles)
    throw error
  }
  return { size: 0, checkpoints: 1, note, recordedAt: '', edge }
}
