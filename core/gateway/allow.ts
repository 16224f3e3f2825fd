import { createHmac, type KeyObject, randomBytes } from 'node:crypto'
import { z } from 'zod'
import { AtomicError } from '../platform/errors.ts'
import { compileGlobs } from '../platform/glob.ts'
import type { Span } from './engine/scan.ts'

/** Digest of a value in an allow list: without the key nobody can try guesses. */
export const valueDigest = (key: KeyObject | string, value: string): string =>
  createHmac('sha256', key).update('atomic allow\0').update(value, 'utf16le').digest('hex')

export type Allowed = (text: string, span: Span) => boolean

export interface AllowLists {
  digests?: readonly string[]
  paths?: readonly string[]
  rules?: readonly string[]
}

/** What a list lets through in the file at this path. */
export function allowedBy(
  { digests = [], paths = [], rules = [] }: AllowLists,
  key: KeyObject | string,
  path?: string,
): Allowed {
  if (path !== undefined && paths.length > 0 && compileGlobs(paths)(path)) return () => true
  const types = new Set(rules)
  const known = new Set(digests)
  if (types.size === 0 && known.size === 0) return () => false
  return (text, { type, start, end }) =>
    types.has(type) || (known.size > 0 && known.has(valueDigest(key, text.slice(start, end))))
}

/** The mark that stands before the rule. */
const inline = 'atomic:allow '
const longestLine = 4_096

/** `atomic:allow RULE reason` on the line where the finding begins or the one before; RULE is its type. */
export const allowedInline: Allowed = (text, { type, start }) => {
  // Looked for in what is near: a line may be as long as the text.
  const before = text.slice(Math.max(0, start - longestLine), start)
  const newline = before.lastIndexOf('\n')
  const above = newline > 0 ? before.lastIndexOf('\n', newline - 1) + 1 : 0
  const rest = text.slice(start, start + longestLine)
  const end = rest.indexOf('\n')
  const part = before.slice(above) + (end < 0 ? rest : rest.slice(0, end))
  for (let at = part.indexOf(inline); at >= 0; at = part.indexOf(inline, at + 1)) {
    const said = /^(\S{1,64})[ \t]+(\S[^\n]*)/.exec(part.slice(at + inline.length, at + inline.length + 200))
    // Without a reason it does not count.
    if (said?.[1] === type && /\w{2}/.test(said[2]!)) return true
  }
  return false
}

const BaselineFile = z.strictObject({
  version: z.literal(1),
  /** Base 64; keys the digests of this file. */
  salt: z.string().min(24).max(128),
  findings: z.array(z.strictObject({ type: z.string(), path: z.string().optional(), digest: z.string() })).max(100_000),
})
/** What was found before and is known; it holds no value. */
export type Baseline = z.infer<typeof BaselineFile>

/** @throws AtomicError `INVALID_REQUEST` with the places that do not fit. */
export function parseBaseline(text: string, file: string): Baseline {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (cause) {
    throw new AtomicError('INVALID_REQUEST', { detail: `${file} is not JSON.`, place: file, cause })
  }
  const parsed = BaselineFile.safeParse(json)
  if (parsed.success) return parsed.data
  throw new AtomicError('INVALID_REQUEST', {
    detail: `${file} is no baseline.`,
    place: file,
    errors: parsed.error.issues.map((i) => ({ path: i.path.join('.'), message: i.message })),
  })
}

export const newBaseline = (): Baseline => ({ version: 1, salt: randomBytes(24).toString('base64'), findings: [] })

const entryOf = (
  { salt }: Baseline,
  text: string,
  { type, start, end }: Pick<Span, 'type' | 'start' | 'end'>,
  path?: string,
) => ({
  type,
  ...(path === undefined ? {} : { path }),
  digest: valueDigest(salt, text.slice(start, end)),
})

/** Adds a finding, once. */
export function addToBaseline(
  baseline: Baseline,
  text: string,
  span: Pick<Span, 'type' | 'start' | 'end'>,
  path?: string,
): void {
  const entry = entryOf(baseline, text, span, path)
  if (!baseline.findings.some((f) => f.digest === entry.digest && f.type === entry.type && f.path === entry.path))
    baseline.findings.push(entry)
}

/** What the baseline holds of the file at this path. */
export function allowedByBaseline(baseline: Baseline, path?: string): Allowed {
  const known = new Set(baseline.findings.filter((f) => f.path === path).map((f) => `${f.type} ${f.digest}`))
  return (text, span) =>
    known.size > 0 && known.has(`${span.type} ${valueDigest(baseline.salt, text.slice(span.start, span.end))}`)
}
