import { AtomicError } from '../platform/errors.ts'
import { afterPrefix, checkKey, checkName } from './names.ts'
import type { ListOptions, Row, Store, Write } from './store.ts'

/** A write with its value as JSON text, which a database neither parses nor prints. */
export type TextWrite =
  | { kind: 'put'; collection: string; key: string; value: string; expect?: number }
  | { kind: 'remove'; collection: string; key: string; expect?: number }
  | { kind: 'append'; log: string; index: number; value: string }
  | { kind: 'check'; collection: string; key: string; expect: number }

export interface TextRow {
  key: string
  value: string
  version: number
}
export interface TextEntry {
  index: number
  value: string
}

/** Bounds on keys; each is strict but `atLeast`. */
export interface Range {
  atLeast?: string
  after?: string
  before?: string
  limit: number
  reverse: boolean
}

/** What a database has to do to be a store: texts in, texts out. */
export interface TextStore {
  get(collection: string, key: string): Promise<TextRow | undefined>
  list(collection: string, range: Range): Promise<TextRow[]>
  entries(log: string, from: number, limit: number): Promise<TextEntry[]>
  size(log: string): Promise<number>
  commit(writes: TextWrite[]): Promise<void>
  alone?: NonNullable<Store['alone']>
  close(): Promise<void>
}

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

/** The store that stands on a database of texts. */
export function storeOf(texts: TextStore): Store {
  return {
    async get<T>(collection: string, key: string) {
      const row = await texts.get(collection, key)
      return row && rowOf<T>(row)
    },
    async list<T>(collection: string, options: ListOptions = {}) {
      return (await texts.list(collection, rangeOf(options))).map((row) => rowOf<T>(row))
    },
    async entries<T>(log: string, from: number, limit: number) {
      const found = await texts.entries(log, whole(from), whole(limit))
      return found.map(({ index, value }) => ({ index, value: JSON.parse(value) as T }))
    },
    size: (log) => texts.size(log),
    async commit(writes) {
      if (writes.length > 0) await texts.commit(writes.map(textWrite))
    },
    ...(texts.alone === undefined ? {} : { alone: texts.alone }),
    close: () => texts.close(),
  }
}
