import '../../../app/cli/keep-small.ts'
import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { parseSignerKey } from '../../../core/evidence/log/keys.ts'
import { verifyAuditPack } from '../../../core/evidence/pack/verify.ts'
import { createEvidenceService } from '../../../core/evidence/service.ts'
import { systemClock } from '../../../core/platform/clock.ts'
import { openSqliteStore } from '../../../core/storage/sqlite/open.ts'
import { fillerBlobs } from './filler-blobs.ts'
import { origin } from './world.ts'

/** Writes or checks a pack in a process of its own, as `atomic export` and `verify-pack` do; says how long that took and how large it grew. */
const [what, dir, key, missionId, file, size] = process.argv.slice(2) as string[] as [
  string,
  string,
  string,
  string,
  string,
  string?,
]
const started = performance.now()
let ok = true
if (what === 'write') {
  const store = await openSqliteStore(dir)
  const blobs = fillerBlobs(Number(size))
  const keys = { signers: [parseSignerKey(key)] }
  const evidence = createEvidenceService({ store, blobs, keys, clock: systemClock, origin })
  await pipeline(await evidence.exportPack(missionId), createWriteStream(file))
  await store.close()
} else {
  const { checks } = await verifyAuditPack(file, { keys: [key] })
  // A mission of the bench has no plan and no end, and says so.
  ok = checks.every((c) => c.verdict !== 'fail' || c.name === 'record')
}
const seconds = (performance.now() - started) / 1000
process.stdout.write(`${JSON.stringify({ ok, seconds, residentMb: process.resourceUsage().maxRSS / 1024 })}\n`)
