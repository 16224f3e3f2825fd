import { ALNUM, at } from '../engine/chars.ts'
import type { Detector } from '../engine/detector.ts'
import { isFiller } from '../engine/fillers.ts'

/** Passwords in URLs and connection strings: `scheme://user:password@host` (https://www.rfc-editor.org/rfc/rfc3986#section-3.2.1). */
export const urlPassword: Detector = {
  type: 'url-password',
  kind: 'secret',
  keywords: ['://'],
  source: 'https://www.rfc-editor.org/rfc/rfc3986#section-3.2.1',
  verify({ text }, start, end) {
    if (!at(text, start - 1, ALNUM)) return undefined
    let colon = -1
    let mark = -1
    const stop = Math.min(text.length, end + 512)
    for (let i = end; i < stop; i++) {
      const c = text.charCodeAt(i)
      if (c === 58 && colon < 0) colon = i
      else if (c === 64) mark = i
      // A password may hold most characters in practice, but no blank, quotation mark, bracket or path.
      else if (c <= 32 || c === 34 || c === 39 || c === 60 || c === 62 || c === 96 || c === 47 || c === 92 || c === 63)
        break
    }
    if (colon < 0 || mark <= colon + 1) return undefined
    const password = text.slice(colon + 1, mark)
    const host = text[mark + 1]
    if (host === undefined || !(at(text, mark + 1, ALNUM) || '[$<{%'.includes(host))) return undefined
    const user = text.slice(end, colon)
    if (password.length < 3 || isPlaceholder(password, user)) return undefined
    // Documentation shows addresses at hosts that are nobody's (https://www.rfc-editor.org/rfc/rfc2606).
    if (/^[a-z]{1,10}$/.test(password) && /^(www\.)?example\.(com|org|net)\b/.test(text.slice(mark + 1, mark + 20)))
      return undefined
    return { start: colon + 1, end: mark, confidence: 0.9 }
  },
}

function isPlaceholder(password: string, user: string): boolean {
  const lower = password.toLowerCase()
  if (lower === user.toLowerCase() || ['pass', 'password', 'passwd', 'pwd', 'secret', 'user', 'token'].includes(lower))
    return true
  if (password.startsWith('$') || password.startsWith('{') || password.startsWith(':')) return true
  // `http://[::1]:80@…` and ports have digits alone.
  return isFiller(password)
}
