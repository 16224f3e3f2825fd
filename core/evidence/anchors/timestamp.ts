import { AtomicError } from '../../platform/errors.ts'
import type { Anchor, Post } from '../anchor.ts'
import { readNote } from '../log/note.ts'
import { timestampRequest, verifyTimestamp } from '../timestamp.ts'

export interface TimestampPlace {
  url: string
  /** Certificates in PEM that an answer must lead to. */
  roots: readonly string[]
}

/** Has a timestamp authority (RFC 3161) say when a checkpoint was there: over the text of its note. */
export function timestampAnchor({ url, roots }: TimestampPlace, post: Post): Anchor {
  const name = `timestamp ${url}`
  return {
    name,
    async take({ note }) {
      const data = Buffer.from(readNote(note).text)
      const answer = await post(url, 'application/timestamp-query', await timestampRequest(data))
      if (answer.status !== 200) throw new AtomicError('UPSTREAM_FAILED', `${name}: it answered ${answer.status}.`)
      const { time, authority } = await verifyTimestamp(answer.body, data, roots)
      return { timestamp: Buffer.from(answer.body).toString('base64'), detail: `${time} by ${authority}` }
    },
  }
}
