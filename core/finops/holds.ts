import { canonicalDigest } from '../platform/canonical.ts'
import type { Row, Store } from '../storage/store.ts'
import { type BudgetRow, emptyRow, release } from './account.ts'
import type { Draft } from './draft.ts'

export const budgets = 'finops.budgets'
const holds = 'finops.holds'
/** Keys begin with the time at which a hold expires. */
const expiries = 'finops.holds.expiring'
const page = 200

export interface Hold {
  usd: string
  scopes: string[]
  /** ISO 8601 UTC. */
  expiresAt: string
  fingerprint: string
}

export const requestKey = (scope: string, requestId: string): string => canonicalDigest([scope, requestId])

const expiryKey = (key: string, { expiresAt }: Hold): string => `${expiresAt}-${key}`

export const readHold = (draft: Draft, key: string): Promise<Hold | undefined> => draft.get<Hold>(holds, key)

export async function writeHold(draft: Draft, key: string, hold: Hold): Promise<void> {
  await draft.set(holds, key, hold)
  draft.follow(expiries, expiryKey(key, hold), key)
}

/** Gives the amount back to every budget that it was held in. */
export async function removeHold(draft: Draft, key: string, hold: Hold): Promise<void> {
  await draft.set(holds, key, undefined)
  draft.follow(expiries, expiryKey(key, hold), undefined)
  for (const scope of hold.scopes) {
    const row = (await draft.get<BudgetRow>(budgets, scope)) ?? emptyRow
    await draft.set(budgets, scope, release(row, hold.usd))
  }
}

/** What expired by a time (ISO 8601 UTC), the last first: keys of that time go on with "-", which comes before ".". */
export const expiredBy = (store: Store, now: string, before = `${now}.`): Promise<Row<string>[]> =>
  store.list<string>(expiries, { reverse: true, after: before, limit: page })

/** Removes what expired by `now`, of which the first page has been read. */
export async function removeExpired(
  store: Store,
  draft: Draft,
  now: string,
  first: readonly Row<string>[],
): Promise<void> {
  for (let rows = first; ; rows = await expiredBy(store, now, rows.at(-1)!.key)) {
    const found = await Promise.all(rows.map(async ({ value }) => ({ key: value, hold: await readHold(draft, value) })))
    for (const { key, hold } of found) if (hold) await removeHold(draft, key, hold)
    if (rows.length < page) return
  }
}
