import { AtomicError } from '../../platform/errors.ts'
import { fromBase64 } from './base64.ts'
import type { NoteSigner, NoteVerifier } from './keys.ts'
import { type NoteSignature, openNote, readNote, signNote } from './note.ts'

/** Transparency log checkpoints, https://c2sp.org/tlog-checkpoint. */
export interface Checkpoint {
  origin: string
  size: bigint
  rootHash: Uint8Array
}

export const signCheckpoint = ({ origin, size, rootHash }: Checkpoint, signers: readonly NoteSigner[]): string =>
  signNote(`${origin}\n${size}\n${Buffer.from(rootHash).toString('base64')}\n`, signers)

function parseBody(text: string): Checkpoint {
  const lines = text.slice(0, -1).split('\n')
  const [origin = '', size = '', root = ''] = lines
  const rootHash = fromBase64(root)
  if (lines.some((line) => line === '') || !/^(0|[1-9]\d{0,19})$/.test(size) || rootHash?.length !== 32)
    throw new AtomicError('NOTE_MALFORMED', 'The note is not a checkpoint.')
  return { origin, size: BigInt(size), rootHash }
}

/**
 * A checkpoint that a known key has signed.
 * @throws AtomicError `NOTE_MALFORMED`, `SIGNATURE_INVALID`.
 */
export function openCheckpoint(
  note: string,
  keys: readonly (string | NoteVerifier)[],
): Checkpoint & { signatures: NoteSignature[] } {
  const { text, signatures } = openNote(note, keys)
  return { ...parseBody(text), signatures }
}

/** What a checkpoint says, whoever signed it. @throws AtomicError `NOTE_MALFORMED`. */
export const readCheckpoint = (note: string): Checkpoint & { claimed: NoteSignature[] } => {
  const { text, claimed } = readNote(note)
  return { ...parseBody(text), claimed }
}
