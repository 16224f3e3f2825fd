import { ALNUM, at, BLANK, STOP, skip } from '../engine/chars.ts'
import type { ScanContext } from '../engine/detector.ts'

/** A value that is given to a name; offsets of the value alone. */
export interface Assigned {
  /** What follows the keyword in the name, such as `_key_base`. */
  rest: string
  value: string
  start: number
  end: number
  quoted: boolean
  /** It goes on after what was looked at. */
  cut: boolean
}

/** How much of a value is looked at. */
const longest = 512

/**
 * The value that the name with this keyword is given, in the ways that languages and formats have:
 * `=`, `:`, `=>`, `:=`, arguments, flags, headers, elements, YAML's block scalars.
 * @param start where the keyword begins
 * @param end where it ends
 * @param most how much longer than the keyword the name may be
 */
export function assignedAt(
  { text, readTo }: Pick<ScanContext, 'text' | 'readTo'>,
  start: number,
  end: number,
  most: number,
): Assigned | undefined {
  let nameEnd = end
  while (nameEnd - end < most && (at(text, nameEnd, ALNUM) || '_-.'.includes(text[nameEnd] ?? ' '))) nameEnd++
  while (nameEnd > end && text[nameEnd - 1] === '.') nameEnd--
  const opened = openValue(text, start, nameEnd)
  if (opened === undefined) return undefined
  const { from, quote } = opened
  const to = quote === '' ? bareEnd(text, from, readTo) : quotedEnd(text, from, quote)
  if (to < 0) return undefined
  const rest = text.slice(end, nameEnd)
  const cut = to - from >= longest
  return { rest, value: text.slice(from, to), start: from, end: to, quoted: quote !== '', cut }
}

interface Opened {
  from: number
  /** The closing mark, with the backslash where it is escaped; empty where the value is bare. */
  quote: string
}

/** Past the end of the name, what joins it to its value, and the opening mark. */
function openValue(text: string, nameStart: number, nameEnd: number): Opened | undefined {
  let i = nameEnd
  // `"name"`, `'name'`, `\"name\"`, `['name']`, `name?`
  if (text[i] === '\\') i++
  if (text[i] === '"' || text[i] === "'" || text[i] === '`') i++
  if (text[i] === ']') i++
  const optional = text[i] === '?'
  if (optional || text[i] === '!') i++
  const blanks = skip(text, i, BLANK, 32)
  const c = text[blanks]
  if (c === '>' && isElement(text, nameStart))
    return text.startsWith(cdata, blanks + 1)
      ? { from: blanks + 1 + cdata.length, quote: ']]>' }
      : { from: blanks + 1, quote: '<' }
  if (c === ':' || c === '=') {
    const from = skip(text, joinEnd(text, blanks), BLANK, 32)
    if (c === ':') return yamlValue(text, from) ?? quotedAt(text, from) ?? (optional ? undefined : { from, quote: '' })
    return quotedAt(text, from) ?? (optional ? undefined : { from, quote: '' })
  }
  const paired = pairedValue(text, i)
  if (paired !== undefined) return paired
  // A cell of a table.
  if (c === '|' && text[blanks + 1] === ' ') return { from: skip(text, blanks + 1, BLANK, 32), quote: '' }
  // `set("password", "…")`, `password("…")`: only what is quoted counts.
  if (c === ',' || c === '(') return quotedAt(text, skip(text, blanks + 1, BLANK, 32))
  if (blanks > nameEnd && (isFlag(text, nameStart) || isDirective(text, nameStart)))
    return quotedAt(text, blanks) ?? { from: blanks, quote: '' }
  return undefined
}

const cdata = '<![CDATA['

/** Block scalars and folded lines; past an anchor or a tag. */
function yamlValue(text: string, from: number): Opened | undefined {
  const mark = text[from]
  if (mark === '|' || mark === '>') return { from: blockStart(text, from), quote: '' }
  if (mark !== '&' && mark !== '!') return undefined
  let i = from + 1
  while (i - from < 40 && (at(text, i, ALNUM) || '_-!'.includes(text[i] ?? ' '))) i++
  const value = skip(text, i, BLANK, 8)
  return value === i ? undefined : (quotedAt(text, value) ?? { from: value, quote: '' })
}

/** `name: DB_PASSWORD` and then `value: …`, in YAML, JSON and XML. */
function pairedValue(text: string, end: number): Opened | undefined {
  let i = end
  while (i - end < 48 && ' \t\r\n,"\'\\'.includes(text[i] ?? '-')) i++
  if (i === end || text.slice(i, i + 5).toLowerCase() !== 'value') return undefined
  i += 5
  if (text[i] === '\\') i++
  if (text[i] === '"' || text[i] === "'") i++
  i = skip(text, i, BLANK, 8)
  if (text[i] !== ':' && text[i] !== '=') return undefined
  i = skip(text, i + 1, BLANK, 8)
  return quotedAt(text, i) ?? { from: i, quote: '' }
}

/** `ENV DB_PASSWORD …` of a Dockerfile, `login bob password …` of a .netrc. */
function isDirective(text: string, nameStart: number): boolean {
  let i = nameStart
  while (i > 0 && nameStart - i < 40 && (at(text, i - 1, ALNUM) || text[i - 1] === '_')) i--
  return /(?:^|\s)(?:ENV|ARG|login[ \t]+\S{1,64})[ \t]+$/.test(text.slice(Math.max(0, i - 80), i))
}

