import { BASE64URL, skip, startsWord } from '../engine/chars.ts'
import type { Detector } from '../engine/detector.ts'

/** The example of https://jwt.io: signature under its published secret. */
const example = 'SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c'

/** JSON Web Tokens, signed or encrypted, in compact form (https://www.rfc-editor.org/rfc/rfc7519). */
export const jwt: Detector = {
  type: 'jwt',
  kind: 'secret',
  // `{"` in base 64, and what follows it in a header.
  keywords: ['eyj'],
  source: 'https://www.rfc-editor.org/rfc/rfc7519',
  verify({ text, examples, more, readTo }, start) {
    if (!text.startsWith('eyJ', start) || start < (readTo.get('jwt') ?? 0)) return undefined
    const parts: string[] = []
    let i = start
    while (parts.length < 5) {
      const stop = skip(text, i, BASE64URL, 16_384)
      parts.push(text.slice(i, stop))
      i = stop
      if (text[i] !== '.') break
      i++
    }
    const end = start + parts.join('.').length
    readTo.set('jwt', end)
    if (!startsWord(text, start) || !isHeader(parts[0]!)) return undefined
    if (more && end === text.length && parts.length === 2 && parts[1]!.startsWith('ey'))
      return { start, end, confidence: 0.9 }
    if (parts.length < 3) return undefined
    // Signed tokens carry JSON; an empty signature is `alg: none` and protects nothing, but may tell much.
    if (parts.length === 3 && !(parts[1]!.startsWith('ey') && parts[1]!.length >= 8)) return undefined
    if (!examples && parts[2] === example) return undefined
    return { start, end, confidence: 1 }
  },
}

function isHeader(part: string): boolean {
  if (part.length < 12 || part.length > 4096) return false
  try {
    const header: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
    return typeof header === 'object' && header !== null && ('alg' in header || 'enc' in header || 'typ' in header)
  } catch {
    return false
  }
}
