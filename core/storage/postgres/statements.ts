import type { Decision } from './group.ts'
import { lockSpace } from './locks.ts'

/**
 * Begins a transaction whose commit is on disk when it is answered, whatever the server's default
 * is, and which the server ends when this process stands still. The locks come in their order, and
 * what is read after them is read anew (READ COMMITTED).
 */
export const beginWith = (synchronousCommit: string, locks: readonly number[]): string => `
  begin isolation level read committed read write;
  set local synchronous_commit = ${synchronousCommit};
  set local lock_timeout = '10s';
  set local idle_in_transaction_session_timeout = '10s';
  set local atomic.begun = 'yes';
  select pg_advisory_xact_lock(${lockSpace}, stripe) from unnest(array[${locks.join()}]::int[]) as stripe`

// "limit 1" keeps to the index, whatever the planner knows of the table when it plans this.
const eachRow = `from unnest($1::text[], $2::text[]) with ordinality as asked (collection, key, n)
  cross join lateral (
    select version, value from atomic.documents d
    where d.collection = asked.collection and d.key = asked.key limit 1
  ) found`
const last = (log: string): string => `select idx from atomic.entries where log = ${log} order by idx desc limit 1`

/** Rows by collections and keys, `n` from 1 in the order asked. */
export const rowsSql = `select n::int, version::float8, value ${eachRow}`

/** As above without the values, and with the last index of each log. */
export const standingSql = `select 'row' as what, n::int, version::float8 as at ${eachRow}
  union all
  select 'log', n::int, idx::float8 from unnest($3::text[]) with ordinality as asked (log, n)
  cross join lateral (${last('asked.log')}) found`

/** What a division by zero is called, https://www.postgresql.org/docs/current/errcodes-appendix.html */
export const notAsExpected = '22012'
/** Fails with `notAsExpected`, and the transaction with it, unless these versions and sizes stand (0: absent). */
export const expectSql = `select 1 / (case when exists (
    select from unnest($1::text[], $2::text[], $3::bigint[]) as asked (collection, key, version)
    where asked.version <> coalesce(
      (select version from atomic.documents d where d.collection = asked.collection and d.key = asked.key limit 1), 0)
  ) or exists (
    select from unnest($4::text[], $5::bigint[]) as asked (log, size)
    where asked.size <> coalesce((${last('asked.log')}) + 1, 0)
  ) then 0 else 1 end)`

export const lastSql = last('$1')
export const entriesSql =
  'select idx::float8 as "index", value from atomic.entries where log = $1 and idx >= $2 order by idx limit $3'

/**
 * What is sent together with the beginning of a transaction would be written without one where that
 * alone was cancelled: so it is not written then.
 */
const begunSql = `select 1 / (case when current_setting('atomic.begun', true) = 'yes' then 1 else 0 end) as yes`
const ifBegun = '(select yes from begun) = 1'

/** Writes what a group comes to, in one prepared statement; rows put and rows removed are never the same. */
export function writeOf({ puts, removes, appends }: Decision): { name: string; text: string; values: unknown[] } {
  const parts: string[] = []
  const values: unknown[] = []
  const list = (type: string, items: unknown[]): string => `$${values.push(items)}::${type}[]`
  if (puts.length > 0)
    parts.push(`insert into atomic.documents (collection, key, version, value)
      select * from unnest(${list(
        'text',
        puts.map((p) => p.collection),
      )}, ${list(
        'text',
        puts.map((p) => p.key),
      )}, ${list(
        'bigint',
        puts.map((p) => p.version),
      )}, ${list(
        'text',
        puts.map((p) => p.value),
      )}) where ${ifBegun}
      on conflict (collection, key) do update set version = excluded.version, value = excluded.value`)
  if (removes.length > 0)
    parts.push(
      `delete from atomic.documents d using unnest(${list(
        'text',
        removes.map((r) => r.collection),
      )}, ${list(
        'text',
        removes.map((r) => r.key),
      )}) as gone (collection, key) where d.collection = gone.collection and d.key = gone.key and ${ifBegun}`,
    )
  if (appends.length > 0)
    parts.push(`insert into atomic.entries (log, idx, value)
      select * from unnest(${list(
        'text',
        appends.map((a) => a.log),
      )}, ${list(
        'bigint',
        appends.map((a) => a.index),
      )}, ${list(
        'text',
        appends.map((a) => a.value),
      )}) where ${ifBegun}`)
  const text = `with begun as (${begunSql}), ${parts.map((part, i) => `part${i} as (${part})`).join(', ')} select`
  const kinds = [puts, removes, appends].map((some) => (some.length > 0 ? 1 : 0)).join('')
  return { name: `write ${kinds}`, text, values }
}
