import { AtomicError } from '../../platform/errors.ts'
import type { Claim, Verdict } from '../claims.ts'
import { type NoteVerifier, parseLogKey, parseVerifierKey } from '../log/keys.ts'
import { type Archive, openArchive } from './archive.ts'
import { type Anchor, type Check, type Inspection, Unjudged } from './check.ts'
import { anchorsCheck } from './checks/anchors.ts'
import { attestationCheck } from './checks/attestation.ts'
import { checkpointCheck } from './checks/checkpoint.ts'
import { claimChecks } from './checks/claims.ts'
import { eventsCheck } from './checks/events.ts'
import { filesCheck } from './checks/files.ts'
import { keyCheck } from './checks/key.ts'
import { logCheck } from './checks/log.ts'
import { manifestCheck } from './checks/manifest.ts'
import { pagesCheck } from './checks/pages.ts'
import { timestampsCheck } from './checks/timestamps.ts'
import { witnessesCheck } from './checks/witnesses.ts'

export interface PackCheck {
  /** One claim, such as `log` or `approvals`. */
  name: string
  verdict: Verdict
  detail: string
}
export interface PackVerdict {
  /** The key was given, nothing failed, and (with `requireIndependent`) others than the proposer approved. */
  ok: boolean
  checks: PackCheck[]
}
export interface VerifyOptions {
  /** Verifier keys of the log, had by another way than the pack. Without one nothing is proved. */
  keys: readonly string[]
  anchors?: readonly Anchor[]
  /** At least `threshold` (default: all) of these witnesses must have cosigned one of the anchors. */
  witnesses?: { keys: readonly string[]; threshold?: number }
  /** Certificates in PEM that a timestamp of an anchor must lead to. */
  timestampRoots?: readonly string[]
  requireIndependent?: boolean
}

const checks: readonly Check[] = [
  manifestCheck,
  keyCheck,
  checkpointCheck,
  logCheck,
  eventsCheck,
  attestationCheck,
  filesCheck,
  pagesCheck,
  ...claimChecks,
  anchorsCheck,
  witnessesCheck,
  timestampsCheck,
]

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** Whatever goes wrong in a check is a reason not to believe; it is never passed over. */
async function judge(check: Check, inspection: Inspection): Promise<Claim> {
  try {
    return await check.run(inspection)
  } catch (error) {
    return { verdict: error instanceof Unjudged ? 'not-assessed' : 'fail', detail: messageOf(error) }
  }
}

/**
 * Judges an audit pack offline, in place, claim by claim. Promises an answer for whatever bytes
 * the file has; throws only where the file cannot be read or a key is none (`INVALID_REQUEST`).
 */
export async function verifyAuditPack(path: string, options: VerifyOptions): Promise<PackVerdict> {
  const keys: NoteVerifier[] = options.keys.map(parseLogKey)
  const witnesses = options.witnesses && witnessPolicy(options.witnesses)
  let archive: Archive
  try {
    archive = await openArchive(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== undefined) throw error
    const unjudged = checks.map(
      ({ name }): PackCheck => ({ name, verdict: 'not-assessed', detail: 'the archive is not sound' }),
    )
    return { ok: false, checks: [{ name: 'archive', verdict: 'fail', detail: messageOf(error) }, ...unjudged] }
  }
  try {
    const inspection: Inspection = {
      archive,
      keys,
      anchors: options.anchors ?? [],
      ...(witnesses && { witnesses }),
      timestampRoots: options.timestampRoots ?? [],
    }
    const found: PackCheck[] = [
      {
        name: 'archive',
        verdict: 'pass',
        detail: `${archive.entries.size} files, laid out as a pack is, every CRC-32 right`,
      },
    ]
    for (const check of checks) found.push({ name: check.name, ...(await judge(check, inspection)) })
    return { ok: found.every((c) => accepted(c, options.requireIndependent === true)), checks: found }
  } finally {
    await archive.close()
  }
}

function witnessPolicy({ keys, threshold }: NonNullable<VerifyOptions['witnesses']>): Inspection['witnesses'] {
  const parsed = keys.map(parseVerifierKey)
  const needed = threshold ?? new Set(parsed.map((k) => k.name)).size
  if (parsed.some((k) => !k.type.timestamped)) throw new AtomicError('INVALID_REQUEST', 'This is no key of a witness.')
  if (!Number.isInteger(needed) || needed < 1 || needed > parsed.length)
    throw new AtomicError('INVALID_REQUEST', `Of ${parsed.length} witnesses ${needed} cannot be asked for.`)
  return { keys: parsed, threshold: needed }
}

function accepted({ name, verdict }: PackCheck, requireIndependent: boolean): boolean {
  if (verdict === 'fail' || verdict === 'KEY_NOT_PINNED') return false
  return !(requireIndependent && name === 'independence' && verdict !== 'pass')
}
