import type { Row, Store, Write } from '../storage/store.ts'

interface Cell {
  version: number
  before: unknown
  now: unknown
}

/** Rows as last seen; whoever decides by them has their versions checked in the commit. */
export class RowMemory {
  readonly #most: number
  readonly #rows = new Map<string, { version: number; value: unknown }>()
  constructor(most = 10_000) {
    this.#most = most
  }
  get(id: string): { version: number; value: unknown } | undefined {
    return this.#rows.get(id)
  }
  set(id: string, version: number, value: unknown): void {
    if (this.#rows.size >= this.#most) this.#rows.clear()
    this.#rows.set(id, { version, value })
  }
  /** Something else was written meanwhile. */
  forget(): void {
    this.#rows.clear()
  }
}

const idOf = (collection: string, key: string): string => `${collection}\0${key}`

/** Changes to rows, collected to be committed at once on condition that no row changed meanwhile. */
export class Draft {
  readonly #store: Store
  readonly #memory: RowMemory
  readonly #remembered: ReadonlySet<string>
  readonly #cells = new Map<string, Promise<Cell>>()
  readonly #used = new Map<string, { collection: string; key: string; cell: Cell; changed: boolean }>()
  readonly #unread = new Map<string, Write>()

  /** @param remembered collections whose rows are hot and few */
  constructor(store: Store, memory: RowMemory, remembered: ReadonlySet<string>) {
    this.#store = store
    this.#memory = memory
    this.#remembered = remembered
  }

  async #read(collection: string, key: string, id: string): Promise<Cell> {
    const known = this.#memory.get(id)
    const row = known ?? ((await this.#store.get(collection, key)) as Row | undefined)
    const cell = { version: row?.version ?? 0, before: row?.value, now: row?.value }
    if (this.#remembered.has(collection)) this.#used.set(id, { collection, key, cell, changed: false })
    return cell
  }

  #cell(collection: string, key: string): Promise<Cell> {
    const id = idOf(collection, key)
    let cell = this.#cells.get(id)
    if (!cell) {
      cell = this.#read(collection, key, id)
      this.#cells.set(id, cell)
    }
    return cell
  }

  /** As drafted so far. */
  async get<T>(collection: string, key: string): Promise<T | undefined> {
    return (await this.#cell(collection, key)).now as T | undefined
  }

  /** `undefined` removes the row. */
  async set(collection: string, key: string, value: unknown): Promise<void> {
    const cell = await this.#cell(collection, key)
    cell.now = value
    this.#used.set(idOf(collection, key), { collection, key, cell, changed: true })
  }

  /** Takes a row to be absent without reading it; the commit fails where it is not. */
  assumeAbsent(collection: string, key: string): void {
    const id = idOf(collection, key)
    if (this.#cells.has(id)) return
    const cell: Cell = { version: 0, before: undefined, now: undefined }
    this.#cells.set(id, Promise.resolve(cell))
    this.#used.set(id, { collection, key, cell, changed: false })
  }

  /** A row that comes, once, and goes with another one, whose version says enough: it is not read. */
  follow(collection: string, key: string, value: unknown): void {
    const write =
      value === undefined ? { remove: { collection, key, expect: 1 } } : { put: { collection, key, value, expect: 0 } }
    this.#unread.set(idOf(collection, key), write)
  }

  /** The changes, and a check of each remembered row that was only read. */
  writes(): Write[] {
    const known = [...this.#used.values()].flatMap(({ collection, key, cell, changed }): Write[] => {
      const expect = cell.version
      if (!changed) return [{ check: { collection, key, expect } }]
      if (cell.now !== undefined) return [{ put: { collection, key, value: cell.now, expect } }]
      return cell.before === undefined ? [] : [{ remove: { collection, key, expect } }]
    })
    return [...known, ...this.#unread.values()]
  }

  /** To be called when the writes have been committed. */
  committed(): void {
    for (const [id, { collection, cell, changed }] of this.#used)
      if (this.#remembered.has(collection)) this.#memory.set(id, cell.version + (changed ? 1 : 0), cell.now)
  }
}
