import type { Detector } from '../engine/detector.ts'

const longest = 65_536
/** Of the line that begins a key. */
const longestLabel = 80

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
    // SSH2's has four of them, and a blank (https://www.rfc-editor.org/rfc/rfc4716).
    const dashes = text.startsWith('-----', start) ? '-----' : '----'
    const labelEnd = indexWithin(text, dashes, end, longestLabel)
    if (labelEnd < 0 || labelEnd - start > longestLabel) return undefined
    if (!text.slice(start, labelEnd).toUpperCase().includes('PRIVATE KEY')) return undefined
    const body = labelEnd + dashes.length
    // Where the end is missing, everything that still looks like the body goes.
    const footer = dashes === '-----' ? '-----END' : '---- END'
    const close = indexWithin(text, footer, body, longest)
    const stop = close < 0 ? bodyEnd(text, body) : footerEnd(text, close + footer.length, dashes)
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

function footerEnd(text: string, from: number, dashes: string): number {
  const end = indexWithin(text, dashes, from, longestLabel)
  return end < 0 ? from : end + dashes.length
}

function bodyEnd(text: string, from: number): number {
  const stop = Math.min(text.length, from + longest)
  let i = from
  while (i < stop && /[A-Za-z0-9+/=\s\\:,-]/.test(text[i]!)) i++
  return i
}

const letters = (content: string): number => (content.match(/[A-Za-z0-9+/]/g) ?? []).length
