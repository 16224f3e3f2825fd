import type { Claim } from '../claims.ts'
import type { Checkpoint } from '../log/checkpoint.ts'
import type { NoteVerifier } from '../log/keys.ts'
import type { EventBody } from '../log/layout.ts'
import type { Leaf } from '../log/leaf.ts'
import type { MissionView } from '../mission-view.ts'
import type { Archive } from './archive.ts'
import type { Manifest } from './files.ts'

/** A line of `events.jsonl`. */
export interface PackEvent {
  index: number
  leaf: Leaf
  salt: string | null
  body: EventBody | null
}

/**
 * A signed checkpoint kept from earlier, or JSON `{"checkpoint", "proof"?, "timestamps"?}` with a
 * consistency proof in hex and RFC 3161 responses in base 64, as `GET /evidence/anchors` has them.
 */
export type Anchor = string

/** What the checks share; each adds what it has established. */
export interface Inspection {
  archive: Archive
  keys: readonly NoteVerifier[]
  anchors: readonly Anchor[]
  /** So many of these must have cosigned an anchor. */
  witnesses?: { keys: readonly NoteVerifier[]; threshold: number }
  /** Certificates in PEM of the timestamp authorities that are trusted. */
  timestampRoots: readonly string[]
  /** What an earlier check has established for a later one. */
  sound?: { anchors: boolean }
  manifest?: Omit<Manifest, 'files'>
  note?: string
  checkpoint?: Checkpoint
  events?: PackEvent[]
  view?: MissionView
}

export interface Check {
  name: string
  /** Throws `PackFault` for what is wrong. */
  run(inspection: Inspection): Promise<Claim> | Claim
}

/** What is wrong with a pack, naming the file or event. */
class PackFault extends Error {
  override readonly name = 'PackFault'
}
export const refuse = (detail: string): never => {
  throw new PackFault(detail)
}

/** JSON of a file in the pack, named where it is none. */
export function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return refuse(`${path} is not JSON`)
  }
}

/** A claim that cannot be judged because one before it failed. */
export class Unjudged extends Error {
  override readonly name = 'Unjudged'
}
export function need<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Unjudged(`not judged: ${what} could not be read`)
  return value
}
