import type { DatabaseSync } from 'node:sqlite'
import type { TextWrite } from '../texts.ts'
import { failureOf } from './failures.ts'
import type { Failure } from './protocol.ts'
import type { Tables } from './tables.ts'

/** Answers a commit: with nothing when it is durable. */
export type Settle = (failure?: Failure) => void

interface Waiting {
  writes: TextWrite[]
  settle: Settle
}
interface Tried {
  settle: Settle
  failure?: Failure
}

/** Commits that share one sync; more would only delay the first. */
const largestGroup = 512

/**
 * The one writer. Commits that wait together share a transaction and its sync, each in a savepoint
 * of its own, and are answered after the sync; one that fails takes back its own writes only.
 */
export function createSequencer(
  db: DatabaseSync,
  tables: Tables,
): { add(writes: TextWrite[], settle: Settle): void; drain(): void } {
  const queue: Waiting[] = []

  function attempt({ writes, settle }: Waiting): Tried {
    db.exec('savepoint one')
    try {
      for (const write of writes) tables.write(write)
      db.exec('release one')
      return { settle }
    } catch (error) {
      // A full disk makes SQLite take back the whole transaction by itself; then all have failed.
      if (!db.isTransaction) throw error
      db.exec('rollback to one; release one')
      return { settle, failure: failureOf(error) }
    }
  }

  function commitGroup(group: Waiting[]): void {
    let tried: Tried[]
    try {
      db.exec('begin immediate')
      tried = group.map(attempt)
      db.exec('commit')
    } catch (error) {
      if (db.isTransaction) db.exec('rollback')
      const failure = failureOf(error)
      tried = group.map(({ settle }) => ({ settle, failure }))
    }
    for (const { settle, failure } of tried) settle(failure)
  }

  return {
    add: (writes, settle) => {
      queue.push({ writes, settle })
    },
    drain() {
      while (queue.length > 0) commitGroup(queue.splice(0, largestGroup))
    },
  }
}
