import { AtomicError } from '../../platform/errors.ts'
import { fromBase64 } from './base64.ts'

/** What a checkpoint says, https://c2sp.org/tlog-checkpoint. */
export interface Checkpoint {
  origin: string
  size: bigint
  rootHash: Uint8Array
}

/** Text of a checkpoint's note. @throws AtomicError `NOTE_MALFORMED`. */
export function readCheckpointBody(text: string): Checkpoint {
  const lines = text.slice(0, -1).split('\n')
  const [origin = '', size = '', root = ''] = lines
  const rootHash = fromBase64(root)
  const count = /^(0|[1-9]\d{0,19})$/.test(size) ? BigInt(size) : undefined
  if (lines.some((line) => line === '') || count === undefined || count >= 1n << 64n || rootHash?.length !== 32)
    throw new AtomicError('NOTE_MALFORMED', 'The note is not a checkpoint.')
  return { origin, size: count, rootHash }
}
