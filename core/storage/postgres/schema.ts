import type { PoolClient } from 'pg'
import { AtomicError } from '../../platform/errors.ts'
import { schemaLock } from './locks.ts'
import { migrations } from './migrations.ts'
import { beginWith } from './statements.ts'

interface Facts {
  fsync: string
  synchronous_commit: string
  encoding: string
  standby: boolean
  has_schema: boolean
  has_form: boolean
  has_others: boolean
}

const factsSql = `
  select current_setting('fsync') as fsync, current_setting('synchronous_commit') as synchronous_commit,
    current_setting('server_encoding') as encoding, pg_is_in_recovery() as standby,
    to_regnamespace('atomic') is not null as has_schema, to_regclass('atomic.form') is not null as has_form,
    exists (select from pg_class where relnamespace = to_regnamespace('atomic')) as has_others`

const refused = (detail: string): AtomicError => new AtomicError('UNAVAILABLE', detail)

function check({ fsync, encoding, standby, has_form, has_others }: Facts): void {
  if (standby) throw refused('The server of DATABASE_URL is a standby: name the primary one.')
  if (fsync !== 'on')
    throw refused(`The database cannot promise durability: fsync is ${fsync}, needed is on (postgresql.conf).`)
  if (encoding !== 'UTF8') throw refused(`The database is in ${encoding}; needed is one in UTF8.`)
  if (has_others && !has_form) throw refused('The schema "atomic" of the database is not one of Atomic’s.')
}

async function migrate(client: PoolClient, facts: Facts): Promise<void> {
  if (!facts.has_schema) await client.query('create schema atomic')
  const standing = facts.has_form
    ? await client.query<{ version: number }>('select version from atomic.form')
    : undefined
  const version = standing?.rows[0]?.version ?? 0
  if (version > migrations.length)
    throw refused(
      `The database was written by a newer Atomic (form ${version}, this one knows up to ${migrations.length}): start that one.`,
    )
  if (version === migrations.length) return
  for (const migration of migrations.slice(version)) await client.query(migration)
  await client.query('update atomic.form set version = $1', [migrations.length])
}

/**
 * Brings the database into its newest form, and answers the `synchronous_commit` that commits shall have.
 * @throws AtomicError `UNAVAILABLE` when it is newer, not Atomic's, or cannot promise durability.
 */
export async function openSchema(client: PoolClient): Promise<string> {
  // Only this one asks for more than "on": that a standby has applied it too.
  const strictest = 'remote_apply'
  const usual = (await client.query<{ is: string }>("select current_setting('synchronous_commit') as is")).rows[0]?.is
  const wanted = usual === strictest ? strictest : 'on'
  await client.query(beginWith(wanted, [schemaLock]))
  const facts = (await client.query<Facts>(factsSql)).rows[0]!
  check(facts)
  if (facts.synchronous_commit !== wanted)
    throw refused(`The database cannot promise durability: synchronous_commit stays ${facts.synchronous_commit}.`)
  await migrate(client, facts)
  await client.query('commit')
  return wanted
}
