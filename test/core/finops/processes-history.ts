import type { Client } from 'pg'
import { type BudgetRow, emptyRow, lacksRoom } from '../../../core/finops/account.ts'
import { type Hold, requestKey } from '../../../core/finops/holds.ts'
import { decimalText, exact } from '../../../core/finops/money.ts'
import type { LedgerEntry } from '../../../core/finops/posting.ts'
import { scopesOf } from '../../../core/finops/scopes.ts'

/** What a process said of a posting that had ended; times in µs of one clock. */
export interface Told {
  kind: 'reserve' | 'settle' | 'again' | 'set'
  scope: string
  id: string
  usd: string
  lane: number
  begun: number
  ended: number
  /** The budget that it did not fit into. */
  denied?: string
}

/** Has the database itself note each change of the ledger's rows, with its transaction. */
export async function createHistory(client: Client): Promise<void> {
  await client.query(`
    create table history (n bigserial primary key, tx text not null, at timestamptz not null,
      collection text not null, key text not null, version bigint not null, value text);
    create function note() returns trigger language plpgsql as $$
    begin
      if tg_op = 'DELETE' then
        insert into history (tx, at, collection, key, version)
        values (pg_current_xact_id()::text, clock_timestamp(), old.collection, old.key, 0);
      else
        insert into history (tx, at, collection, key, version, value)
        values (pg_current_xact_id()::text, clock_timestamp(), new.collection, new.key, new.version, new.value);
      end if;
      return null;
    end $$;
    create trigger changed after insert or update on atomic.documents for each row
      when (new.collection in ('finops.budgets', 'finops.holds', 'finops.requests', 'finops.entries'))
      execute function note();
    create trigger removed after delete on atomic.documents for each row
      when (old.collection in ('finops.budgets', 'finops.holds', 'finops.requests', 'finops.entries'))
      execute function note()`)
}

interface Noted {
  tx: string
  at: Date
  collection: string
  key: string
  version: number
  value: string | null
}
interface State {
  position: number
  row: BudgetRow
  /** The most that stood there within the commit. */
  peak: BudgetRow
}

const plus = (a = '0', b = '0'): string => decimalText(exact(a).plus(b))
const minus = (a = '0', b = '0'): string => decimalText(exact(a).minus(b))

/** The ledger as the database saw it, commit by commit. */
export class History {
  readonly faults: string[] = []
  commits = 0
  expired = 0
  late = 0
  #held = new Map<string, Hold>()
  #rows = new Map<string, { version: number; row: BudgetRow }>()
  #grantedAt = new Map<string, number>()
  #settledAt = new Map<string, number>()
  #states = new Map<string, State[]>()

