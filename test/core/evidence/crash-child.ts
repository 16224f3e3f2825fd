import { writeSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { AppendedEvent } from '../../../core/contracts/index.ts'
import { isAtomicError } from '../../../core/platform/errors.ts'
import { openCandidate } from '../storage/candidate.ts'
import { openLog } from './crash.ts'
import { ctx } from './world.ts'

/**
 * Appends without end (or so many events) on several lanes at once, and says on standard output what was acknowledged.
 * Where the store is not available it asks again, with the same key.
 */
const [module, opener, at, skey, lanes, most] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  string,
  string,
]
const store = await openCandidate({ module, opener }, at)
const service = openLog(store, skey)

async function lane(n: number): Promise<void> {
  for (let seq = 0; seq < Number(most); seq++) {
    const step = `${process.pid}/${n}/${seq}`
    const body = { missionId: `lane${n}`, type: 'ext.step', actor: ctx.caller, payload: { step } }
    for (;;) {
      try {
        const answer = (await service.append({ body } as never, { ...ctx, idempotencyKey: step })) as AppendedEvent
        writeSync(1, `${JSON.stringify(answer)}\n`)
        break
      } catch (error) {
        if (!isAtomicError(error, 'UNAVAILABLE')) throw error
        await sleep(50)
      }
    }
  }
}
writeSync(1, '\n')
await Promise.all(Array.from({ length: Number(lanes) }, (_, n) => lane(n)))
await store.close()