/** Past `=`, `:`, `:=`, `=>`, `==`, `===`, `::`, and past a type: `password: string =`. */
function joinEnd(text: string, i: number): number {
  let next = i + 1
  if (text[i] === '=') {
    if (text[next] === '>' || text[next] === '=') next++
    return text[next] === '=' ? next + 1 : next
  }
  let type = skip(text, next, BLANK, 8)
  for (const most = type + 40; type < most && (at(text, type, ALNUM) || '.[]'.includes(text[type] ?? ' ')); ) type++
  const equals = skip(text, type, BLANK, 8)
  if (text[equals] === '=' && text[equals + 1] !== '=' && text[equals + 1] !== '>') return equals + 1
  return text[next] === '=' || text[next] === ':' ? next + 1 : next
}

function quotedAt(text: string, from: number): Opened | undefined {
  const escaped = text[from] === '\\' ? 1 : 0
  const mark = text[from + escaped]
  if (mark !== '"' && mark !== "'" && mark !== '`') return undefined
  const triple = mark.repeat(3)
  if (escaped === 0 && text.startsWith(triple, from))
    return { from: text[from + 3] === '\n' ? from + 4 : from + 3, quote: triple }
  return { from: from + escaped + 1, quote: escaped ? `\\${mark}` : mark }
}

function blockStart(text: string, mark: number): number {
  let i = mark + 1
  if (text[i] === '-' || text[i] === '+') i++
  if (text[i] === '\r') i++
  return text[i] === '\n' ? skip(text, i + 1, BLANK, 64) : mark
}

/** `<password>` or `<db:password>`. */
function isElement(text: string, nameStart: number): boolean {
  for (let i = nameStart - 1; i >= 0 && nameStart - i < 40; i--) {
    if (text[i] === '<') return true
    if (!at(text, i, ALNUM) && !':_-.'.includes(text[i]!)) return false
  }
  return false
}

/** `--password VALUE`, `--db-password VALUE`. */
function isFlag(text: string, nameStart: number): boolean {
  let i = nameStart
  while (i > 0 && nameStart - i < 40 && (at(text, i - 1, ALNUM) || text[i - 1] === '-' || text[i - 1] === '_')) i--
  return text.startsWith('--', i)
}

function quotedEnd(text: string, from: number, quote: string): number {
  const stop = Math.min(text.length, from + longest)
  for (let i = from; i < stop; i++) {
    if (text.startsWith(quote, i)) return i
    if (text[i] === '\n' || text[i] === '\r') return -1
    // In an element a backslash is nothing but itself.
    if (text[i] === '\\' && quote.length === 1 && quote !== '<') i++
  }
  // Longer than is looked at; an unclosed one ends with the text.
  return stop === from + longest ? stop : -1
}

/** What ends a value that stands in no quotation marks. */
const endsBare = (text: string, i: number): boolean => at(text, i, STOP) || text[i] === '&' || text[i] === '\\'

/** What closes a value, by what stands before it; nothing where it is bare. */
export function closerOf(before: string): string {
  const [, triple, mark] = /("""|'''|```)\n?$|(\\?["'`]|>|<!\[CDATA\[)$/.exec(before) ?? []
  if (mark === '>') return '<'
  return triple ?? (mark === '<![CDATA[' ? ']]>' : (mark ?? ''))
}

/** Where a value ends of which all before `from` was looked at: at its closer, with its line, or with the text. */
export function longEnd(text: string, from: number, closer: string): number {
  let i = from
  if (closer === '') {
    while (i < text.length && !endsBare(text, i)) i++
    return i
  }
  const escapes = closer.length === 1 && closer !== '<'
  if (escapes) {
    let slashes = 0
    while (text[from - 1 - slashes] === '\\') slashes++
    i += slashes % 2
  } else i -= closer.length - 1
  for (; i < text.length; i++) {
    if (text.startsWith(closer, i) || text[i] === '\n' || text[i] === '\r') return i
    if (escapes && text[i] === '\\') i++
  }
  return text.length
}

/** Where a value ends of which no more than the first characters were looked at. What was read is not read again. */
export function wholeEnd({ text, readTo }: Pick<ScanContext, 'text' | 'readTo'>, found: Assigned): number {
  const { start, end, cut } = found
  if (!cut) return end
  const closer = closerOf(text.slice(Math.max(0, start - 10), start))
  const read = readTo.get(`long ${closer}`) ?? 0
  if (end >= (readTo.get(`long ${closer} from`) ?? 0) && end <= read) return read
  const whole = longEnd(text, end, closer)
  readTo.set(`long ${closer} from`, end).set(`long ${closer}`, whole)
  return whole
}

/** What was read of a bare value for a name before is not read again for one that stands inside it. */
function bareEnd(text: string, from: number, readTo: ScanContext['readTo']): number {
  const stop = Math.min(text.length, from + longest)
  const read = readTo.get('bare') ?? 0
  let i = from >= (readTo.get('bare from') ?? 0) && from < read ? Math.min(read, stop) : from
  while (i < stop && !endsBare(text, i)) i++
  if (i >= read) {
    readTo.set('bare from', from)
    readTo.set('bare', i)
  }
  return i
}
