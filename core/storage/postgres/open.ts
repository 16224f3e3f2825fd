import type { Store } from '../store.ts'
import { storeOf } from '../texts.ts'
import { connect } from './connections.ts'
import { closed, failureOf } from './failures.ts'
import { aloneLock } from './locks.ts'
import { createReader } from './reader.ts'
import { openSchema } from './schema.ts'
import { createSequencer } from './sequencer.ts'

/**
 * The store in the schema `atomic` of a PostgreSQL database (`postgres://…`), made when it is not
 * there. Any number of processes may have it open.
 * @throws AtomicError `UNAVAILABLE` when it cannot be reached or promise durability, when a newer
 * Atomic wrote it, or when it is not Atomic's.
 */
export async function openPostgresStore(url: string): Promise<Store> {
  const connections = connect(url)
  let synchronousCommit: string
  try {
    synchronousCommit = await connections.writing(openSchema)
  } catch (error) {
    await connections.close()
    throw failureOf(error)
  }
  const reader = createReader(connections)
  const sequencer = createSequencer(connections, synchronousCommit)
  const running = new Set<Promise<unknown>>()
  let closing: Promise<void> | undefined

  /** What was asked before the end is finished, what is asked afterwards is refused. */
  const ask =
    <A extends unknown[], T>(run: (...args: A) => Promise<T>) =>
    async (...args: A): Promise<T> => {
      if (closing) throw closed()
      const asked = run(...args)
      running.add(asked)
      try {
        return await asked
      } finally {
        running.delete(asked)
      }
    }
  return storeOf({
    get: ask(reader.get),
    list: ask(reader.list),
    entries: ask(reader.entries),
    size: ask(reader.size),
    commit: ask(sequencer.commit),
    alone: async (name, run) => {
      if (closing) throw closed()
      return connections.holding(aloneLock(name), run)
    },
    close() {
      closing ??= Promise.allSettled(running).then(() => connections.close())
      return closing
    },
  })
}
