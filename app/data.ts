import { join } from 'node:path'
import type { Clock } from '../core/platform/clock.ts'
import { openFileBlobs } from '../core/storage/blobs/files.ts'
import type { Blobs } from '../core/storage/blobs.ts'
import { openSqliteStore } from '../core/storage/sqlite/open.ts'
import type { Store } from '../core/storage/store.ts'
import type { Config } from './config.ts'

/** What is kept, in its places under the data directory. */
export async function openData(
  { dataDir }: Pick<Config, 'dataDir'>,
  clock: Clock,
): Promise<{ store: Store; blobs: Blobs }> {
  const store = await openSqliteStore(join(dataDir, 'store'))
  try {
    return { store, blobs: await openFileBlobs(join(dataDir, 'blobs'), clock) }
  } catch (error) {
    await store.close()
    throw error
  }
}
