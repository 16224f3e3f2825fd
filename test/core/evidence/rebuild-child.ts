import { createHash } from 'node:crypto'
import { parseSignerKey } from '../../../core/evidence/log/keys.ts'
import { createEvidenceService } from '../../../core/evidence/service.ts'
import { systemClock } from '../../../core/platform/clock.ts'
import { openFileBlobs } from '../../../core/storage/blobs/files.ts'
import { openSqliteStore } from '../../../core/storage/sqlite/open.ts'
import { origin, packOf } from './world.ts'

/** Writes the pack of a mission in a process of its own; says its SHA-256, the Node that made it, and its time zone. */
const [dir, skey, missionId] = process.argv.slice(2) as [string, string, string]
const store = await openSqliteStore(dir)
const evidence = createEvidenceService({
  store,
  blobs: await openFileBlobs(`${dir}/blobs`),
  keys: { signers: [parseSignerKey(skey)] },
  clock: systemClock,
  origin,
})
const sha256 = createHash('sha256')
  .update(await packOf(evidence, missionId))
  .digest('hex')
process.stdout.write(`${JSON.stringify({ sha256, node: process.version, zone: new Date(0).getTimezoneOffset() })}\n`)
await store.close()
