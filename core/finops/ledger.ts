import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { AppendEvent } from '../contracts/event.ts'
import type { Actor } from '../contracts/index.ts'
import { canonicalDigest } from '../platform/canonical.ts'
import { type Clock, isoTime } from '../platform/clock.ts'
import { AtomicError, isAtomicError } from '../platform/errors.ts'
import type { Store, Write } from '../storage/store.ts'
import { decimalText, exact } from './money.ts'
import { createOutbox, type Emit, outboxCollection } from './outbox.ts'

/** One line of the ledger, never changed. US dollars are exact decimals. */
export interface LedgerEntry {
  /** ISO 8601 UTC. */
  at: string
  scope: string
  /** The login of who spent. */
  person: string
  usd: string
  model?: string
  /** Who is paid, by the price table. */
  provider?: string
  tokens?: number
  missionId?: string
  repository?: string
  requestId?: string
}

/** What stands in the row of a scope. */
export interface BudgetRow {
  /** Absent until somebody sets it; then counts as 0. */
  total?: string
  consumed: string
}

export type Posting =
  | { kind: 'set'; scope: string; total: number; actor: Actor }
  | {
      kind: 'consume'
      scope: string
      usd: number
      actor: Actor
      entry: Omit<LedgerEntry, 'at' | 'scope' | 'usd' | 'person'>
    }

export const entries = 'finops.entries'
const budgets = 'finops.budgets'
const requests = 'finops.requests'
const maxTries = 100
const maxBatch = 200
/** The evidence log orders events by mission; spending outside of any is kept together. */
const noMission = 'budget'

interface Waiting {
  posting: Posting
  resolve: (row: BudgetRow) => void
  reject: (error: unknown) => void
}

export interface Ledger {
  read(scope: string): Promise<BudgetRow>
  /** @throws AtomicError `IDEMPOTENCY_MISMATCH` when the request id was used for something else. */
  post(posting: Posting): Promise<BudgetRow>
}

export interface LedgerPorts {
  store: Store
  clock: Clock
  emit: Emit
}

export const isBreached = ({ total = '0', consumed }: BudgetRow): boolean => exact(consumed).gt(total)

/**
 * Budgets by scope. Postings that wait together are one write, in the order they came; what another
 * process wrote in between leads to another try. Events stand in the same write and are sent after it.
 */
