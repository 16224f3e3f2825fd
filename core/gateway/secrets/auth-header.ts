import { at, BASE64, BASE64URL, BLANK, skip, startsWord } from '../engine/chars.ts'
import type { Detector } from '../engine/detector.ts'
import { entropy } from '../engine/entropy.ts'
import { isFiller, isMixed } from '../engine/fillers.ts'

/** `Basic` credentials: base 64 of `user:password` (https://www.rfc-editor.org/rfc/rfc7617). */
export const basicAuth: Detector = {
  type: 'basic-auth',
  kind: 'secret',
  keywords: ['basic '],
  source: 'https://www.rfc-editor.org/rfc/rfc7617',
  verify({ text }, start, end) {
    if (!startsWord(text, start)) return undefined
    const from = skip(text, end, BLANK, 4)
    let stop = skip(text, from, BASE64, 2048)
    if (stop - from < 8) return undefined
    while (text[stop] === '=') stop++
    const plain = Buffer.from(text.slice(from, stop), 'base64').toString('latin1')
    const colon = plain.indexOf(':')
    if (colon < 1 || colon === plain.length - 1 || !/^[\x20-\x7e\x80-\xff]+$/.test(plain)) return undefined
    return isFiller(plain.slice(colon + 1)) ? undefined : { start: from, end: stop, confidence: 0.95 }
  },
}

const TOKEN = BASE64 | BASE64URL

/** `Bearer` and `token` credentials of any shape (https://www.rfc-editor.org/rfc/rfc6750). */
export const bearerToken: Detector = {
  type: 'bearer-token',
  kind: 'secret',
  keywords: ['bearer ', 'authorization: token ', 'authorization: apikey ', 'authorization: api-key '],
  source: 'https://www.rfc-editor.org/rfc/rfc6750#section-2.1',
  verify({ text }, start, end) {
    if (!startsWord(text, start)) return undefined
    const from = skip(text, end, BLANK, 4)
    let stop = from
    while (stop - from < 4096 && (at(text, stop, TOKEN) || text[stop] === '.' || text[stop] === '~')) stop++
    while (text[stop - 1] === '.') stop--
    while (text[stop] === '=') stop++
    const value = text.slice(from, stop)
    if (value.length < 16 || !isMixed(value) || entropy(value) < 3 || isFiller(value)) return undefined
    return { start: from, end: stop, confidence: 0.8 }
  },
}
