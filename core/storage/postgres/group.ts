import { staleRow, takenIndex } from '../conflicts.ts'
import type { TextWrite } from '../texts.ts'

/** Of each row and log that a group touches: its version and its size, 0 where it is absent. */
export interface Standing {
  versions: ReadonlyMap<string, number>
  sizes: ReadonlyMap<string, number>
}

interface RowState {
  collection: string
  key: string
  /** 0: absent. */
  version: number
  value: string
}
type Append = Extract<TextWrite, { kind: 'append' }>

/** What a group comes to: why commits fail that do, and what is written for the others. */
export interface Decision {
  /** By commit; undefined where it holds. */
  conflicts: (string | undefined)[]
  puts: RowState[]
  removes: RowState[]
  appends: Append[]
}

/** No name holds a NUL. */
const separator = '\0'
export const rowId = ({ collection, key }: { collection: string; key: string }): string =>
  `${collection}${separator}${key}`

/** Of ids of rows: their collections and their keys. */
export function namesOf(ids: Iterable<string>): { collections: string[]; keys: string[] } {
  const pairs = [...ids].map((id) => id.split(separator) as [string, string])
  return { collections: pairs.map(([collection]) => collection), keys: pairs.map(([, key]) => key) }
}

class Conflict extends Error {}

/** Decides commits one after another, each on top of those before it that hold; the order is the queue's. */
export function decide(commits: readonly (readonly TextWrite[])[], { versions, sizes }: Standing): Decision {
  const rows = new Map<string, RowState>()
  const logs = new Map<string, number>()
  const appends: Append[] = []

  function attempt(writes: readonly TextWrite[]): void {
    const myRows = new Map<string, RowState>()
    const myLogs = new Map<string, number>()
    const mine: Append[] = []
    for (const write of writes) {
      if (write.kind === 'append') {
        const { log, index } = write
        const next = myLogs.get(log) ?? logs.get(log) ?? sizes.get(log) ?? 0
        if (next !== index) throw new Conflict(takenIndex(log, next, index))
        myLogs.set(log, next + 1)
        mine.push(write)
        continue
      }
      const { collection, key, expect } = write
      const id = rowId(write)
      const version = (myRows.get(id) ?? rows.get(id))?.version ?? versions.get(id) ?? 0
      if (expect !== undefined && expect !== version) throw new Conflict(staleRow(collection, version, expect))
      if (write.kind === 'put') myRows.set(id, { collection, key, version: version + 1, value: write.value })
      if (write.kind === 'remove') myRows.set(id, { collection, key, version: 0, value: '' })
    }
    for (const [id, row] of myRows) rows.set(id, row)
    for (const [log, size] of myLogs) logs.set(log, size)
    for (const append of mine) appends.push(append)
  }

  const conflicts = commits.map((writes) => {
    try {
      attempt(writes)
      return undefined
    } catch (error) {
      if (error instanceof Conflict) return error.message
      throw error
    }
  })
  const changed = [...rows]
  return {
    conflicts,
    puts: changed.filter(([, row]) => row.version > 0).map(([, row]) => row),
    removes: changed.filter(([id, row]) => row.version === 0 && (versions.get(id) ?? 0) > 0).map(([, row]) => row),
    appends,
  }
}

/** What stands if every first expectation of the group holds; undefined where a commit expects nothing of what it writes. */
export function expectedStanding(commits: readonly (readonly TextWrite[])[]): Standing | undefined {
  const versions = new Map<string, number>()
  const sizes = new Map<string, number>()
  for (const write of commits.flat()) {
    if (write.kind === 'append') {
      if (!sizes.has(write.log)) sizes.set(write.log, write.index)
      continue
    }
    const id = rowId(write)
    if (versions.has(id)) continue
    if (write.expect === undefined) return undefined
    versions.set(id, write.expect)
  }
  return { versions, sizes }
}
