import { AtomicError } from '../../platform/errors.ts'
import { fromBase64 } from '../log/base64.ts'

/** Body of `add-checkpoint` (https://c2sp.org/tlog-witness#add-checkpoint). */
export interface Submission {
  /** Size that the witness is thought to have cosigned last. */
  old: bigint
  /** From there to the checkpoint. */
  proof: Uint8Array[]
  /** The signed note. */
  checkpoint: string
}

const mostProof = 63

export const writeSubmission = ({ old, proof, checkpoint }: Submission): string =>
  [`old ${old}`, ...proof.map((hash) => Buffer.from(hash).toString('base64')), '', checkpoint].join('\n')

/** @throws AtomicError `INVALID_REQUEST`. */
export function readSubmission(text: string): Submission {
  const border = text.indexOf('\n\n')
  const [first = '', ...lines] = border < 0 ? [] : text.slice(0, border).split('\n')
  const [, old] = /^old (0|[1-9]\d{0,19})$/.exec(first) ?? []
  const proof = lines.map(fromBase64)
  if (old === undefined || lines.length > mostProof || !proof.every((hash) => hash?.length === 32))
    throw new AtomicError('INVALID_REQUEST', 'Expected "old SIZE", at most 63 hashes, an empty line and a checkpoint.')
  return { old: BigInt(old), proof: proof as Uint8Array[], checkpoint: text.slice(border + 2) }
}
