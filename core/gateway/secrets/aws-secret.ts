import { at, BASE64 } from '../engine/chars.ts'
import type { Detector } from '../engine/detector.ts'
import { entropy } from '../engine/entropy.ts'
import { isFillerToken, isMixed } from '../engine/fillers.ts'

const length = 40
const reach = 400

/**
 * The second half of an AWS key pair: 40 characters of base 64, near an access key id or after a
 * name that says so (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html).
 */
export const awsSecret: Detector = {
  type: 'aws-secret-access-key',
  kind: 'secret',
  keywords: ['akia', 'asia', 'aws_secret', 'secret_access_key', 'secretaccesskey', 'aws_sec'],
  source: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html',
  verify({ text, examples, readTo }, start, end) {
    const id = text.slice(start, end)
    const byId = id === 'AKIA' || id === 'ASIA'
    if (byId && !/^[A-Z2-7]{16}$/.test(text.slice(end, end + 16))) return undefined
    const stop = Math.min(text.length, end + reach)
    // What was read for the id before holds nothing; a run that was begun there is not begun anew.
    let from = Math.max(end, readTo.get('aws-secret') ?? 0)
    if (from > end) while (from < stop && at(text, from - 1, BASE64)) from++
    let run = 0
    for (let i = from; i <= stop; i++) {
      if (i < stop && at(text, i, BASE64)) {
        run++
        continue
      }
      if (run === length) {
        const value = text.slice(i - length, i)
        const shown = !examples && value.endsWith('EXAMPLEKEY')
        if (!shown && isMixed(value) && entropy(value) >= 4 && !/^[0-9a-f]+$/i.test(value) && !isFillerToken(value))
          return { start: i - length, end: i, confidence: byId ? 0.9 : 0.95 }
      }
      run = 0
    }
    readTo.set('aws-secret', Math.max(end, stop - run))
    return undefined
  },
}
