import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { AppendedEvent, ConsistencyProof, Content, InclusionProof } from '../../../core/contracts/index.ts'
import { openCheckpoint } from '../../../core/evidence/log/checkpoint.ts'
import { parseSignerKey } from '../../../core/evidence/log/keys.ts'
import { layout, type StoredEvent } from '../../../core/evidence/log/layout.ts'
import { leafHash, verifyConsistency, verifyInclusion } from '../../../core/evidence/log/merkle.ts'
import { rootOf } from '../../../core/evidence/log/tree.ts'
import { createEvidenceService } from '../../../core/evidence/service.ts'
import { systemClock } from '../../../core/platform/clock.ts'
import type { Store } from '../../../core/storage/store.ts'
import { type Candidate, openCandidate } from '../storage/candidate.ts'
import { seeded } from './tamper.ts'
import { ctx, origin } from './world.ts'

const child = fileURLToPath(new URL('./crash-child.ts', import.meta.url))
const bytes = (hex: string): Uint8Array => Buffer.from(hex, 'hex')
const page = 1_000

/** Where a log is kept. */
export interface LogPlace {
  candidate: Pick<Candidate, 'module' | 'opener'>
  at: string
}
export interface LogKey {
  skey: string
  vkey: string
}

const openPlace = ({ candidate: { module, opener }, at }: LogPlace): Promise<Store> =>
  openCandidate({ module: module.href, opener }, at)

const none = (): never => {
  throw new Error('no artifact is needed here')
}
/** The evidence log on a store, without artifacts. */
export const openLog = (store: Store, skey: string) =>
  createEvidenceService({
    store,
    blobs: { put: none, keep: none, get: none, pieces: none, has: none, remove: none },
    keys: { signers: [parseSignerKey(skey)] },
    clock: systemClock,
    origin,
  }).service

/** A process that appends until it is killed. */
export interface Appending {
  process: ChildProcess
  acknowledged: AppendedEvent[]
  /** Called at each acknowledgement. */
  told: () => void
  /** How it ended: the signal, or its exit code. */
  ended: Promise<string>
}

/** The command that appends on some lanes at once, so many events on each. */
export const appendCommand = (
  { candidate, at }: LogPlace,
  { skey }: LogKey,
  { lanes = 5, most = Number.POSITIVE_INFINITY } = {},
): [string, ...string[]] => [
  process.execPath,
  child,
  candidate.module.href,
  candidate.opener,
  at,
  skey,
  String(lanes),
  String(most),
]

export function startAppending(place: LogPlace, key: LogKey): Appending {
  const [command, ...args] = appendCommand(place, key)
  const running = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const closed = once(running, 'close')
  const appending: Appending = { process: running, acknowledged: [], told: () => {}, ended: read() }
  async function read(): Promise<string> {
    for await (const line of createInterface({ input: running.stdout })) {
      // The last line may be torn by the kill: then nobody was told.
      if (!line.endsWith('}')) continue
      appending.acknowledged.push(JSON.parse(line) as AppendedEvent)
      appending.told()
    }
    const [code, signal] = (await closed) as [number | null, string | null]
    return signal ?? `exit ${code}`
  }
  return appending
}

async function* pages<T>(read: (from: number) => Promise<T[]>): AsyncGenerator<T> {
  for (let from = 0; ; from += page) {
    const found = await read(from)
    yield* found
    if (found.length < page) return
  }
}

/** The whole log against its checkpoint: every leaf, and no event recorded twice. */
async function wholeLog(store: Store, size: bigint, rootHash: Uint8Array): Promise<string[]> {
  const faults: string[] = []
  const { leaves, events } = layout('default')
  const hashes: Uint8Array[] = []
  for await (const { value } of pages((from) => store.entries<string>(leaves, from, page)))
    hashes.push(leafHash(Buffer.from(value)))
  if (BigInt(hashes.length) !== size) faults.push(`${hashes.length} leaves, the checkpoint says ${size}`)
  if (Buffer.compare(rootOf(hashes), rootHash) !== 0) faults.push('the leaves do not have the root that was signed')
  const steps = new Set<unknown>()
  let rows = 0
  let after: string | undefined
  for await (const { key, value } of pages(() =>
    store.list<StoredEvent>(events, { limit: page, ...(after === undefined ? {} : { after }) }),
  )) {
    after = key
    rows++
    if (steps.has(value.body?.payload.step)) faults.push(`${String(value.body?.payload.step)} is recorded twice`)
    steps.add(value.body?.payload.step)
  }
  if (rows !== hashes.length) faults.push(`${rows} events, ${hashes.length} leaves`)
  return faults
}

/** Opens the log and proves every acknowledged event under the checkpoint that stands there now; answers what is wrong. */
export async function prove(place: LogPlace, key: LogKey, acknowledged: readonly AppendedEvent[]): Promise<string[]> {
  const faults: string[] = []
  let store: Store | undefined
  try {
    store = await openPlace(place)
    const service = openLog(store, key.skey)
    const note = ((await service.checkpoint({ query: {} }, ctx)) as Content).body as string
    const { size, rootHash } = openCheckpoint(note, [key.vkey])
    const to = Number(size)
    for (const { index, leafHash: leaf, treeSize, rootHash: fromRoot } of acknowledged) {
      if (treeSize > to) {
        faults.push(`event ${index} was acknowledged, the log ends at ${to}`)
        continue
      }
      const inclusion = (await service.inclusion({ query: { index, treeSize: to } }, ctx)) as InclusionProof
      const proof = inclusion.proof.map(bytes)
      verifyInclusion({ index: BigInt(index), treeSize: size, leafHash: bytes(leaf), rootHash, proof })
      const consistency = (await service.consistency({ query: { from: treeSize, to } }, ctx)) as ConsistencyProof
      const way = consistency.proof.map(bytes)
      verifyConsistency({ from: BigInt(treeSize), to: size, fromRoot: bytes(fromRoot), toRoot: rootHash, proof: way })
    }
    faults.push(...(await wholeLog(store, size, rootHash)))
  } catch (error) {
    faults.push(String(error))
  } finally {
    await store?.close()
  }
  return faults
}

/**
 * Lets a child append, kills it with SIGKILL at a moment of the seed's choice, opens the log again
 * and proves every acknowledged event.
 */
export async function crashRound(
  place: LogPlace,
  key: LogKey,
  seed: number,
): Promise<{ acknowledged: number; faults: string[] }> {
  const random = seeded(seed)
  const killAfter = 1 + random(150)
  const pauseMs = random(6)
  const appending = startAppending(place, key)
  appending.told = () => {
    if (appending.acknowledged.length === killAfter) setTimeout(() => appending.process.kill('SIGKILL'), pauseMs)
  }
  const end = await appending.ended
  const faults = end === 'SIGKILL' ? [] : [`the child ended by itself (${end})`]
  return {
    acknowledged: appending.acknowledged.length,
    faults: [...faults, ...(await prove(place, key, appending.acknowledged))],
  }
}
