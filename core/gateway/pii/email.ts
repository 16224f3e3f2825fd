import { ALNUM, at } from '../engine/chars.ts'
import type { Detector } from '../engine/detector.ts'

const local = (text: string, i: number): boolean => at(text, i, ALNUM) || "._%+-'".includes(text[i] ?? ' ')

/** Endings of file names and such that stand after an `@` in code, but are no top-level domain. */
const notDomains = new Set(
  'js ts mjs cjs mts cts jsx tsx json css scss html md png jpg jpeg gif svg webp zip gz tgz tar py rb rs go sh yml yaml lock txt exe dll so wasm map vue'.split(
    ' ',
  ),
)
notDomains.delete('md')
for (const real of ['sh', 'rs', 'py', 'so', 'zip']) notDomains.delete(real)

/** Past an escape such as `\n` or `\u00e9` that the address would begin in. */
function pastEscape(text: string, start: number): number {
  if (text[start - 1] !== '\\' || text[start - 2] === '\\') return start
  const { length } = /^(u[0-9a-f]{4}|x[0-9a-f]{2}|.)/i.exec(text.slice(start, start + 5))?.[0] ?? ''
  return start + length
}

/** E-mail addresses, the part of https://www.rfc-editor.org/rfc/rfc5321#section-4.1.2 that is in use. */
export const email: Detector = {
  type: 'email',
  kind: 'pii',
  keywords: ['@'],
  source: 'https://www.rfc-editor.org/rfc/rfc5321#section-4.1.2',
  verify({ text }, at_, end) {
    let start = at_
    while (start > 0 && at_ - start < 64 && local(text, start - 1)) start--
    while (start < at_ && !at(text, start, ALNUM)) start++
    start = pastEscape(text, start)
    if (start === at_ || !(at(text, at_ - 1, ALNUM) || '_+-'.includes(text[at_ - 1]!))) return undefined
    // `//user:password@host` is a URL's business, `git@host:path` no person.
    if (text[start - 1] === ':' || text[start - 1] === '/') {
      if (
        text.slice(Math.max(0, start - 7), start).toLowerCase() !== 'mailto:' &&
        !/[\s"'=(]/.test(text[start - 2] ?? ' ')
      )
        return undefined
    }
    let stop = end
    let dot = -1
    while (stop < text.length && stop - end < 253) {
      if (text[stop] === '.' && at(text, stop + 1, ALNUM)) dot = stop
      else if (!at(text, stop, ALNUM) && !(text[stop] === '-' && at(text, stop + 1, ALNUM | 0))) break
      stop++
    }
    if (dot < 0 || dot === end) return undefined
    const top = text.slice(dot + 1, stop)
    if (!/^([A-Za-z]{2,24}|xn--[A-Za-z0-9-]{2,59})$/.test(top) || notDomains.has(top.toLowerCase())) return undefined
    const name = text.slice(start, at_).toLowerCase()
    if (name === 'git' || name === 'noreply' || name === 'no-reply') return undefined
    return { start, end: stop, confidence: 0.95 }
  },
}
