import { join } from 'node:path'
import { AtomicError } from '../../platform/errors.ts'
import { ensureDirectory } from '../directories.ts'
import { afterPrefix, checkKey, checkName } from '../names.ts'
import type { ListOptions, Row, Store, Write } from '../store.ts'
import type { Range, TextEntry, TextRow, TextWrite } from './protocol.ts'
import { startThread } from './thread.ts'

function text(value: unknown): string {
  const json = JSON.stringify(value)
  if (json === undefined) throw new AtomicError('INTERNAL', 'What is to be stored is not a JSON value.')
  return json
}

const rowOf = <T>(row: TextRow): Row<T> => ({ key: row.key, value: JSON.parse(row.value) as T, version: row.version })

function textWrite(write: Write): TextWrite {
  if ('append' in write) {
    const { log, index, value } = write.append
    checkName(log)
    return { kind: 'append', log, index, value: text(value) }
  }
  const { collection, key, expect } = 'put' in write ? write.put : 'remove' in write ? write.remove : write.check
  checkName(collection)
  checkKey(key)
  if ('check' in write) return { kind: 'check', collection, key, expect: write.check.expect }
  const expected = expect === undefined ? {} : { expect }
  if ('put' in write) return { kind: 'put', collection, key, value: text(write.put.value), ...expected }
  return { kind: 'remove', collection, key, ...expected }
}

const whole = (n: number): number => Math.max(0, Math.min(Math.trunc(n), Number.MAX_SAFE_INTEGER))

function rangeOf({ prefix, after, limit = 100, reverse = false }: ListOptions): Range {
  const end = prefix ? afterPrefix(prefix) : undefined
  const before = reverse && after !== undefined && (end === undefined || byteOrder(after, end) < 0) ? after : end
  return {
    ...(prefix ? { atLeast: prefix } : {}),
    ...(after !== undefined && !reverse ? { after } : {}),
    ...(before === undefined ? {} : { before }),
    limit: whole(limit),
    reverse,
  }
}
const byteOrder = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))

/**
 * The embedded store: one SQLite file (`atomic.sqlite`) in `dir`, made when it is not there.
 * @throws AtomicError `INTERNAL` when the database is damaged; `UNAVAILABLE` when a newer Atomic
 * wrote it, when it is not Atomic's, or when it cannot be opened or promise durability.
 */
export async function openSqliteStore(dir: string): Promise<Store> {
  await ensureDirectory(dir)
  const thread = await startThread(join(dir, 'atomic.sqlite'))
  return {
    async get<T>(collection: string, key: string) {
      const row = await thread.ask<TextRow | undefined>({ op: 'get', collection, key })
      return row && rowOf<T>(row)
    },
    async list<T>(collection: string, options: ListOptions = {}) {
      const rows = await thread.ask<TextRow[]>({ op: 'list', collection, range: rangeOf(options) })
      return rows.map((row) => rowOf<T>(row))
    },
    async entries<T>(log: string, from: number, limit: number) {
      const found = await thread.ask<TextEntry[]>({ op: 'entries', log, from: whole(from), limit: whole(limit) })
      return found.map(({ index, value }) => ({ index, value: JSON.parse(value) as T }))
    },
    size: (log) => thread.ask<number>({ op: 'size', log }),
    async commit(writes) {
      if (writes.length > 0) await thread.ask({ op: 'commit', writes: writes.map(textWrite) })
    },
    close: () => thread.close(),
  }
}
