import type { Range, TextEntry, TextRow } from '../texts.ts'
import type { Connections } from './connections.ts'
import { entriesSql, lastSql, rowsSql } from './statements.ts'

interface Asked {
  collection: string
  key: string
  resolve: (row: TextRow | undefined) => void
  reject: (error: unknown) => void
}

/** Rows fetched at once; what is asked for in one turn goes there and back together. */
const most = 500

function listSql({ atLeast, after, before, limit, reverse }: Range, collection: string) {
  const values: unknown[] = [collection, limit]
  let bounds = ''
  let name = `list ${reverse ? 'desc' : 'asc'}`
  for (const [operator, value] of [
    ['>=', atLeast],
    ['>', after],
    ['<', before],
  ] as const) {
    if (value === undefined) continue
    bounds += ` and key ${operator} $${values.push(value)}`
    name += ` ${operator}`
  }
  const order = reverse ? 'desc' : 'asc'
  const text = `select key, value, version::float8 from atomic.documents where collection = $1${bounds} order by key ${order} limit $2`
  return { name, text, values }
}

export function createReader({ read }: Connections) {
  let asked: Asked[] = []

  async function fetchRows(group: readonly Asked[]): Promise<void> {
    try {
      const values = [group.map((one) => one.collection), group.map((one) => one.key)]
      const rows = await read<{ n: number; version: number; value: string }>({ name: 'rows', text: rowsSql, values })
      const found = new Map(rows.map((row) => [row.n, row]))
      group.forEach(({ key, resolve }, i) => {
        const row = found.get(i + 1)
        resolve(row && { key, version: row.version, value: row.value })
      })
    } catch (error) {
      for (const { reject } of group) reject(error)
    }
  }
  function fetchAsked(): void {
    const all = asked
    asked = []
    for (let from = 0; from < all.length; from += most) void fetchRows(all.slice(from, from + most))
  }

  return {
    get: (collection: string, key: string): Promise<TextRow | undefined> =>
      new Promise((resolve, reject) => {
        if (asked.length === 0) setImmediate(fetchAsked)
        asked.push({ collection, key, resolve, reject })
      }),
    list: (collection: string, range: Range): Promise<TextRow[]> => read(listSql(range, collection)),
    entries: (log: string, from: number, limit: number): Promise<TextEntry[]> =>
      read({ name: 'entries', text: entriesSql, values: [log, from, limit] }),
    async size(log: string): Promise<number> {
      const [row] = await read<{ idx: string }>({ name: 'last', text: lastSql, values: [log] })
      return row ? Number(row.idx) + 1 : 0
    },
  }
}
