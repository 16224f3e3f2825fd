import { digit, letter, lower, newline, space, type Units, upper } from './characters.ts'
import type { Encoding } from './ranks.ts'

/** Where the piece ends that begins at a place. */
export type Split = (units: Units, at: number) => number

const [apostrophe, slash, blankSpace] = [39, 47, 32]
/** Of an ASCII letter, the small one. */
const small = (code: number): number => (code >= 65 && code <= 90 ? code + 32 : code)
const [d, e, l, m, r, s, t, v] = [...'delmrstv'].map((c) => c.charCodeAt(0))

/** The length of 's, 'd, 'm, 't, 'll, 've, 're in any case; 0 where there is none. */
function contraction({ codes, length }: Units, at: number): number {
  if (at + 1 >= length || codes[at] !== apostrophe) return 0
  const first = small(codes[at + 1]!)
  if (first === s || first === d || first === m || first === t) return 2
  const second = at + 2 < length ? small(codes[at + 2]!) : 0
  return (first === l && second === l) || ((first === v || first === r) && second === e) ? 3 : 0
}

const withContraction = (units: Units, end: number): number => end + contraction(units, end)

/** `\p{N}{1,3}` */
function digits(units: Units, at: number): number {
  let end = units.after(at)
  for (let i = 1; i < 3 && end < units.length && (units.kindAt(end) & digit) !== 0; i++) end = units.after(end)
  return end
}

/** `\s+(?!\S)`, else one space of them. */
function spaces(at: number, end: number, length: number): number {
  return end === length || end === at + 1 ? end : end - 1
}

/** After the last newline of the spaces between; 0 where there is none. */
function afterNewline({ codes }: Units, at: number, end: number): number {
  for (let i = end; i > at; i--) {
    const code = codes[i - 1]
    if (code === 10 || code === 13) return i
  }
  return 0
}

/** `[U]*[L]+`: capitals and small letters, of which some characters are both; 0 where it does not match. */
function capitalised(units: Units, at: number): number {
  let end = at
  let lastLower = -1
  for (let kind = units.kindAt(end); kind > 0 && (kind & upper) !== 0; kind = units.kindAt(end)) {
    if ((kind & lower) !== 0) lastLower = end
    end = units.after(end)
  }
  if (end < units.length && (units.kindAt(end) & lower) !== 0) return units.pass(end, lower)
  return lastLower < 0 ? 0 : units.after(lastLower)
}

/** O200K's pattern, https://github.com/openai/tiktoken/blob/main/tiktoken_ext/openai_public.py, without its backtracking. */
function o200k(units: Units, at: number): number {
  const kind = units.kindAt(at)
  const second = units.after(at)
  const isPrefix = (kind & (letter | digit | newline)) === 0
  const isWord = (kind & (upper | lower)) !== 0
  const word = (isPrefix && capitalised(units, second)) || (isWord && capitalised(units, at))
  if (word) return withContraction(units, word)
  const from = isPrefix ? second : at
  const capitals = isPrefix || isWord ? units.pass(from, upper) : from
  if (capitals > from) return withContraction(units, capitals)
  if ((kind & digit) !== 0) return digits(units, at)
  const marks = units.codes[at] === blankSpace ? second : at
  const end = units.passUntil(marks, space | letter | digit)
  if (end > marks) {
    const { codes, length } = units
    let tail = end
    while (tail < length && (codes[tail] === 13 || codes[tail] === 10 || codes[tail] === slash)) tail++
    return tail
  }
  const blank = units.pass(at, space)
  return afterNewline(units, at, blank) || spaces(at, blank, units.length)
}

/** CL100K's pattern, likewise. */
function cl100k(units: Units, at: number): number {
  const short = contraction(units, at)
  if (short > 0) return at + short
  const kind = units.kindAt(at)
  const second = units.after(at)
  const word = (kind & letter) !== 0 ? at : (kind & (digit | newline)) === 0 ? second : units.length
  const letters = units.pass(word, letter)
  if (letters > word) return letters
  if ((kind & digit) !== 0) return digits(units, at)
  const marks = units.codes[at] === blankSpace ? second : at
  const end = units.passUntil(marks, space | letter | digit)
  if (end > marks) return units.pass(end, newline)
  const blank = units.pass(at, space)
  if (blank === units.length) return blank
  return afterNewline(units, at, blank) || spaces(at, blank, units.length)
}

export const splits: Record<Encoding, Split> = { o200k_base: o200k, cl100k_base: cl100k }
