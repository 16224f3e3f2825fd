import type { Finding } from '../contracts/index.ts'
import { ALNUM, at, BASE64, BASE64URL } from './engine/chars.ts'
import { type Span, scan } from './engine/scan.ts'
import { placeholders } from './placeholders.ts'
import { isBareNumber, keysOf, markOf, type RedactOptions, scanOptions } from './redactor.ts'
import { assignedTypes } from './secrets/assigned.ts'
import { closerOf, longEnd } from './secrets/assignment.ts'
import { closedKeyEnd, privateKey } from './secrets/private-key.ts'

export interface RedactStream {
  /** What can be told of the text so far, redacted. */
  push(piece: string): string
  /** The rest. */
  end(): string
  readonly findings: readonly Pick<Finding, 'kind' | 'type' | 'start' | 'end' | 'placeholder'>[]
}

/** Most that is held back, in UTF-16 units; but for a value that is longer itself, which is held to its end. */
const window = 1_024
/** How much of what follows a place is seen before the place is given out. */
const ahead = 512
/** How much of what was given out already is looked at again, for names that stand before a value. */
const behind = 512
/** Longest value that is held as a whole; what of it follows is masked by itself. */
const longest = 65_536

/**
 * Redacts a text that comes in pieces. Every decision is taken on the same characters, however the
 * text was cut: whenever `window` characters are pending, and at the end.
 */
export function redactStream(given: RedactOptions = {}): RedactStream {
  const options = scanOptions(given)
  const placeholder = placeholders(keysOf(given).placeholder)
  /** Given out already, as it was. */
  let context = ''
  let pending = ''
  /** Offset of what is pending. */
  let offset = 0
  /** The value that fills all that is pending and goes on. */
  let open: Span | undefined
  /** What stands before it. */
  let before = ''
  const findings: RedactStream['findings'][number][] = []

  const give = (upTo: number): void => {
    context = (context + pending.slice(0, upTo)).slice(-behind)
    offset += upTo
    pending = pending.slice(upTo)
  }
  const masked = (span: Span, isBare: boolean): string => {
    const mark = markOf(span.type, pending.slice(span.start, span.end), isBare, placeholder, given.vault)
    const { kind, type } = span
    findings.push({ kind, type, start: offset + span.start, end: offset + span.end, placeholder: mark })
    return isBare ? `"${mark}"` : mark
  }
  /** Of what is pending; what begins before it ends there. */
  const spansOf = (more: boolean, decided = 0): Span[] => {
    const text = context + pending
    return scan(text, more ? { ...options, more, decided: context.length + decided } : options)
      .filter((span) => span.end > context.length)
      .map((span) => ({ ...span, start: Math.max(0, span.start - context.length), end: span.end - context.length }))
  }
  const write = (spans: readonly Span[], upTo: number): string => {
    const text = context + pending
    let out = ''
    let from = 0
    for (const span of spans) {
      if (span.start >= upTo) break
      const absolute = { ...span, start: span.start + context.length, end: span.end + context.length }
      out += pending.slice(from, span.start) + masked(span, isBareNumber(text, absolute))
      from = span.end
    }
    out += pending.slice(from, upTo)
    give(upTo)
    return out
  }

  /** With `window` pending: gives out what is certain. */
  const step = (): string => {
    const spans = spansOf(true)
    const touching = spans.find((span) => span.end >= pending.length)
    if (touching?.start === 0) {
      open = touching
      before = context.slice(-10)
      return ''
    }
    const stop = touching === undefined ? pending.length - ahead : Math.min(touching.start, pending.length - ahead)
    return write(spans, cutAt(pending, spans, stop > 0 ? stop : touching!.start))
  }

  const goOn = (last: boolean): string => {
    const stop = open!.type === privateKey.type ? closedKeyEnd(pending) : valueEnd(pending, open!.type, before)
    if (stop < 0 && !last && pending.length < longest) return ''
    if (stop < 0 && open!.type === privateKey.type) return withoutEnd(last)
    const end = stop < 0 ? pending.length : stop
    const out = masked({ ...open!, start: 0, end }, false)
    give(end)
    open = undefined
    return out
  }

  /** What began like a key and did not end: as much of it is masked as of a whole text that ends here. */
  const withoutEnd = (last: boolean): string => {
    open = undefined
    if (last) return ''
    const half = longest / 2
    const spans = spansOf(true, half)
    return write(spans, cutAt(pending, spans, half))
  }

  return {
    findings,
    push(piece) {
      let out = ''
      let from = 0
      while (from < piece.length) {
        if (open !== undefined) {
          // The end of a value shows in each character: it is looked for in steps that no cut moves.
          const to = Math.min(piece.length, from + window - (pending.length % window))
          pending += piece.slice(from, to)
          from = to
          if (pending.length % window === 0) out += goOn(false)
        } else {
          const to = Math.min(piece.length, from + window - pending.length)
          pending += piece.slice(from, to)
          from = to
        }
        while (open === undefined && pending.length >= window) out += step()
      }
      return out
    },
    end() {
      const out = open === undefined ? '' : goOn(true)
      return out + write(spansOf(false), pending.length)
    },
  }
}

const endsEncoded = (text: string, i: number): boolean =>
  !at(text, i, ALNUM | BASE64 | BASE64URL) && !'.=~%'.includes(text[i]!)

/** The last place before `stop` where neither a finding nor a word is cut. */
function cutAt(text: string, spans: readonly Span[], stop: number): number {
  let cut = stop
  while (cut > 0 && at(text, cut - 1, ALNUM | BASE64 | BASE64URL) && at(text, cut, ALNUM | BASE64 | BASE64URL)) cut--
  // One run fills all: it is cut where it must be, but at no surrogate pair's middle.
  if (cut === 0) cut = stop
  if (text.charCodeAt(cut - 1) >> 10 === 0x36) cut--
  for (const { start, end } of spans) if (start < cut && end > cut) return start > 0 ? start : end
  return cut > 0 ? cut : stop
}

function valueEnd(text: string, type: string, before: string): number {
  if (assignedTypes.has(type)) {
    const end = longEnd(text, window, closerOf(before))
    return end < text.length ? end : -1
  }
  for (let i = window; i < text.length; i++) if (endsEncoded(text, i)) return i
  return -1
}