  /** Takes in what was noted since the last time, in its order. */
  async read(client: Client): Promise<void> {
    const { rows } = await client.query<Noted>(
      'select tx, at, collection, key, version::float8, value from history order by n',
    )
    await client.query('truncate history')
    // States of an earlier round explain nothing of this one but its beginning.
    for (const states of this.#states.values()) states.splice(0, states.length - 1)
    // Who writes to a budget holds its lock until the commit: transactions of one budget never mix.
    for (const commit of Map.groupBy(rows, (row) => row.tx).values()) this.#take(commit)
  }

  #take(commit: readonly Noted[]): void {
    const position = this.commits++
    const of = (collection: string) => commit.filter((row) => row.collection === collection)
    const spent = new Map<string, string>()
    const added = new Map<string, string>()
    const gone = new Map<string, string>()
    const late = new Map<string, string>()
    const sum = (sums: Map<string, string>, scopes: readonly string[], usd: string): void => {
      for (const scope of scopes) sums.set(scope, plus(sums.get(scope), usd))
    }
    const settled = new Set(of('finops.requests').map((row) => row.key))
    for (const key of settled) {
      if (this.#settledAt.has(key)) this.faults.push(`${key} was settled twice`)
      this.#settledAt.set(key, position)
    }
    /** Settled in time: what was held for it was still held. */
    const inTime = new Set<string>()
    for (const { key, version, value, at } of of('finops.holds')) {
      const hold = value === null ? this.#held.get(key) : (JSON.parse(value) as Hold)
      if (!hold) this.faults.push(`${key} was let go, and nothing was held`)
      else if (version === 0) {
        this.#held.delete(key)
        sum(gone, hold.scopes, hold.usd)
        const isExpired = hold.expiresAt <= at.toISOString()
        // Expired and settled in one commit: what it held may have been granted to another in between.
        if (settled.has(key) && !isExpired) inTime.add(key)
        if (settled.has(key)) continue
        this.expired++
        if (!isExpired) this.faults.push(`${key} was let go before its time`)
      } else {
        if (version !== 1 || this.#grantedAt.has(key)) this.faults.push(`${key} was granted twice`)
        this.#held.set(key, hold)
        this.#grantedAt.set(key, position)
        sum(added, hold.scopes, hold.usd)
      }
    }
    for (const { value } of of('finops.entries')) {
      const entry = JSON.parse(value!) as LedgerEntry
      const scopes = scopesOf(entry.scope, entry)
      sum(spent, scopes, entry.usd)
      if (inTime.has(requestKey(entry.scope, entry.requestId!))) continue
      this.late++
      sum(late, scopes, entry.usd)
    }
    const touched = new Set([...spent.keys(), ...added.keys(), ...gone.keys()])
    for (const { key, version, value } of of('finops.budgets')) {
      touched.delete(key)
      const before = this.#rows.get(key) ?? { version: 0, row: emptyRow }
      const row = JSON.parse(value!) as BudgetRow
      const consumed = plus(before.row.consumed, spent.get(key))
      const held = minus(plus(before.row.held, added.get(key)), gone.get(key))
      if (version !== before.version + 1) this.faults.push(`${key} went from version ${before.version} to ${version}`)
      if (row.consumed !== consumed || (row.held ?? '0') !== held)
        this.faults.push(`${key} has $${row.consumed} and $${row.held}, where $${consumed} and $${held} add up`)
      if (added.has(key)) this.#mustFit(key, before.row, row, late.get(key))
      this.#rows.set(key, { version, row })
      const peak = { ...row, consumed, held: plus(before.row.held, added.get(key)) }
      const states = this.#states.get(key) ?? [{ position: -1, row: before.row, peak: before.row }]
      this.#states.set(key, states)
      states.push({ position, row, peak })
    }
    for (const key of touched) this.faults.push(`${key} did not change with what it is the sum of`)
  }

  /** Nothing is granted beyond the total; only what was settled too late may go beyond. */
  #mustFit(key: string, before: BudgetRow, { total, consumed, held }: BudgetRow, late: string | undefined): void {
    if (total === undefined) return
    const room = exact(total).gt(before.total ?? '0') ? exact(total) : exact(before.total ?? '0')
    if (
      exact(consumed)
        .plus(held ?? '0')
        .gt(room.plus(late ?? '0'))
    )
      this.faults.push(`${key} is over: $${consumed} and $${held} of $${total}`)
  }

  /** Whether every answer has its place in the history, and the places respect what had ended before what began. */
  explain(told: readonly Told[]): string[] {
    const faults: string[] = []
    const placed: { begun: number; ended: number; position: number; what: string }[] = []
    for (const { kind, scope, id, begun, ended, denied } of told) {
      if (denied !== undefined || kind === 'set') continue
      const at = (kind === 'reserve' ? this.#grantedAt : this.#settledAt).get(requestKey(scope, id))
      if (at === undefined) faults.push(`${kind} ${id} was acknowledged and is not there`)
      // Repeated, it only says what stands.
      else if (kind !== 'again') placed.push({ begun, ended, position: at, what: `${kind} ${id}` })
    }
    const byEnd = placed.toSorted((a, b) => a.ended - b.ended)
    const byBegin = placed.toSorted((a, b) => a.begun - b.begun)
    /** The last place of all that had ended by then, for each of `byEnd`. */
    const lasts = runningBest(
      byEnd.map((p) => p.position),
      Math.max,
    )
    const firsts = runningBest(byBegin.map((p) => p.position).reverse(), Math.min).reverse()
    const lastBefore = (time: number): number => lasts[lowerBound(byEnd, (p) => p.ended < time) - 1] ?? -1
    const firstAfter = (time: number): number =>
      firsts[lowerBound(byBegin, (p) => p.begun <= time)] ?? Number.POSITIVE_INFINITY
    for (const { begun, position, what } of placed)
      if (lastBefore(begun) > position) faults.push(`${what} is older than what had ended before it began`)
    for (const { id, usd, denied, begun, ended } of told) {
      if (denied === undefined) continue
      const [from, to] = [lastBefore(begun), firstAfter(ended)]
      const states = this.#states.get(denied) ?? []
      const first = Math.max(0, lowerBound(states, (s) => s.position <= from) - 1)
      let fits = true
      for (let i = first; fits && i < states.length && states[i]!.position <= to; i++)
        fits = !lacksRoom(states[i]!.peak, usd) && !lacksRoom(states[i]!.row, usd)
      if (fits) faults.push(`${id} was denied where $${usd} fit into ${denied}`)
    }
    return faults
  }
}

function runningBest(values: readonly number[], best: (a: number, b: number) => number): number[] {
  const result: number[] = []
  for (const value of values) result.push(result.length === 0 ? value : best(result.at(-1)!, value))
  return result
}

/** How many of the first items pass; they are sorted so that those that pass come first. */
function lowerBound<T>(items: readonly T[], passes: (item: T) => boolean): number {
  let [low, high] = [0, items.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (passes(items[middle]!)) low = middle + 1
    else high = middle
  }
  return low
}
