import type { Detector } from '../engine/detector.ts'

const longest = 65_536
/** Of the line that begins a key. */
const longestLabel = 80
/** Characters of a body that are looked at for letters. */
const looked = 400
const header = /\r?\n[A-Za-z][A-Za-z-]{1,30}: [^\r\n]{0,200}(?=\r?\n)/y

/**
 * Private keys in PEM (https://www.rfc-editor.org/rfc/rfc7468), OpenSSH's and PGP's armour, on lines of
 * their own, indented, or on one line with `\n` between.
 */
export const privateKey: Detector = {
  type: 'private-key',
  kind: 'secret',
  keywords: ['-----begin ', '---- begin ssh2 encrypted private key'],
  source: 'https://www.rfc-editor.org/rfc/rfc7468',
  verify({ text, more, decided, readTo }, start, end) {
    if (start < (readTo.get('private-key') ?? 0)) return undefined
    const dashes = dashesOf(text, start)
    const labelEnd = indexWithin(text, dashes, end, longestLabel)
    if (labelEnd < 0 || labelEnd - start > longestLabel) return undefined
    if (!text.slice(start, labelEnd).toUpperCase().includes('PRIVATE KEY')) return undefined
    const body = labelEnd + dashes.length
    const footer = footerOf(dashes)
    // No footer begins between where one was looked for last and here.
    const from = Math.max(body, readTo.get(footer) ?? 0)
    const close = indexWithin(text, footer, from, body + longest - from)
    if (close < 0) readTo.set(footer, Math.max(from, Math.min(text.length, body + longest) - footer.length + 1))
    // The footer may come yet, whatever stands between, such as the quotes of a text in parts.
    const goesOn = close < 0 && more && start >= decided && text.length - body < longest
    // Few enough to be looked at for each beginning; the end of a body may be far.
    const some = close >= 0 ? Math.min(close, body + looked) : goesOn ? body + looked : bodyEnd(text, body, looked)
    if (letters(text.slice(body, some)) < 32) return undefined
    const stop = goesOn ? text.length : close < 0 ? bodyEnd(text, body) : footerEnd(text, close + footer.length, dashes)
    if (stop - body < 40) return undefined
    readTo.set('private-key', stop)
    return { start, end: stop, confidence: 1 }
  },
}

/** Where the key ends that `text` begins with and that may go on; -1 while its end is not there. */
export function closedKeyEnd(text: string): number {
  const dashes = dashesOf(text, 0)
  const footer = footerOf(dashes)
  const close = text.indexOf(footer, dashes.length)
  if (close < 0) return -1
  const from = close + footer.length
  const end = footerEnd(text, from, dashes)
  return end === from && text.length < from + longestLabel + dashes.length ? -1 : end
}

/** SSH2's has four of them, and a blank (https://www.rfc-editor.org/rfc/rfc4716). */
const dashesOf = (text: string, start: number): string => (text.startsWith('-----', start) ? '-----' : '----')

const footerOf = (dashes: string): string => (dashes === '-----' ? '-----END' : '---- END')

function indexWithin(text: string, what: string, from: number, most: number): number {
  const at = text.slice(from, from + most).indexOf(what)
  return at < 0 ? -1 : from + at
}

function footerEnd(text: string, from: number, dashes: string): number {
  const end = indexWithin(text, dashes, from, longestLabel)
  return end < 0 ? from : end + dashes.length
}

/** Where the end is missing, everything that still looks like the body goes, up to `most` characters. */
function bodyEnd(text: string, from: number, most = longest): number {
  const stop = Math.min(text.length, from + most)
  let i = afterHeaders(text, from)
  while (i < stop && /[A-Za-z0-9+/=\s\\:,-]/.test(text[i]!)) i++
  return i
}

/** What armour says of itself before the body, such as `Version: GnuPG v2 (GNU/Linux)`. */
function afterHeaders(text: string, from: number): number {
  let i = from
  for (let n = 0; n < 8; n++) {
    header.lastIndex = i
    if (!header.test(text)) return i
    i = header.lastIndex
  }
  return i
}

const letters = (content: string): number => (content.match(/[A-Za-z0-9+/]/g) ?? []).length
