import { writeSync } from 'node:fs'
import type { AppendedEvent } from '../../../core/contracts/index.ts'
import { parseSignerKey } from '../../../core/evidence/log/keys.ts'
import { createEvidenceService } from '../../../core/evidence/service.ts'
import { systemClock } from '../../../core/platform/clock.ts'
import { openFileBlobs } from '../../../core/storage/blobs/files.ts'
import { openSqliteStore } from '../../../core/storage/sqlite/open.ts'
import { ctx, origin } from './world.ts'

/** Appends without end on several lanes at once, and says on standard output what was acknowledged. */
const [dir, skey, lanes] = process.argv.slice(2) as [string, string, string]
const { service } = createEvidenceService({
  store: await openSqliteStore(dir),
  blobs: await openFileBlobs(`${dir}/blobs`),
  keys: { signers: [parseSignerKey(skey)] },
  clock: systemClock,
  origin,
})

async function lane(n: number): Promise<void> {
  for (let seq = 0; ; seq++) {
    const body = { missionId: `lane${n}`, type: 'ext.step', actor: ctx.caller, payload: { seq } }
    const idempotencyKey = `${process.pid}/${n}/${seq}`
    const answer = (await service.append({ body } as never, { ...ctx, idempotencyKey })) as AppendedEvent
    writeSync(1, `${JSON.stringify(answer)}\n`)
  }
}
writeSync(1, '\n')
await Promise.all(Array.from({ length: Number(lanes) }, (_, n) => lane(n)))
