import { createSecretKey, hkdfSync, type KeyObject, randomBytes } from 'node:crypto'
import type { Finding, PreflightAnswer } from '../contracts/index.ts'
import { type Allowed, type AllowLists, allowedBy, allowedByBaseline, allowedInline, type Baseline } from './allow.ts'
import { contentDigest } from './content-digest.ts'
import { type ScanOptions, type Span, scan } from './engine/scan.ts'
import { type OwnPatternInput, ownPatterns } from './own-patterns.ts'
import { typesOutside } from './pii/locales.ts'
import { type Placeholders, placeholders } from './placeholders.ts'
import type { Vault } from './vault.ts'

export interface RedactOptions {
  /** Keys placeholders and digests; without it, one that lasts as long as the process. */
  secret?: string | Uint8Array
  /** Placeholders are stable within a mission and differ between missions. */
  missionId?: string
  /** Default true. */
  secrets?: boolean
  /** Default true. */
  pii?: boolean
  /** Types of findings to leave alone. */
  without?: readonly string[]
  /** Report documented example keys and test card numbers as well. Default false. */
  examples?: boolean
  /** Remembers what the placeholders stand for, for `restore`. */
  vault?: Vault
  /** National numbers of these countries alone (ISO 3166-1, lower case). Default: of all. */
  locales?: readonly string[]
  /** Patterns of your own, in RE2 syntax. */
  patterns?: readonly OwnPatternInput[]
  /** What is let through though it looks like a secret: by the digest of the value, by path, by type. */
  allow?: AllowLists
  /** What was found before and is known. */
  baseline?: Baseline
  /** Where the text is from, for `allow` and `baseline`. */
  path?: string
  /** Whether `atomic:allow RULE reason` beside a finding counts. Default true. */
  inlineAllow?: boolean
}

/** Masks every secret and all personal data: the preflight answer for one text, whatever is found. */
export function redact(text: string, options: RedactOptions = {}): PreflightAnswer {
  const started = performance.now()
  const keys = keysOf(options)
  const { sanitized, findings } = redactText(text, scanOptions(options), placeholders(keys.placeholder), {
    path: options.path,
    vault: options.vault,
    allowed: allowedUnder(options),
  })
  return {
    decision: 'allow',
    sanitized,
    findings,
    violations: [],
    digest: contentDigest(keys.digest, [text]).digest,
    latencyMs: performance.now() - started,
  }
}

export const scanOptions = (options: RedactOptions): ScanOptions => {
  const { secrets = true, pii = true, examples = false, locales, patterns } = options
  const without = [...(options.without ?? []), ...(locales === undefined ? [] : typesOutside(locales))]
  return {
    secrets,
    pii,
    examples,
    ...(without.length === 0 ? {} : { without: new Set(without) }),
    ...(patterns === undefined ? {} : { patterns: ownPatterns(patterns) }),
  }
}

function allowedUnder(options: RedactOptions): Allowed {
  const { allow, baseline, path, inlineAllow = true } = options
  const tests = [
    ...(inlineAllow ? [allowedInline] : []),
    ...(allow === undefined ? [] : [allowedBy(allow, keysOf(options).digest, path)]),
    ...(baseline === undefined ? [] : [allowedByBaseline(baseline, path)]),
  ]
  return (text, span) => tests.some((test) => test(text, span))
}

export interface RedactionKeys {
  placeholder: KeyObject
  digest: KeyObject
}

export const keysOf = ({ secret, missionId }: RedactOptions): RedactionKeys => redactionKeys(secret, missionId)

const processSecret = randomBytes(32)

const derived = new Map<string, RedactionKeys>()

/** Keys for a mission, derived from the operator's secret (HKDF, https://www.rfc-editor.org/rfc/rfc5869). */
export function redactionKeys(secret: string | Uint8Array = processSecret, missionId = ''): RedactionKeys {
  const id = `${typeof secret === 'string' ? `text ${secret}` : `bytes ${Buffer.from(secret).toString('latin1')}`}\0${missionId}`
  const known = derived.get(id)
  if (known !== undefined) return known
  const derive = (purpose: string): KeyObject =>
    createSecretKey(new Uint8Array(hkdfSync('sha256', secret, '', `atomic gateway ${purpose}`, 32)))
  const keys = { placeholder: derive(`placeholder ${missionId}`), digest: derive('digest') }
  if (derived.size >= 256) derived.clear()
  derived.set(id, keys)
  return keys
}

export interface MaskOptions {
  path?: string | undefined
  /** Whether what was found is masked; else it is reported and stays. Default: all is. */
  mask?: (finding: Span) => boolean
  /** What was found and is neither reported nor masked. */
  allowed?: (text: string, span: Span) => boolean
  /** Remembers what the placeholders stand for. */
  vault?: Vault | undefined
}

/** Findings in order, and the text with a placeholder in the place of each. */
export function redactText(
  text: string,
  options: ScanOptions,
  placeholder: Placeholders,
  { path, mask, allowed, vault }: MaskOptions = {},
): { sanitized: string; findings: Finding[] } {
  const spans = scan(text, options)
  if (spans.length === 0) return { sanitized: text, findings: [] }
  const findings: Finding[] = []
  const parts: string[] = []
  let from = 0
  let line = 1
  let lineStart = 0
  let newline = text.indexOf('\n')
  for (const span of spans) {
    if (allowed?.(text, span)) continue
    for (; newline >= 0 && newline < span.start; newline = text.indexOf('\n', lineStart)) {
      line++
      lineStart = newline + 1
    }
    const isBare = isBareNumber(text, span)
    const mark = markOf(span.type, text.slice(span.start, span.end), isBare, placeholder, vault)
    findings.push({
      kind: span.kind,
      type: span.type,
      ...(path === undefined ? {} : { path }),
      start: span.start,
      end: span.end,
      line,
      column: span.start - lineStart + 1,
      placeholder: mark,
    })
    if (mask?.(span) === false) continue
    parts.push(text.slice(from, span.start), isBare ? `"${mark}"` : mark)
    from = span.end
  }
  parts.push(text.slice(from))
  return { sanitized: parts.join(''), findings }
}

export function markOf(
  type: string,
  value: string,
  isBare: boolean,
  placeholder: Placeholders,
  vault: Vault | undefined,
): string {
  for (let nth = 0; ; nth++) {
    const mark = placeholder(type, value, isBare, nth)
    // Two values in 2^48 meet; where both must come back, the later one gets another.
    if (vault === undefined || vault.keep(mark, value)) return mark
  }
}

/** A number (or a date) that a document holds unquoted: what takes its place must be a string there. */
export function isBareNumber(text: string, { start, end }: Span): boolean {
  if (!/^[-+\d.:TZ]+$/.test(text.slice(start, Math.min(end, start + 64)))) return false
  let before = start - 1
  while (before >= 0 && start - before < 256 && ' \t\r\n'.includes(text[before]!)) before--
  let after = end
  while (text[after] === ' ' || text[after] === '\t') after++
  const opens = text[before]
  const closes = text[after]
  if (opens === undefined || !':=,['.includes(opens)) return false
  if (closes !== undefined && !',}]\r\n;'.includes(closes)) return false
  const near = Math.max(0, start - 4096)
  const lineStart = near + text.slice(near, start).lastIndexOf('\n') + 1
  let quoted = false
  for (let i = lineStart; i < start; i++) {
    if (text[i] === '\\') i++
    else if (text[i] === '"') quoted = !quoted
  }
  return !quoted
}
