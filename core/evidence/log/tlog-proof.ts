import { AtomicError } from '../../platform/errors.ts'
import { fromBase64 } from './base64.ts'

/** Offline proofs that an entry is in a log, https://c2sp.org/tlog-proof. */
export interface TlogProof {
  index: bigint
  proof: Uint8Array[]
  /** The signed checkpoint, verbatim. */
  checkpoint: string
}

const header = 'c2sp.org/tlog-proof@v1'

export const writeTlogProof = ({ index, proof, checkpoint }: TlogProof): string =>
  [header, `index ${index}`, ...proof.map((hash) => Buffer.from(hash).toString('base64')), '', checkpoint].join('\n')

/** @throws AtomicError `NOTE_MALFORMED`. Extra data is passed over: nothing authenticates it. */
export function readTlogProof(text: string): TlogProof {
  const malformed = () => new AtomicError('NOTE_MALFORMED', 'Not a tlog-proof.')
  const border = text.indexOf('\n\n')
  if (border < 0) throw malformed()
  const [first, ...lines] = text.slice(0, border).split('\n')
  if (lines[0]?.startsWith('extra ')) lines.shift()
  const [, index] = /^index (0|[1-9]\d{0,19})$/.exec(lines.shift() ?? '') ?? []
  const proof = lines.map(fromBase64)
  if (first !== header || index === undefined || !proof.every((hash) => hash?.length === 32)) throw malformed()
  return { index: BigInt(index), proof: proof as Uint8Array[], checkpoint: text.slice(border + 2) }
}