export function openLedger({ store, clock, emit }: LedgerPorts): Ledger {
  const outbox = createOutbox(store, emit)
  const queue: Waiting[] = []
  let working = false
  let sequence = 0

  const nextKey = (at: string): string =>
    `${at}-${String(sequence++ % 1_000_000).padStart(6, '0')}-${randomBytes(6).toString('hex')}`

  async function prepare(batch: readonly Waiting[]): Promise<{ writes: Write[]; settled: (() => void)[] }> {
    const rows = new Map<string, { row: BudgetRow; version: number; changed: boolean }>()
    const seen = new Map<string, string>()
    const writes: Write[] = []
    const settled: (() => void)[] = []
    for (const { posting, resolve, reject } of batch) {
      const { scope } = posting
      const stored = rows.has(scope) ? undefined : await store.get<BudgetRow>(budgets, scope)
      const current = rows.get(scope) ?? {
        row: stored?.value ?? { consumed: '0' },
        version: stored?.version ?? 0,
        changed: false,
      }
      rows.set(scope, current)
      const requestId = posting.kind === 'consume' ? posting.entry.requestId : undefined
      if (posting.kind === 'consume' && requestId !== undefined) {
        const key = canonicalDigest([scope, requestId])
        const digest = canonicalDigest([posting.usd, posting.entry])
        const before = seen.get(key) ?? (await store.get<string>(requests, key))?.value
        if (before !== undefined) {
          if (before === digest) settled.push(() => resolve(current.row))
          else
            settled.push(() =>
              reject(new AtomicError('IDEMPOTENCY_MISMATCH', 'This requestId was used for another consumption.')),
            )
          continue
        }
        seen.set(key, digest)
        writes.push({ put: { collection: requests, key, value: digest, expect: 0 } })
      }
      const before = current.row
      const after = apply(before, posting)
      current.row = after
      current.changed = true
      writes.push(...record(posting, before, after))
      settled.push(() => resolve(after))
    }
    for (const [key, { row, version, changed }] of rows)
      if (changed) writes.push({ put: { collection: budgets, key, value: row, expect: version } })
    return { writes, settled }
  }

  function record(posting: Posting, before: BudgetRow, after: BudgetRow): Write[] {
    const at = isoTime(clock)
    const key = nextKey(at)
    const state = { scope: posting.scope, total: after.total ?? null, consumed: after.consumed }
    const writes: Write[] = []
    const send = (type: AppendEvent['type'], payload: AppendEvent['payload']): void => {
      const missionId = (posting.kind === 'consume' ? posting.entry.missionId : undefined) ?? noMission
      const event: AppendEvent = { missionId, type, actor: posting.actor, payload }
      writes.push({ put: { collection: outboxCollection, key: `${key}-${writes.length}`, value: event, expect: 0 } })
    }
    if (posting.kind === 'consume') {
      const usd = decimalText(exact(posting.usd))
      const entry: LedgerEntry = { at, scope: posting.scope, person: posting.actor.login, usd, ...posting.entry }
      writes.push({ put: { collection: entries, key, value: entry, expect: 0 } })
      const { model = null, tokens = null, requestId = null } = posting.entry
      send('budget.consumed', { ...state, usd, model, tokens, requestId })
    }
    // Without a total there is nothing to breach yet: no alarm for those who set no budget.
    const was = before.total !== undefined && isBreached(before)
    if (after.total !== undefined && isBreached(after) && !was) send('budget.breached', state)
    return writes
  }

  async function settle(batch: readonly Waiting[]): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        const { writes, settled } = await prepare(batch)
        await store.commit(writes)
        for (const done of settled) done()
        return
      } catch (error) {
        if (!isAtomicError(error, 'VERSION_CONFLICT') || attempt === maxTries) {
          for (const { reject } of batch) reject(error)
          return
        }
        await sleep(Math.random() * Math.min(100, 2 * attempt))
      }
    }
  }

  async function work(): Promise<void> {
    if (working) return
    working = true
    while (queue.length > 0) await settle(queue.splice(0, maxBatch))
    working = false
    outbox.wake()
  }

  outbox.wake()
  return {
    read: async (scope) => (await store.get<BudgetRow>(budgets, scope))?.value ?? { consumed: '0' },
    async post(posting) {
      // Here, since one posting that cannot be written would take those beside it down.
      check(posting)
      return new Promise((resolve, reject) => {
        queue.push({ posting, resolve, reject })
        void work()
      })
    },
  }
}

function check(posting: Posting): void {
  const amount = posting.kind === 'set' ? posting.total : posting.usd
  const missionId = posting.kind === 'consume' ? posting.entry.missionId : undefined
  const fault = !(Number.isFinite(amount) && amount >= 0)
    ? 'The amount is not a number of at least 0.'
    : !isName(posting.scope, 2048)
      ? 'The scope is not a name.'
      : missionId !== undefined && !isName(missionId, 128)
        ? 'The missionId is not one.'
        : undefined
  if (fault) throw new AtomicError('INVALID_REQUEST', fault)
}

const isName = (text: string, maxBytes: number): boolean =>
  text !== '' && text.isWellFormed() && !text.includes('\0') && Buffer.byteLength(text) <= maxBytes

function apply(row: BudgetRow, posting: Posting): BudgetRow {
  if (posting.kind === 'set') return { ...row, total: decimalText(exact(posting.total)) }
  return { ...row, consumed: decimalText(exact(row.consumed).plus(posting.usd)) }
}
