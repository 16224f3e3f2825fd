import type { Detector } from '../engine/detector.ts'

const begin = '-----BEGIN '
const longest = 65_536

/**
 * Private keys in PEM (https://www.rfc-editor.org/rfc/rfc7468), OpenSSH's and PGP's armour, on lines of
 * their own, indented, or on one line with `\n` between.
 */
export const privateKey: Detector = {
  type: 'private-key',
  kind: 'secret',
  keywords: ['-----begin ', '---- begin ssh2 encrypted private key'],
  source: 'https://www.rfc-editor.org/rfc/rfc7468',
  verify({ text, readTo }, start, end) {
    if (start < (readTo.get('private-key') ?? 0)) return undefined
    const labelEnd = text.indexOf('-----', end)
    if (labelEnd < 0 || labelEnd - start > 80) return undefined
    const label = text.slice(start + begin.length, labelEnd).toUpperCase()
    if (!label.includes('PRIVATE KEY')) return undefined
    const body = labelEnd + 5
    // Where the end is missing, everything that still looks like the body goes.
    const close = indexWithin(text, '-----END', body, longest)
    const stop = close < 0 ? bodyEnd(text, body) : footerEnd(text, close)
    if (stop - body < 40) return undefined
    const content = text.slice(body, Math.min(close < 0 ? stop : close, body + 400))
    if (letters(content) < 32) return undefined
    readTo.set('private-key', stop)
    return { start, end: stop, confidence: 1 }
  },
}

function indexWithin(text: string, what: string, from: number, most: number): number {
  const at = text.slice(from, from + most).indexOf(what)
  return at < 0 ? -1 : from + at
}

function footerEnd(text: string, close: number): number {
  const end = indexWithin(text, '-----', close + 8, 80)
  return end < 0 ? close + 8 : end + 5
}

function bodyEnd(text: string, from: number): number {
  const stop = Math.min(text.length, from + longest)
  let i = from
  while (i < stop && /[A-Za-z0-9+/=\s\\:,-]/.test(text[i]!)) i++
  return i
}

const letters = (content: string): number => (content.match(/[A-Za-z0-9+/]/g) ?? []).length
