import { join } from 'node:path'
import { parseSignerKey } from '../../../core/evidence/log/keys.ts'
import { createEvidenceService } from '../../../core/evidence/service.ts'
import { systemClock as clock } from '../../../core/platform/clock.ts'
import { openFileBlobs } from '../../../core/storage/blobs/files.ts'
import { openSqliteStore } from '../../../core/storage/sqlite/open.ts'
import { ctx, origin } from '../../core/evidence/world.ts'
import { timesOf } from '../../support/times.ts'

export interface Proofs {
  dir: string
  skey: string
  /** Of the log. */
  size: number
}

// A process of its own, as a server that was started on the log: the one that wrote it holds what it wrote.
const { dir, skey, size } = JSON.parse(process.argv[2]!) as Proofs
const store = await openSqliteStore(dir)
const service = createEvidenceService({
  store,
  blobs: await openFileBlobs(join(dir, 'blobs')),
  keys: { signers: [parseSignerKey(skey)], retired: [] },
  clock,
  origin,
}).service
const proof = (i: number) => service.inclusion({ query: { index: (i * 7_919) % size, treeSize: size } }, ctx)
await timesOf(500, proof)
const times = await timesOf(5_000, (i) => proof(i + 500))
await store.close()
process.stdout.write(JSON.stringify(times))
