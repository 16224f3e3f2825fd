import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { AppendEvent } from '../contracts/event.ts'
import type { Actor } from '../contracts/index.ts'
import type { Clock } from '../platform/clock.ts'
import { isAtomicError } from '../platform/errors.ts'
import type { Store, Write } from '../storage/store.ts'
import { type BudgetRow, emptyRow, rolled } from './account.ts'
import { type Applied, apply, entries, prefetch } from './apply.ts'
import { Draft, RowMemory } from './draft.ts'
import { budgets, expiring, removeExpired } from './holds.ts'
import { observeLatency } from './latency.ts'
import { exact, usdNumber } from './money.ts'
import { createOutbox, type Emit, outboxCollection } from './outbox.ts'
import { checkPosting, type Posting } from './posting.ts'
import { observeStep, stepsCollection } from './steps.ts'
import type { Tell } from './tell.ts'

/** Read and written by nearly every posting. */
const remembered = new Set([budgets, stepsCollection])
const maxTries = 100
const maxBatch = 200
const turnsAfterRace = 20
/** How long something that expired may stand where nobody asks for it or for its room. */
const sweepMs = 200
/** The evidence log orders events by mission; spending outside of any is kept together. */
const noMission = 'budget'

interface Waiting {
  posting: Posting
  resolve: (posted: Posted) => void
  reject: (error: unknown) => void
}

export interface Posted {
  row: BudgetRow
  /** What a consumption came to; exact. */
  charged?: string
}

export interface Ledger {
  read(scope: string): Promise<BudgetRow>
  /**
   * @throws AtomicError `IDEMPOTENCY_MISMATCH` when the request id was used for something else;
   *   `BUDGET_BREACHED` when a reservation does not fit; `INVALID_REQUEST`.
   */
  post(posting: Posting): Promise<Posted>
}

export interface LedgerPorts {
  store: Store
  clock: Clock
  emit: Emit
  tell?: Tell
}

/**
 * Budgets by scope. Postings that wait together are one write, in the order they came; what another
 * process wrote in between leads to another try. Events stand in the same write and are sent after it.
 */
