import { sha256Hex } from '../../platform/canonical.ts'
import type { Clock } from '../../platform/clock.ts'
import { isAtomicError } from '../../platform/errors.ts'
import type { Store } from '../../storage/store.ts'
import { readCheckpointBody } from '../log/checkpoint-body.ts'
import type { NoteSigner, NoteVerifier } from '../log/keys.ts'
import { emptyRoot, verifyConsistency } from '../log/merkle.ts'
import { readNote, signatureLines, signaturesBy } from '../log/note.ts'
import { readSubmission, type Submission } from './submission.ts'

/** A log that a witness watches: its origin, and the keys that sign it. */
export interface WatchedLog {
  origin: string
  keys: readonly NoteVerifier[]
}
export interface WitnessOptions {
  store: Store
  clock: Clock
  /** Of type `cosignature` or `ml-dsa-44`. */
  signers: readonly NoteSigner[]
  logs: readonly WatchedLog[]
}

/** What became of a submission; each has its own status over HTTP. */
export type WitnessAnswer =
  | { kind: 'cosigned'; lines: string }
  | { kind: 'malformed' | 'unknown-log' | 'not-signed' | 'inconsistent'; detail: string }
  /** The witness has cosigned another size last. */
  | { kind: 'stale'; size: bigint }

export interface Witness {
  addCheckpoint(body: string): Promise<WitnessAnswer>
  /** The last checkpoint cosigned of the log whose origin has this SHA-256 (hex), with our cosignatures. */
  latest(originHash: string): Promise<string | undefined>
}

interface Seen {
  /** Decimal: sizes go beyond 2^53. */
  size: string
  /** The checkpoint with the log's signatures and ours. */
  note: string
}
const collection = 'evidence/witness'
const tries = 8

/**
 * A witness of other logs (https://c2sp.org/tlog-witness): cosigns a checkpoint only when it has
 * grown out of the one cosigned before, so that a log cannot show two histories. What it cosigned
 * is durable before it answers.
 */
export function createWitness({ store, clock, signers, logs }: WitnessOptions): Witness {
  async function judge({ old, proof, checkpoint }: Submission): Promise<WitnessAnswer> {
    let body: ReturnType<typeof readCheckpointBody>
    try {
      body = readCheckpointBody(readNote(checkpoint).text)
    } catch {
      return { kind: 'malformed', detail: 'What follows is no signed checkpoint.' }
    }
    const log = logs.find(({ origin }) => origin === body.origin)
    if (!log) return { kind: 'unknown-log', detail: 'This witness does not watch a log of that origin.' }
    let signed: ReturnType<typeof signaturesBy>
    try {
      signed = signaturesBy(checkpoint, log.keys)
    } catch {
      return { kind: 'not-signed', detail: 'A signature by a known key of the log is wrong.' }
    }
    if (signed.signatures.length === 0) return { kind: 'not-signed', detail: 'No signature by a known key of the log.' }
    if (old > body.size) return { kind: 'malformed', detail: 'The old size is larger than the checkpoint’s.' }

    const key = sha256Hex(body.origin)
    const seen = await store.get<Seen>(collection, key)
    const size = BigInt(seen?.value.size ?? 0)
    if (old !== size) return { kind: 'stale', size }
    if (body.size === 0n && Buffer.compare(body.rootHash, emptyRoot) !== 0)
      return { kind: 'inconsistent', detail: 'The root of the empty tree is wrong.' }
    const fromRoot = seen ? readCheckpointBody(readNote(seen.value.note).text).rootHash : emptyRoot
    try {
      verifyConsistency({ from: old, fromRoot, to: body.size, toRoot: body.rootHash, proof })
    } catch {
      return { kind: 'inconsistent', detail: `The log is not what it was at ${old} entries.` }
    }
    const lines = signatureLines(signed.text, signers, Math.floor(clock.now() / 1000))
    const note = `${signed.text}\n${signed.signatures.map((s) => s.line).join('')}${lines}`
    const value: Seen = { size: String(body.size), note }
    await store.commit([{ put: { collection, key, value, expect: seen?.version ?? 0 } }])
    return { kind: 'cosigned', lines }
  }

  return {
    async addCheckpoint(text) {
      let submission: Submission
      try {
        submission = readSubmission(text)
      } catch (error) {
        return { kind: 'malformed', detail: (error as Error).message }
      }
      for (let left = tries; ; left--) {
        try {
          return await judge(submission)
        } catch (error) {
          // Another submission was faster: what it left is compared with.
          if (!isAtomicError(error, 'VERSION_CONFLICT') || left === 0) throw error
        }
      }
    },
    latest: async (originHash) => (await store.get<Seen>(collection, originHash))?.value.note,
  }
}
