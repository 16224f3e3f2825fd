import type { Actor } from '../contracts/index.ts'
import { AtomicError } from '../platform/errors.ts'
import type { Limits } from './account.ts'
import type { PriceLine } from './prices.ts'
import type { TokenUsage } from './usage.ts'

/** What a cost was for. */
export interface Purpose {
  model?: string
  /** Who is paid, by the price table. */
  provider?: string
  tokens?: number
  usage?: TokenUsage
  /** What each part of the usage cost, by the lists of its time. */
  lines?: PriceLine[]
  /** What the published list asks, where something else was agreed; exact. */
  listUsd?: string
  batch?: boolean
  missionId?: string
  /** The checkpoint that it was for. */
  step?: string
  repository?: string
  requestId?: string
  latencyMs?: number
}

/** One line of the ledger, never changed. US dollars are exact decimals. */
export interface LedgerEntry extends Purpose {
  /** ISO 8601 UTC. */
  at: string
  scope: string
  /** The login of who spent. */
  person: string
  usd: string
}

export type Posting =
  | ({ kind: 'set'; scope: string; actor: Actor } & Limits)
  /** Records what was spent, and settles what was reserved with its request id. */
  | {
      kind: 'consume'
      scope: string
      usd: string
      actor: Actor
      entry: Purpose
      fingerprint?: unknown
      reported?: boolean
    }
  /** Holds an amount until it is settled, or for `ttlMs`. */
  | { kind: 'reserve'; scope: string; usd: string; actor: Actor; entry: Purpose & { requestId: string }; ttlMs: number }
  /** Lets go what is held under a request id. */
  | { kind: 'release'; scope: string; actor: Actor; requestId: string }
  /** Lets what has expired go. */
  | { kind: 'sweep'; scope: string }

const isName = (text: string, maxBytes: number): boolean =>
  text !== '' && text.isWellFormed() && !text.includes('\0') && Buffer.byteLength(text) <= maxBytes

function purposeOf(posting: Exclude<Posting, { kind: 'sweep' }>): Purpose {
  if (posting.kind === 'set') return {}
  return posting.kind === 'release' ? { requestId: posting.requestId } : posting.entry
}

const decimal = /^\d{1,15}(\.\d{1,30})?$/

/**
 * Here, since one posting that cannot be written would take those beside it down.
 * @throws AtomicError `INVALID_REQUEST`.
 */
export function checkPosting(posting: Posting): void {
  if (posting.kind === 'sweep') return
  const amount = posting.kind === 'set' ? posting.total : posting.kind === 'release' ? '0' : posting.usd
  const { missionId, repository, model, requestId } = purposeOf(posting)
  const names: [string, string | undefined, number][] = [
    ['scope', posting.scope, 2048],
    ['missionId', missionId, 128],
    ['repository', repository, 512],
    ['model', model, 512],
    ['requestId', requestId, 1024],
    ['login', posting.actor.login, 1024],
  ]
  const wrong = names.find(([, value, most]) => value !== undefined && !isName(value, most))
  if (!decimal.test(amount)) throw new AtomicError('INVALID_REQUEST', 'The amount is not a number of at least 0.')
  if (wrong) throw new AtomicError('INVALID_REQUEST', `The ${wrong[0]} is not a name.`)
}
