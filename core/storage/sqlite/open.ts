import { join } from 'node:path'
import { ensureDirectory } from '../directories.ts'
import type { Store } from '../store.ts'
import { storeOf } from '../texts.ts'
import { startThread } from './thread.ts'

/**
 * The embedded store: one SQLite file (`atomic.sqlite`) in `dir`, made when it is not there.
 * @throws AtomicError `INTERNAL` when the database is damaged; `UNAVAILABLE` when a newer Atomic
 * wrote it, when it is not Atomic's, or when it cannot be opened or promise durability.
 */
export async function openSqliteStore(dir: string): Promise<Store> {
  await ensureDirectory(dir)
  const thread = await startThread(join(dir, 'atomic.sqlite'))
  return storeOf({
    get: (collection, key) => thread.ask({ op: 'get', collection, key }),
    list: (collection, range) => thread.ask({ op: 'list', collection, range }),
    entries: (log, from, limit) => thread.ask({ op: 'entries', log, from, limit }),
    size: (log) => thread.ask({ op: 'size', log }),
    commit: (writes) => thread.ask({ op: 'commit', writes }),
    close: () => thread.close(),
  })
}
