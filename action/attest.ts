import { attest, type Subject } from '@actions/attest'
import type { PackCheck } from '../core/evidence/pack/verify.ts'
import { AtomicError } from '../core/platform/errors.ts'
import type { Inputs } from './inputs.ts'

/** What a run of the Action says of an audit pack: that it checked it, by which log key, and with what verdicts. */
export const packPredicate = 'urn:atomic:predicate:audit-pack:v1'

const timeoutMs = 120_000

export interface Attested {
  /** The Sigstore bundle, JSON: https://docs.sigstore.dev/about/bundle/ */
  bundle: unknown
  /** Page on GitHub. */
  url: string
}

export interface Pack {
  name: string
  sha256: string
  missionId: string
  checks: readonly PackCheck[]
}

export interface Unattested {
  /** Why not, and what to do, in a sentence or two. */
  why: string
}

/** `auto`: where the run allows it; `required`: else the run fails; `off`: never. From the step's environment. */
export function attestationWish(env: NodeJS.ProcessEnv): 'auto' | 'required' | 'off' {
  const wish = env.ATOMIC_ATTEST || 'auto'
  if (wish === 'auto' || wish === 'required' || wish === 'off') return wish
  throw new AtomicError('INVALID_REQUEST', 'ATOMIC_ATTEST: expected auto, required or off.')
}

/** Sigstore serves github.com and the tenants of ghe.com: https://docs.github.com/actions/concepts/security/artifact-attestations */
const isServed = (server: string): boolean => /^https:\/\/(github\.com|[\w-]+\.ghe\.com)\/?$/.test(server)

/** What an attestation needs to know of a run. */
interface Signer {
  env: NodeJS.ProcessEnv
  inputs: Pick<Inputs, 'github-token'>
}

function obstacle({ env, inputs }: Signer, { checks }: Pack): string | undefined {
  if (!isServed(env.GITHUB_SERVER_URL ?? '')) return 'This server has no artifact attestations.'
  if (!env.ACTIONS_ID_TOKEN_REQUEST_URL || !env.ACTIONS_ID_TOKEN_REQUEST_TOKEN)
    return 'This run gets no OIDC token; give the job "permissions: id-token: write" (a fork has none).'
  if (inputs['github-token'] === undefined) return 'There is no token to store it with; leave "github-token" as it is.'
  if (checks.some(({ verdict }) => verdict === 'KEY_NOT_PINNED'))
    return 'Without the log’s key in ATOMIC_LOG_VKEY this run cannot vouch for the pack.'
  return undefined
}

/** What went wrong, in the words of who knows, and what the job may lack. */
function reason(error: unknown): string {
  const said = error instanceof Error ? error.message : String(error)
  const cause = error instanceof Error && error.cause instanceof Error ? ` (${error.cause.message})` : ''
  const lacks = /not accessible by integration|Failed to persist/i.test(said)
    ? ' The job needs "permissions: attestations: write".'
    : ''
  return `${said.slice(0, 500)}${cause.slice(0, 500)}.${lacks}`
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`nobody answered within ${timeoutMs / 1_000} s`)), timeoutMs)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}

/**
 * Signs, by Sigstore and in the name of this workflow, that it checked these bytes, and stores that with
 * GitHub: Fulcio's certificate, and Rekor's log for a public repository, a timestamp for any other.
 */
export async function attestPack(run: Signer, pack: Pack): Promise<Attested | Unattested> {
  const why = obstacle(run, pack)
  if (why !== undefined) return { why }
  const subjects: Subject[] = [{ name: pack.name, digest: { sha256: pack.sha256 } }]
  const predicate = {
    missionId: pack.missionId,
    verifier: { id: 'urn:atomic:verifier' },
    checks: pack.checks.map(({ name, verdict }) => ({ name, verdict })),
  }
  try {
    const token = run.inputs['github-token'] ?? ''
    const { bundle, attestationID } = await inTime(attest({ subjects, predicateType: packPredicate, predicate, token }))
    const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository } = run.env
    return { bundle, url: `${server}/${repository}/attestations/${attestationID}` }
  } catch (error) {
    return { why: reason(error) }
  }
}
