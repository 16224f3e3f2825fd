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

/** Nothing is read: the commit fails where something is held. */
export const assumeNoHold = (draft: Draft, key: string): void => draft.assumeAbsent(holds, key)

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

/** What expires, the first first. */
export const expiring = (store: Store, after?: string): Promise<Row<string>[]> =>
  store.list<string>(expiries, { limit: page, ...(after === undefined ? {} : { after }) })

/** Removes what expired by `now`, of what expires the first page of which has been read; answers when the next one will. */
export async function removeExpired(
  store: Store,
  draft: Draft,
  now: string,
  first: readonly Row<string>[],
): Promise<string | undefined> {
  for (let rows = first; ; rows = await expiring(store, rows.at(-1)!.key)) {
    // Keys of that time go on with "-", which comes before ".".
    const next = rows.findIndex(({ key }) => key > `${now}.`)
    const expired = next < 0 ? rows : rows.slice(0, next)
    const found = await Promise.all(
      expired.map(async ({ value }) => ({ key: value, hold: await readHold(draft, value) })),
    )
    for (const { key, hold } of found) if (hold) await removeHold(draft, key, hold)
    if (next >= 0) return rows[next]!.key.slice(0, now.length)
    if (rows.length < page) return undefined
  }
}
