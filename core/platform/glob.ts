/**
 * Path globs in time bounded by pattern × path: `*` and `?` within a segment, `**` over segments,
 * `[a-z]` `[!a-z]`, `{a,b}`, `\` before a character that stands for itself. Names that begin with
 * a dot match like any other: a rule that forbids must not be passed by one.
 */

type Atom = { star: true } | { star?: false; fits: (code: number) => boolean }
type Segment = '**' | Atom[]

export class GlobError extends Error {
  override readonly name = 'GlobError'
}

export type PathTest = (path: string) => boolean

/** @throws GlobError when brackets or braces do not close, or the alternatives are too many. */
export function compileGlob(pattern: string): PathTest {
  if (pattern === '**') return () => true
  const alternatives = expandBraces(pattern).map((p) => p.split('/').map(compileSegment))
  return (path) => {
    const parts = path.split('/')
    return alternatives.some((segments) => matchedPrefixes(segments, parts)[parts.length] === 1)
  }
}

export function compileGlobs(patterns: readonly string[]): PathTest {
  const tests = patterns.map(compileGlob)
  return (path) => tests.some((test) => test(path))
}

/** 1 at n where the segments fit exactly the first n parts. */
export function matchedPrefixes(segments: readonly Segment[], parts: readonly string[]): Uint8Array {
  let row = new Uint8Array(parts.length + 1)
  row[0] = 1
  for (const segment of segments) {
    const next = new Uint8Array(parts.length + 1)
    if (segment === '**') {
      let reached = 0
      for (let i = 0; i <= parts.length; i++) {
        reached |= row[i]!
        next[i] = reached
      }
    } else {
      for (let i = 0; i < parts.length; i++) if (row[i] === 1 && matchAtoms(segment, parts[i]!)) next[i + 1] = 1
    }
    row = next
  }
  return row
}

function matchAtoms(atoms: readonly Atom[], text: string): boolean {
  let a = 0
  let t = 0
  let star = -1
  let mark = 0
  while (t < text.length) {
    const atom = atoms[a]
    if (atom?.star) {
      star = a++
      mark = t
    } else if (atom?.fits(text.charCodeAt(t))) {
      a++
      t++
    } else if (star >= 0) {
      a = star + 1
      t = ++mark
    } else return false
  }
  while (atoms[a]?.star) a++
  return a === atoms.length
}

export function compileSegment(segment: string): Segment {
  if (segment === '**') return '**'
  const atoms: Atom[] = []
  for (let i = 0; i < segment.length; i++) {
    const c = segment[i]!
    if (c === '*') {
      if (!atoms.at(-1)?.star) atoms.push({ star: true })
    } else if (c === '?') atoms.push({ fits: () => true })
    else if (c === '[') {
      const [fits, end] = compileClass(segment, i)
      atoms.push({ fits })
      i = end
    } else {
      if (c === '\\' && i + 1 < segment.length) i++
      const code = segment.charCodeAt(i)
      atoms.push({ fits: (x) => x === code })
    }
  }
  return atoms
}

function compileClass(segment: string, at: number): [fits: (code: number) => boolean, end: number] {
  let i = at + 1
  const not = segment[i] === '!' || segment[i] === '^'
  if (not) i++
  const ranges: [number, number][] = []
  for (let first = true; first || segment[i] !== ']'; first = false) {
    if (i >= segment.length) throw new GlobError(`"[" is not closed in "${segment}"`)
    const from = segment.charCodeAt(i++)
    if (segment[i] === '-' && segment[i + 1] !== ']' && i + 1 < segment.length) {
      ranges.push([from, segment.charCodeAt(i + 1)])
      i += 2
    } else ranges.push([from, from])
  }
  return [(code) => ranges.some(([from, to]) => code >= from && code <= to) !== not, i]
}

const maxAlternatives = 256

function expandBraces(pattern: string): string[] {
  const open = pattern.indexOf('{')
  if (open < 0) return [pattern]
  let depth = 0
  let from = open + 1
  const options: string[] = []
  for (let i = open; i < pattern.length; i++) {
    const c = pattern[i]
    if (c === '{') depth++
    else if (c === ',' && depth === 1) {
      options.push(pattern.slice(from, i))
      from = i + 1
    } else if (c === '}' && --depth === 0) {
      options.push(pattern.slice(from, i))
      const all = options.flatMap((option) => expandBraces(pattern.slice(0, open) + option + pattern.slice(i + 1)))
      if (all.length > maxAlternatives) throw new GlobError(`more than ${maxAlternatives} alternatives in "${pattern}"`)
      return all
    }
  }
  throw new GlobError(`"{" is not closed in "${pattern}"`)
}
