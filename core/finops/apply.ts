import { canonicalDigest } from '../platform/canonical.ts'
import { AtomicError } from '../platform/errors.ts'
import type { Store } from '../storage/store.ts'
import { alerted, type BudgetRow, consume, emptyRow, hold, isBreached, lacksRoom, limited, rolled } from './account.ts'
import type { Draft } from './draft.ts'
import { assumeNoHold, budgets, readHold, removeHold, requestKey, writeHold } from './holds.ts'
import { decimalText, exact } from './money.ts'
import { periodStart } from './periods.ts'
import type { LedgerEntry, Posting } from './posting.ts'
import { scopesOf } from './scopes.ts'

export const entries = 'finops.entries'
const requests = 'finops.requests'
const page = 1_000

/** Something that people want to be told of a budget. */
export interface BudgetNews {
  /** `kept`: it was exceeded, and its new total is not. */
  type: 'budget.breached' | 'budget.alert' | 'budget.kept'
  scope: string
  row: BudgetRow
  /** Whose spending led to it. */
  missionId?: string
  /** The share of the total that was reached. */
  share?: number
}

export interface Applied {
  row: BudgetRow
  /** What a consumption came to; again, when it is told again. */
  charged?: string
  entry?: LedgerEntry
  news: BudgetNews[]
}

async function currentRow(draft: Draft, scope: string, at: Date): Promise<BudgetRow> {
  return rolled((await draft.get<BudgetRow>(budgets, scope)) ?? emptyRow, at)
}

/** The scopes that a posting touches. */
function scopesTouched(posting: Posting): string[] {
  if (posting.kind !== 'consume' && posting.kind !== 'reserve') return [posting.scope]
  return scopesOf(posting.scope, { person: posting.actor.login, ...posting.entry })
}

/**
 * Reads together what the postings will need; answers whether something is held that has expired by
 * `now`. `fresh`: reservations are taken to be new ones, which the commit checks.
 */
export async function prefetch(
  draft: Draft,
  postings: readonly Posting[],
  now: string,
  fresh: boolean,
): Promise<boolean> {
  let expired = false
  const held = async (key: string): Promise<void> => {
    const hold = await readHold(draft, key)
    expired ||= hold !== undefined && hold.expiresAt <= now
  }
  await Promise.all(
    postings.flatMap((posting) => {
      const rows: Promise<unknown>[] = scopesTouched(posting).map((scope) => draft.get(budgets, scope))
      if (posting.kind !== 'set' && posting.kind !== 'sweep') {
        const requestId = posting.kind === 'release' ? posting.requestId : posting.entry.requestId
        if (requestId !== undefined) {
          const key = requestKey(posting.scope, requestId)
          if (fresh && posting.kind === 'reserve') {
            draft.assumeAbsent(requests, key)
            assumeNoHold(draft, key)
          } else rows.push(draft.get(requests, key), held(key))
        }
      }
      return rows
    }),
  )
  return expired
}

async function consumedSince(store: Store, scope: string, start: string): Promise<string> {
  let sum = exact(0)
  for (let after = start; ; ) {
    const rows = await store.list<LedgerEntry>(entries, { after, limit: page })
    for (const { key, value } of rows) {
      after = key
      if (scopesOf(value.scope, value).includes(scope)) sum = sum.plus(value.usd)
    }
    if (rows.length < page) return decimalText(sum)
  }
}

/**
 * Drafts one posting.
 * @throws AtomicError `BUDGET_BREACHED` when a reservation goes beyond a hard total;
 *   `IDEMPOTENCY_MISMATCH` when the request id was used for something else. Nothing is drafted then.
 */
