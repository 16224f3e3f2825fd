import { readCheckpoint } from '../../log/checkpoint.ts'
import { signaturesBy } from '../../log/note.ts'
import { type Check, refuse } from '../check.ts'
import { parseAnchor } from './anchors.ts'

/**
 * Enough witnesses have cosigned one and the same anchor, which the check before found to fit the
 * pack: the log showed them the history that it shows here.
 */
export const witnessesCheck: Check = {
  name: 'witnesses',
  run({ anchors, witnesses, sound }) {
    if (!witnesses)
      return { verdict: 'not-assessed', detail: 'no witnesses were named: nobody vouches that all see one history' }
    const { keys, threshold } = witnesses
    if (sound?.anchors !== true) refuse('no anchor that fits the pack was given')
    let best = 0
    for (const anchor of anchors) {
      const { note } = parseAnchor(anchor)
      const { signatures } = signaturesBy(note, keys)
      // Two keys of one witness are one witness.
      const names = [...new Set(signatures.map((s) => s.name))]
      if (names.length >= threshold) {
        const times = signatures.flatMap(({ seconds }) => (seconds === undefined ? [] : [seconds]))
        const since = times.length > 0 ? `, first at ${new Date(Math.min(...times) * 1000).toISOString()}` : ''
        return {
          verdict: 'pass',
          detail: `${names.join(', ')} cosigned the log at ${readCheckpoint(note).size} entries${since}`,
        }
      }
      best = Math.max(best, names.length)
    }
    return refuse(`${best} of the named witnesses cosigned an anchor, ${threshold} are asked for`)
  },
}
