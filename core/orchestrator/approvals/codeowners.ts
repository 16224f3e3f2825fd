import { compileSegment, matchedPrefixes } from '../../platform/glob.ts'

/**
 * CODEOWNERS as GitHub reads it
 * (https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners):
 * the last line that fits decides; a line without owners takes ownership away; no `!`, no `[ ]`.
 */
export interface OwnerLine {
  pattern: string
  /** Lower case: `login`, `organisation/team` or an e-mail address. */
  owners: string[]
  line: number
  fits: (path: string) => boolean
}

/** Files over 3 MB are not read by GitHub either. */
const maxBytes = 3 * 1024 * 1024

export function parseCodeowners(text: string): OwnerLine[] {
  if (Buffer.byteLength(text) > maxBytes) return []
  return text.split(/\r\n|\r|\n/).flatMap((raw, index) => {
    const words = splitWords(raw)
    const [pattern, ...owners] = words
    if (pattern === undefined || pattern.startsWith('!') || pattern.includes('[')) return []
    // A line with an owner that cannot be one is skipped whole.
    if (!owners.every((o) => /^@[\w.-]+(\/[\w.-]+)?$|^[^@\s]+@[^@\s]+$/.test(o))) return []
    return [
      {
        pattern,
        owners: owners.map((o) => o.replace(/^@/, '').toLowerCase()),
        line: index + 1,
        fits: compile(pattern),
      },
    ]
  })
}

/** The line that decides about a path. */
export const ownerLine = (lines: readonly OwnerLine[], path: string): OwnerLine | undefined =>
  lines.findLast((line) => line.fits(path))

/** Words up to a comment; `\ ` is a blank within a pattern. */
function splitWords(raw: string): string[] {
  const words: string[] = []
  let word = ''
  for (let i = 0; i < raw.length; i++) {
    const c = raw[i]!
    if (c === '\\' && raw[i + 1] === ' ') {
      word += raw[++i]
    } else if (c === ' ' || c === '\t') {
      if (word !== '') words.push(word)
      word = ''
    } else if (c === '#' && word === '') break
    else word += c
  }
  if (word !== '') words.push(word)
  return words
}

function compile(pattern: string): (path: string) => boolean {
  const folder = pattern.endsWith('/')
  const body = pattern.replace(/^\//, '').replace(/\/$/, '')
  const anchored = pattern.startsWith('/') || body.includes('/')
  const own = body.split('/').map(compileSegment)
  const head = anchored ? own : ['**' as const, ...own]
  // `docs/*` means what stands in docs itself; any other pattern that names a folder means all below it.
  const direct = anchored && body.endsWith('/*')
  return (path) => {
    const parts = path.split('/')
    const fits = matchedPrefixes(head, parts)
    if (!folder && fits[parts.length] === 1) return true
    return !direct && fits.subarray(1, parts.length).includes(1)
  }
}
