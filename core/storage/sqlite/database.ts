import { closeSync, openSync, statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { damagedDatabase, Refused } from './failures.ts'
import { migrations } from './migrations.ts'

/** "ATMC": says that a file is Atomic's. */
const applicationId = 0x41544d43
const lockTimeoutMs = 10_000
/** A whole check reads every page; above this size it would hold up the start. */
const wholeCheckBytes = 64 * 1024 * 1024

function pragma(db: DatabaseSync, name: string): unknown {
  const row = db.prepare(`pragma ${name}`).get()
  return row && Object.values(row)[0]
}

function mustBe(db: DatabaseSync, name: string, wanted: unknown): void {
  const is = pragma(db, name)
  if (is !== wanted)
    throw new Refused({
      code: 'UNAVAILABLE',
      detail: `The database cannot promise durability here: ${name} is ${String(is)}, needed is ${String(wanted)}.`,
    })
}

function configure(db: DatabaseSync): void {
  db.exec('pragma journal_mode = wal')
  // NORMAL loses acknowledged commits in a power cut; only FULL syncs the log at each commit.
  db.exec('pragma synchronous = full')
  // macOS: fsync alone does not reach the platter. No effect elsewhere.
  db.exec('pragma fullfsync = on; pragma checkpoint_fullfsync = on')
  db.exec('pragma recursive_triggers = on; pragma trusted_schema = off; pragma cell_size_check = on')
  db.exec('pragma journal_size_limit = 67108864')
  mustBe(db, 'journal_mode', 'wal')
  mustBe(db, 'synchronous', 2)
}

function checkOwner(db: DatabaseSync): void {
  const version = Number(pragma(db, 'user_version'))
  const owner = Number(pragma(db, 'application_id'))
  const tables = Number(db.prepare('select count(*) as n from sqlite_schema').get()?.n)
  if (tables > 0 && owner !== applicationId)
    throw new Refused({ code: 'UNAVAILABLE', detail: 'The database in the data directory is not one of Atomic’s.' })
  if (version > migrations.length)
    throw new Refused({
      code: 'UNAVAILABLE',
      detail: `The database was written by a newer Atomic (form ${version}, this one knows up to ${migrations.length}): start that one.`,
    })
}

function migrate(db: DatabaseSync): void {
  // Read again under the lock: another process may have migrated meanwhile.
  db.exec('begin immediate')
  try {
    checkOwner(db)
    for (let v = Number(pragma(db, 'user_version')); v < migrations.length; v++) {
      db.exec(migrations[v]!)
      db.exec(`pragma user_version = ${v + 1}; pragma application_id = ${applicationId}`)
    }
    db.exec('commit')
  } catch (error) {
    if (db.isTransaction) db.exec('rollback')
    throw error
  }
}

/** Opens or makes the database, durable and in its newest form. @throws Refused when it is damaged, newer, or not Atomic's. */
export function openDatabase(path: string): DatabaseSync {
  // Made here so that it and its companions are readable to their owner alone.
  closeSync(openSync(path, 'a', 0o600))
  const db = new DatabaseSync(path, { timeout: lockTimeoutMs })
  try {
    checkOwner(db)
    configure(db)
    if (statSync(path).size <= wholeCheckBytes && pragma(db, 'quick_check(1)') !== 'ok') throw damagedDatabase()
    migrate(db)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}