export async function apply(store: Store, draft: Draft, posting: Posting, at: Date): Promise<Applied> {
  const { scope } = posting
  const row = await currentRow(draft, scope, at)
  switch (posting.kind) {
    case 'sweep':
      return { row, news: [] }
    case 'release': {
      const key = requestKey(scope, posting.requestId)
      const held = await readHold(draft, key)
      if (held) await removeHold(draft, key, held)
      return { row: await currentRow(draft, scope, at), news: [] }
    }
    case 'set': {
      const { period } = posting
      const moved = period !== undefined && period !== (row.period ?? 'none')
      const start = period === undefined || period === 'none' ? '' : periodStart(period, at).toISOString()
      const next = limited(row, posting, at, moved ? await consumedSince(store, scope, start) : undefined)
      await draft.set(budgets, scope, next)
      const was = row.total !== undefined && isBreached(row)
      const now = isBreached(next)
      if (now === was) return { row: next, news: [] }
      return { row: next, news: [{ type: now ? 'budget.breached' : 'budget.kept', scope, row: next }] }
    }
    case 'reserve':
      return { row: await reserve(draft, posting, at), news: [] }
    case 'consume':
      return await settle(draft, posting, row, at)
  }
}

const used = (): AtomicError =>
  new AtomicError('IDEMPOTENCY_MISMATCH', 'This requestId was used for another consumption.')

/** A request id that was consumed. */
interface Known {
  digest: string
  usd: string
}

type Reserve = Extract<Posting, { kind: 'reserve' }>
type Consume = Extract<Posting, { kind: 'consume' }>

async function reserve(draft: Draft, posting: Reserve, at: Date): Promise<BudgetRow> {
  const { scope, usd, entry, ttlMs } = posting
  const key = requestKey(scope, entry.requestId)
  const fingerprint = canonicalDigest([usd, entry])
  if ((await draft.get(requests, key)) !== undefined) throw used()
  const before = await readHold(draft, key)
  if (before !== undefined) {
    if (before.fingerprint !== fingerprint) throw used()
    return currentRow(draft, scope, at)
  }
  const scopes = scopesTouched(posting)
  const rows = await Promise.all(scopes.map(async (name) => ({ name, row: await currentRow(draft, name, at) })))
  const full = rows.find(({ row }) => lacksRoom(row, usd))
  if (full) {
    const { total = '0', consumed, held = '0' } = full.row
    throw new AtomicError(
      'BUDGET_BREACHED',
      `$${usd} do not fit into the budget "${full.name}": of $${total}, $${consumed} are spent and $${held} reserved.`,
    )
  }
  for (const { name, row } of rows) await draft.set(budgets, name, hold(row, usd))
  const expiresAt = new Date(at.getTime() + ttlMs).toISOString()
  await writeHold(draft, key, { usd, scopes, expiresAt, fingerprint })
  return currentRow(draft, scope, at)
}

async function settle(draft: Draft, posting: Consume, main: BudgetRow, at: Date): Promise<Applied> {
  const { scope, usd, entry, actor, fingerprint } = posting
  if (entry.requestId !== undefined) {
    const key = requestKey(scope, entry.requestId)
    const digest = canonicalDigest(fingerprint ?? [usd, entry])
    const before = await draft.get<Known>(requests, key)
    if (before?.digest === digest) return { row: main, charged: before.usd, news: [] }
    if (before !== undefined) throw used()
    const held = await readHold(draft, key)
    // A report shall not settle cheaply what its carrier has yet to tell.
    if (held && posting.reported) return { row: main, charged: '0', news: [] }
    await draft.set(requests, key, { digest, usd } satisfies Known)
    if (held) await removeHold(draft, key, held)
  }
  const news: BudgetNews[] = []
  const by = entry.missionId === undefined ? {} : { missionId: entry.missionId }
  for (const name of scopesTouched(posting)) {
    const was = await currentRow(draft, name, at)
    const { row, share } = alerted(consume(was, usd))
    await draft.set(budgets, name, row)
    // Without a total there is nothing to breach yet: no alarm for those who set no budget.
    const breached = row.total !== undefined && isBreached(row)
    if (breached && !isBreached(was)) news.push({ type: 'budget.breached', scope: name, row, ...by })
    if (share !== undefined) news.push({ type: 'budget.alert', scope: name, row, share, ...by })
  }
  const row = await currentRow(draft, scope, at)
  return { row, charged: usd, news, entry: { at: at.toISOString(), scope, person: actor.login, usd, ...entry } }
}
