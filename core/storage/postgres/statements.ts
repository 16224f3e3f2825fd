import { type Decision, namesOf, type Standing } from './group.ts'
import { lockSpace } from './locks.ts'

const always = { lock_timeout: '10s', idle_in_transaction_session_timeout: '10s' }

/**
 * Begins a transaction whose commit is on disk when it is answered, whatever the server's default
 * is, and which the server ends when this process stands still. The locks come in their order, and
 * what is read after them is read anew (READ COMMITTED).
 */
export const beginWith = (synchronousCommit: string, locks: readonly number[]): string => `
  begin isolation level read committed read write;
  select ${Object.entries({ synchronous_commit: synchronousCommit, ...always })
    .map(([name, value]) => `set_config('${name}', '${value}', true)`)
    .join()};
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

export const lastSql = last('$1')
export const entriesSql =
  'select idx::float8 as "index", value from atomic.entries where log = $1 and idx >= $2 order by idx limit $3'

/**
 * Locks, looks, writes and commits at once; false where not all is as expected, and nothing was written.
 * Its values are those of `atomic.write_if_expected` (migrations.ts).
 */
export function writeIfExpected(
  sync: string,
  stripes: readonly number[],
  { versions, sizes }: Standing,
  { puts, removes, appends }: Decision,
): { name: string; text: string; values: unknown[] } {
  const { collections, keys } = namesOf(versions.keys())
  const of = <T, K extends keyof T>(rows: readonly T[], name: K): T[K][] => rows.map((row) => row[name])
  const values = [
    ...[sync, lockSpace, stripes],
    ...[collections, keys, [...versions.values()], [...sizes.keys()], [...sizes.values()]],
    ...[of(puts, 'collection'), of(puts, 'key'), of(puts, 'version'), of(puts, 'value')],
    ...[of(removes, 'collection'), of(removes, 'key')],
    ...[of(appends, 'log'), of(appends, 'index'), of(appends, 'value')],
  ]
  const places = values.map((_, i) => `$${i + 1}`).join()
  return { name: 'write if expected', text: `select atomic.write_if_expected(${places}) as written`, values }
}

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
      )})
      on conflict (collection, key) do update set version = excluded.version, value = excluded.value`)
  if (removes.length > 0)
    parts.push(
      `delete from atomic.documents d using unnest(${list(
        'text',
        removes.map((r) => r.collection),
      )}, ${list(
        'text',
        removes.map((r) => r.key),
      )}) as gone (collection, key) where d.collection = gone.collection and d.key = gone.key`,
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
      )})`)
  const text = `with ${parts.map((part, i) => `part${i} as (${part})`).join(', ')} select`
  const kinds = [puts, removes, appends].map((some) => (some.length > 0 ? 1 : 0)).join('')
  return { name: `write ${kinds}`, text, values }
}
