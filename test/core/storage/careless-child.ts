import { writeSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'

/** A store that acknowledges before the disk has it: what a power cut must be seen to take away. */
const db = new DatabaseSync(process.argv[2]!)
db.exec('pragma journal_mode = wal; pragma synchronous = off; create table if not exists t (n integer primary key)')
for (let n = 1; ; n++) {
  db.prepare('insert into t values (?)').run(n)
  writeSync(1, `${n}\n`)
}
