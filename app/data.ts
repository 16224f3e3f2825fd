import { join } from 'node:path'
import type { Clock } from '../core/platform/clock.ts'
import { openFileBlobs } from '../core/storage/blobs/files.ts'
import type { Blobs } from '../core/storage/blobs.ts'
import { openPostgresStore } from '../core/storage/postgres/open.ts'
import { takeTurns } from '../core/storage/postgres/turn.ts'
import { openSqliteStore } from '../core/storage/sqlite/open.ts'
import type { Store } from '../core/storage/store.ts'
import type { Turn } from '../core/storage/turn.ts'
import type { Config } from './config.ts'

/** What is kept: in the database where one is named, else under the data directory, where artifacts always are. */
export async function openData(
  { dataDir, databaseUrl }: Pick<Config, 'dataDir' | 'databaseUrl'>,
  clock: Clock,
): Promise<{ store: Store; blobs: Blobs }> {
  const store =
    databaseUrl === undefined ? await openSqliteStore(join(dataDir, 'store')) : await openPostgresStore(databaseUrl)
  try {
    return { store, blobs: await openFileBlobs(join(dataDir, 'blobs'), clock) }
  } catch (error) {
    await store.close()
    throw error
  }
}

/** Which of the processes on one database runs the jobs; an embedded store has one process alone. */
export const openTurn = ({ databaseUrl }: Pick<Config, 'databaseUrl'>): Turn | undefined =>
  databaseUrl === undefined ? undefined : takeTurns(databaseUrl)
