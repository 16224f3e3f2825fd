/**
 * One durable store for everything that Atomic must not forget. Small on purpose: documents with
 * versions, append-only logs, and one atomic conditional write. A store that passes
 * `test/core/storage/conformance.ts` can take SQLite's place.
 */

export interface Row<T = unknown> {
  key: string
  value: T
  /** 1 for a new row, one more with each put. */
  version: number
}

export type Write =
  /** `expect`: the version that must stand there now; 0: nothing; absent: whatever. */
  | { put: { collection: string; key: string; value: unknown; expect?: number } }
  | { remove: { collection: string; key: string; expect?: number } }
  /** Appends at exactly `index`, the log's next; logs can neither be changed nor cut. */
  | { append: { log: string; index: number; value: unknown } }
  /** Writes nothing; fails the whole unless the row has this version (0: is absent). */
  | { check: { collection: string; key: string; expect: number } }

export interface ListOptions {
  /** Keys that begin with this. */
  prefix?: string
  /** Keys strictly after (before, when reversed) this one. */
  after?: string
  /** Default 100. */
  limit?: number
  reverse?: boolean
}

export interface Store {
  get<T>(collection: string, key: string): Promise<Row<T> | undefined>
  /** Rows in the order of their keys (by code unit of UTF-8). */
  list<T>(collection: string, options?: ListOptions): Promise<Row<T>[]>
  /** Entries of a log from an index on. */
  entries<T>(log: string, from: number, limit: number): Promise<{ index: number; value: T }[]>
  /** How many entries a log has. */
  size(log: string): Promise<number>
  /**
   * All of it or nothing, durable when the promise resolves.
   * @throws AtomicError `VERSION_CONFLICT` when an expectation does not hold.
   */
  commit(writes: readonly Write[]): Promise<void>
  /**
   * Where several processes share the store: runs while nobody else, in any of them, runs under the
   * same name. For those who lost a race, so that they do not lose it again; it protects nothing.
   */
  alone?<T>(name: string, run: () => Promise<T>): Promise<T>
  close(): Promise<void>
}
