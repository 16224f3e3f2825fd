import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { staleRow, takenIndex } from '../conflicts.ts'
import type { Range, TextEntry, TextRow, TextWrite } from '../texts.ts'
import { Conflict } from './failures.ts'

export interface Tables {
  get(collection: string, key: string): TextRow | undefined
  list(collection: string, range: Range): TextRow[]
  entries(log: string, from: number, limit: number): TextEntry[]
  size(log: string): number
  /** Within a transaction that the caller opened. @throws Conflict. */
  write(write: TextWrite): void
}

export function prepareTables(db: DatabaseSync): Tables {
  const get = db.prepare('select key, value, version from documents where collection = ? and key = ?')
  const versionOf = db.prepare('select version from documents where collection = ? and key = ?')
  const put = db.prepare(
    'insert into documents (collection, key, version, value) values (?, ?, 1, ?) ' +
      'on conflict (collection, key) do update set version = version + 1, value = excluded.value',
  )
  const remove = db.prepare('delete from documents where collection = ? and key = ?')
  const append = db.prepare('insert into entries (log, idx, value) values (?, ?, ?)')
  const last = db.prepare('select idx from entries where log = ? order by idx desc limit 1')
  const entries = db.prepare(
    'select idx as "index", value from entries where log = ? and idx >= ? order by idx limit ?',
  )

  /** One for each combination of bounds: preparing takes longer than a short list. */
  const lists = new Map<string, StatementSync>()

  const size = (log: string): number => {
    const row = last.get(log)
    return row ? Number(row.idx) + 1 : 0
  }
  const expectVersion = (collection: string, key: string, expect: number): void => {
    const version = Number(versionOf.get(collection, key)?.version ?? 0)
    if (version !== expect) throw new Conflict(staleRow(collection, version, expect))
  }

  return {
    get: (collection, key) => get.get(collection, key) as TextRow | undefined,
    list(collection, { atLeast, after, before, limit, reverse }) {
      const bounds: string[] = []
      const values: string[] = []
      const bound = (operator: string, value: string | undefined): void => {
        if (value === undefined) return
        bounds.push(` and key ${operator} ?`)
        values.push(value)
      }
      bound('>=', atLeast)
      bound('>', after)
      bound('<', before)
      const order = reverse ? 'desc' : 'asc'
      const sql = `select key, value, version from documents where collection = ?${bounds.join('')} order by key ${order} limit ?`
      const statement = lists.get(sql) ?? db.prepare(sql)
      lists.set(sql, statement)
      return statement.all(collection, ...values, limit) as unknown as TextRow[]
    },
    entries: (log, from, limit) => entries.all(log, from, limit) as unknown as TextEntry[],
    size,
    write(w) {
      switch (w.kind) {
        case 'put':
          if (w.expect !== undefined) expectVersion(w.collection, w.key, w.expect)
          put.run(w.collection, w.key, w.value)
          return
        case 'remove':
          if (w.expect !== undefined) expectVersion(w.collection, w.key, w.expect)
          remove.run(w.collection, w.key)
          return
        case 'check':
          expectVersion(w.collection, w.key, w.expect)
          return
        case 'append': {
          const next = size(w.log)
          if (next !== w.index) throw new Conflict(takenIndex(w.log, next, w.index))
          append.run(w.log, w.index, w.value)
        }
      }
    },
  }
}
