import { AtomicError } from '../../platform/errors.ts'
import type { Anchor, Post } from '../anchor.ts'
import type { NoteVerifier } from '../log/keys.ts'
import { signaturesBy } from '../log/note.ts'
import { writeSubmission } from '../witness/submission.ts'

export interface WitnessPlace {
  /** Submission prefix, without a slash at the end. */
  url: string
  keys: readonly NoteVerifier[]
}

const text = (body: Uint8Array): string => Buffer.from(body).toString()

/** Asks a witness for its cosignature (https://c2sp.org/tlog-witness#add-checkpoint). */
export function witnessAnchor({ url, keys }: WitnessPlace, post: Post): Anchor {
  const name = `witness ${url}`
  let known = 0
  const rewritten = (detail: string) => new AtomicError('LOG_REWRITTEN', `${name}: ${detail}`)
  const failed = (detail: string) => new AtomicError('UPSTREAM_FAILED', `${name}: ${detail}`)
  return {
    name,
    async take({ size, note, proofFrom }) {
      // The second try is with the size that the witness says it has.
      for (let tries = 2; tries > 0; tries--) {
        const proof = known === 0 ? [] : await proofFrom(known)
        const submission = writeSubmission({ old: BigInt(known), proof, checkpoint: note })
        const answer = await post(`${url}/add-checkpoint`, 'text/plain; charset=utf-8', Buffer.from(submission))
        if (answer.status === 200) {
          const { signatures } = signaturesBy(note + text(answer.body), keys)
          if (signatures.length === 0) throw failed('it answered without a cosignature by its key.')
          known = size
          return {
            cosignatures: signatures.map((s) => s.line).join(''),
            detail: `cosigned by ${signatures.map((s) => `${s.name}+${s.keyId}`).join(', ')}`,
          }
        }
        if (answer.status === 422) throw rewritten(`it has seen a log that is not this one at ${known} entries.`)
        if (answer.status !== 409) throw failed(`it answered ${answer.status}.`)
        const said = text(answer.body).trim()
        if (!/^(0|[1-9]\d{0,15})$/.test(said) || !answer.contentType.startsWith('text/x.tlog.size'))
          throw failed('it did not say which size it has.')
        known = Number(said)
        if (known > size) throw rewritten(`it has seen ${known} entries, and this log has ${size}: it was rolled back.`)
      }
      throw failed('its size changes faster than it can be asked.')
    },
  }
}