export function openLedger({ store, clock, emit, tell }: LedgerPorts): Ledger {
  const outbox = createOutbox(store, emit)
  const memory = new RowMemory()
  const queue: Waiting[] = []
  let working = false
  /** How many batches more are written in turn with other processes. */
  let turns = 0
  /** Whether events were written that wait to be sent. */
  let news = false
  let sequence = 0
  let sweptAt = Number.NEGATIVE_INFINITY
  /** When the first of what was seen in the store, or held here, expires; ISO 8601 UTC. */
  let expiresNext: string | undefined

  const nextKey = (at: Date): string =>
    `${at.toISOString()}-${String(sequence++ % 1_000_000).padStart(6, '0')}-${randomBytes(6).toString('hex')}`

  /** Expired holds are let go when one is known of, when somebody would be denied, and now and then for others'. */
  const mustSweep = (batch: readonly Waiting[], at: Date): boolean =>
    (expiresNext !== undefined && expiresNext <= at.toISOString()) ||
    Math.abs(at.getTime() - sweptAt) >= sweepMs ||
    batch.some(({ posting }) => posting.kind === 'sweep')

  async function prepare(
    batch: readonly Waiting[],
    { at = new Date(clock.now()), sweep = mustSweep(batch, at), fresh = false },
  ): Promise<{ draft: Draft; writes: Write[]; settled: (() => void)[] }> {
    const draft = new Draft(store, memory, remembered)
    const more: Write[] = []
    const settled: (() => void)[] = []
    const postings = batch.map(({ posting }) => posting)
    const now = at.toISOString()
    const again = () => prepare(batch, { at, sweep: true, fresh })
    const [first, expired] = await Promise.all([sweep ? expiring(store) : [], prefetch(draft, postings, now, fresh)])
    if (expired && !sweep) return again()
    if (sweep) {
      expiresNext = await removeExpired(store, draft, now, first)
      sweptAt = at.getTime()
    }
    for (const { posting, resolve, reject } of batch) {
      try {
        const applied = await apply(store, draft, posting, at)
        if (applied.entry) {
          await observeLatency(draft, applied.entry)
          await observeStep(draft, applied.entry)
        }
        if (posting.kind === 'reserve') {
          const expiresAt = new Date(at.getTime() + posting.ttlMs).toISOString()
          if (expiresNext === undefined || expiresAt < expiresNext) expiresNext = expiresAt
        }
        more.push(...record(posting, applied, at))
        const { row, charged } = applied
        settled.push(() => resolve({ row, ...(charged === undefined ? {} : { charged }) }))
      } catch (error) {
        if (!isAtomicError(error) || error.status >= 500) throw error
        // Nobody is denied the room of what has expired.
        if (!sweep && error.code === 'BUDGET_BREACHED') return again()
        settled.push(() => reject(error))
      }
    }
    return { draft, writes: [...draft.writes(), ...more], settled }
  }

  function record(posting: Posting, { row, entry, news }: Applied, at: Date): Write[] {
    if (posting.kind === 'sweep') return []
    const key = nextKey(at)
    const writes: Write[] = []
    const event = (type: AppendEvent['type'], actor: Actor, payload: AppendEvent['payload']): void => {
      const missionId = entry?.missionId ?? noMission
      const value: AppendEvent = { missionId, type, actor, payload }
      writes.push({ put: { collection: outboxCollection, key: `${key}-${writes.length}`, value, expect: 0 } })
    }
    // In events as in answers: numbers, rounded. The entries are exact.
    const usdOf = (amount: string): number => usdNumber(exact(amount))
    const state = (scope: string, { total, consumed }: BudgetRow) => ({
      scope,
      ...(total === undefined ? {} : { total: usdOf(total) }),
      consumed: usdOf(consumed),
    })
    if (entry) {
      const { model, provider, tokens, requestId } = entry
      writes.push({ put: { collection: entries, key, value: entry, expect: 0 } })
      event('budget.consumed', posting.actor, {
        ...state(posting.scope, row),
        usd: usdOf(entry.usd),
        ...(model === undefined ? {} : { model }),
        ...(provider === undefined ? {} : { provider }),
        ...(tokens === undefined ? {} : { tokens }),
        ...(requestId === undefined ? {} : { requestId }),
      })
    }
    for (const one of news) {
      if (one.type === 'budget.breached') event(one.type, posting.actor, state(one.scope, one.row))
      writes.push(...(tell?.writes(one, `${key}-${writes.length}`) ?? []))
    }
    return writes
  }

  async function write(batch: readonly Waiting[], fresh = false): Promise<void> {
    const { draft, writes, settled } = await prepare(batch, { fresh })
    await store.commit(writes)
    draft.committed()
    news ||= writes.some((one) => 'put' in one && one.put.collection === outboxCollection)
    for (const done of settled) done()
  }

  /** In turn with other processes; what they wrote meanwhile is read anew. A turn spares work and no more: without one it goes on. */
  async function writeInTurn(alone: NonNullable<Store['alone']>, batch: readonly Waiting[]): Promise<void> {
    let begun = false
    try {
      await alone('finops', () => {
        begun = true
        memory.forget()
        return write(batch)
      })
    } catch (error) {
      if (begun) throw error
      await write(batch)
    }
  }

  async function settle(batch: readonly Waiting[]): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        // Who lost a race against another process waits for its turn instead of losing the next one, and a while longer.
        await (store.alone !== undefined && turns > 0 ? writeInTurn(store.alone, batch) : write(batch, attempt === 1))
        if (turns > 0) turns--
        return
      } catch (error) {
        memory.forget()
        sweptAt = Number.NEGATIVE_INFINITY
        if (!isAtomicError(error, 'VERSION_CONFLICT') || attempt === maxTries) {
          for (const { reject } of batch) reject(error)
          return
        }
        turns = turnsAfterRace
        await sleep(Math.random() * Math.min(100, 2 * attempt))
      }
    }
  }

  /** What was consumed in a period is read from the store, so a posting that needs it begins a batch. */
  function nextBatch(): Waiting[] {
    const alone = queue.findIndex(({ posting }) => posting.kind === 'set' && posting.period !== undefined)
    return queue.splice(0, alone < 0 ? maxBatch : Math.min(maxBatch, Math.max(1, alone)))
  }

  async function work(): Promise<void> {
    if (working) return
    working = true
    while (queue.length > 0) await settle(nextBatch())
    working = false
    if (news) outbox.wake()
    news = false
    tell?.wake()
  }

  async function post(posting: Posting): Promise<Posted> {
    checkPosting(posting)
    return new Promise((resolve, reject) => {
      queue.push({ posting, resolve, reject })
      void work()
    })
  }

  outbox.wake()
  return {
    async read(scope) {
      const row = (await store.get<BudgetRow>(budgets, scope))?.value ?? emptyRow
      // What has expired is let go by the next posting; a reader shall not wait for one.
      return (row.held ?? '0') === '0' ? rolled(row, new Date(clock.now())) : (await post({ kind: 'sweep', scope })).row
    },
    post,
  }
}
