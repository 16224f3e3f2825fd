import { readFileSync } from 'node:fs'
import { z } from 'zod'
import type { GitPlace } from '../../core/evidence/anchors/git.ts'
import type { TimestampPlace } from '../../core/evidence/anchors/timestamp.ts'
import type { WitnessPlace } from '../../core/evidence/anchors/witness.ts'
import { parseLogKey, parseSignerKey, parseVerifierKey } from '../../core/evidence/log/keys.ts'
import type { WatchedLog } from '../../core/evidence/witness/witness.ts'
import { isAtomicError } from '../../core/platform/errors.ts'
import { Mistake } from '../mistake.ts'

/** Who is to remember the log, and how often they are asked. */
export interface AnchorSettings {
  witnesses: readonly WitnessPlace[]
  timestamps: readonly TimestampPlace[]
  git?: GitPlace
  everyMinutes: number
}

const url = z.url({ protocol: /^https?$/ }).transform((text) => text.replace(/\/+$/, ''))
const Anchors = z.strictObject({
  witnesses: z
    .array(z.strictObject({ url, keys: z.array(z.string()).min(1) }))
    .max(20)
    .optional(),
  /** `roots`: file with certificates in PEM. */
  timestamps: z
    .array(z.strictObject({ url, roots: z.string().min(1) }))
    .max(20)
    .optional(),
  git: z.strictObject({ dir: z.string().min(1), ref: z.string().optional(), remote: z.string().optional() }).optional(),
  everyMinutes: z.int().min(1).max(10_080).optional(),
})
const Logs = z.array(z.strictObject({ origin: z.string().min(1), keys: z.array(z.string()).min(1) })).max(1_000)

function parseJson<S extends z.ZodType>(schema: S, text: string): z.output<S> {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    throw new Mistake('not JSON')
  }
  const parsed = schema.safeParse(json)
  if (parsed.success) return parsed.data
  throw new Mistake(
    parsed.error.issues
      .slice(0, 3)
      .map((i) => `${i.path.join('.')}: ${i.message}`)
      .join('; '),
  )
}

/** What is wrong with a key is said; the key is not. */
function keysOf<T>(texts: readonly string[], parse: (text: string) => T): T[] {
  try {
    return texts.map(parse)
  } catch (error) {
    if (isAtomicError(error)) throw new Mistake(error.message)
    throw error
  }
}
const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '')

function pemFile(path: string): string[] {
  let content: string
  try {
    content = readFileSync(path, 'utf8')
  } catch {
    throw new Mistake(`the file of roots cannot be read`)
  }
  const found = content.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g)
  if (!found) throw new Mistake('the file of roots has no certificate in PEM')
  return found
}

export const readAnchors = (text: string): AnchorSettings => {
  const { witnesses = [], timestamps = [], git, everyMinutes = 60 } = parseJson(Anchors, text)
  return {
    witnesses: witnesses.map((w) => ({ url: w.url, keys: keysOf(w.keys, parseVerifierKey) })),
    timestamps: timestamps.map((t) => ({ url: t.url, roots: pemFile(t.roots) })),
    ...(git === undefined
      ? {}
      : {
          git: {
            dir: git.dir,
            ...(git.ref === undefined ? {} : { ref: git.ref }),
            ...(git.remote === undefined ? {} : { remote: git.remote }),
          },
        }),
    everyMinutes,
  }
}
export const readWatchedLogs = (text: string): WatchedLog[] =>
  parseJson(Logs, text).map(({ origin, keys }) => ({ origin, keys: keysOf(keys, parseLogKey) }))

export const readLogSignerKeys = (text: string): string => {
  if (keysOf(words(text), parseSignerKey).some((key) => key.type.label === 'cosignature'))
    throw new Mistake('a key of a witness cannot sign a log')
  return text
}
export const readWitnessKeys = (text: string): string => {
  if (keysOf(words(text), parseSignerKey).some((key) => !key.type.timestamped))
    throw new Mistake('a witness signs with a key of type cosignature or ml-dsa-44 (atomic key new --type)')
  return text
}
/** Verifier keys, as text. */
export const readRetiredKeys = (text: string): string => {
  keysOf(words(text), parseLogKey)
  return text
}
