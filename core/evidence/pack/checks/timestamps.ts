import { isAtomicError } from '../../../platform/errors.ts'
import { readCheckpoint } from '../../log/checkpoint.ts'
import { readNote } from '../../log/note.ts'
import { verifyTimestamp } from '../../timestamp.ts'
import { type Check, refuse } from '../check.ts'
import { parseAnchor } from './anchors.ts'

/** A timestamp authority that the verifier trusts saw an anchor, which the check before found to fit the pack. */
export const timestampsCheck: Check = {
  name: 'timestamps',
  async run({ anchors, timestampRoots, sound }) {
    if (timestampRoots.length === 0)
      return { verdict: 'not-assessed', detail: 'no timestamp authority was named: times are the log’s own word' }
    if (sound?.anchors !== true) refuse('no anchor that fits the pack was given')
    const seen: string[] = []
    for (const anchor of anchors) {
      const { note, timestamps } = parseAnchor(anchor)
      const data = Buffer.from(readNote(note).text)
      for (const timestamp of timestamps) {
        try {
          const { time, authority } = await verifyTimestamp(Buffer.from(timestamp, 'base64'), data, timestampRoots)
          seen.push(`${readCheckpoint(note).size} entries by ${time} (${authority})`)
        } catch (error) {
          refuse(isAtomicError(error) ? error.message : 'a timestamp of an anchor cannot be read')
        }
      }
    }
    return seen.length === 0
      ? refuse('the anchors bring no timestamp')
      : { verdict: 'pass', detail: `the log had ${seen.join('; ')}` }
  },
}
