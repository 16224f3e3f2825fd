import { type Checkpoint, readCheckpointBody } from './checkpoint-body.ts'
import type { NoteSigner, NoteVerifier } from './keys.ts'
import { type NoteSignature, openNote, readNote, signNote } from './note.ts'

export type { Checkpoint } from './checkpoint-body.ts'

/** Transparency log checkpoints, https://c2sp.org/tlog-checkpoint. */
export const signCheckpoint = ({ origin, size, rootHash }: Checkpoint, signers: readonly NoteSigner[]): string =>
  signNote(`${origin}\n${size}\n${Buffer.from(rootHash).toString('base64')}\n`, signers)

/**
 * A checkpoint that a known key has signed.
 * @throws AtomicError `NOTE_MALFORMED`, `SIGNATURE_INVALID`.
 */
export function openCheckpoint(
  note: string,
  keys: readonly (string | NoteVerifier)[],
): Checkpoint & { signatures: NoteSignature[] } {
  const { text, signatures } = openNote(note, keys)
  return { ...readCheckpointBody(text), signatures }
}

/** What a checkpoint says, whoever signed it. @throws AtomicError `NOTE_MALFORMED`. */
export const readCheckpoint = (note: string): Checkpoint & { claimed: NoteSignature[] } => {
  const { text, claimed } = readNote(note)
  return { ...readCheckpointBody(text), claimed }
}
