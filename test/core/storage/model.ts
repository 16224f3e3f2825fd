import type { ListOptions, Row, Write } from '../../../core/storage/store.ts'

/** What a store must do, in its plainest form. */
export class Model {
  rows = new Map<string, Map<string, Row>>()
  logs = new Map<string, unknown[]>()

  private collection(name: string): Map<string, Row> {
    const found = this.rows.get(name) ?? new Map<string, Row>()
    this.rows.set(name, found)
    return found
  }

  /** Answers whether it was accepted. */
  commit(writes: readonly Write[]): boolean {
    const before = structuredClone({ rows: this.rows, logs: this.logs })
    if (writes.every((w) => this.apply(w))) return true
    this.rows = before.rows
    this.logs = before.logs
    return false
  }

  private apply(write: Write): boolean {
    if ('append' in write) {
      const { log, index, value } = write.append
      const entries = this.logs.get(log) ?? []
      if (index !== entries.length) return false
      this.logs.set(log, [...entries, value])
      return true
    }
    const { collection, key, expect } = 'put' in write ? write.put : 'remove' in write ? write.remove : write.check
    const rows = this.collection(collection)
    const version = rows.get(key)?.version ?? 0
    if (expect !== undefined && expect !== version) return false
    if ('put' in write) rows.set(key, { key, value: write.put.value, version: version + 1 })
    if ('remove' in write) rows.delete(key)
    return true
  }

  list(name: string, { prefix = '', after, limit = 100, reverse = false }: ListOptions = {}): Row[] {
    const order = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))
    const sorted = [...this.collection(name).values()].sort((a, b) => order(a.key, b.key) * (reverse ? -1 : 1))
    return sorted
      .filter((row) => row.key.startsWith(prefix))
      .filter((row) => after === undefined || (reverse ? order(row.key, after) < 0 : order(row.key, after) > 0))
      .slice(0, limit)
  }
}
