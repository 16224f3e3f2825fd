import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { requestKey } from '../../../core/finops/holds.ts'
import { openSqliteStore } from '../../../core/storage/sqlite/open.ts'
import { seeded } from '../../support/random.ts'
import { audit } from './ledger-trial.ts'

const child = fileURLToPath(new URL('./ledger-child.ts', import.meta.url))

/** Kills a process with SIGKILL while it reserves and settles, and says what the store lacks afterwards. */
export async function ledgerCrash(at: string, seed: number): Promise<{ acknowledged: number; faults: string[] }> {
  const random = seeded(seed)
  const killAfter = 1 + Math.floor(random() * 300)
  const running = spawn(process.execPath, [child, at, String(seed)], { stdio: ['ignore', 'pipe', 'inherit'] })
  const closed = once(running, 'close')
  const acknowledged = new Map<string, string>()
  let lines = 0
  for await (const line of createInterface({ input: running.stdout })) {
    const [what = '', scope = '', id] = line.split(' ')
    if (id !== undefined) acknowledged.set(requestKey(scope, id), what)
    if (++lines === killAfter) setTimeout(() => running.kill('SIGKILL'), random() * 5)
  }
  const [code, signal] = await closed
  const faults = signal === 'SIGKILL' ? [] : [`the child ended by itself (${code ?? signal})`]
  const store = await openSqliteStore(at)
  try {
    faults.push(...(await audit(store)))
    for (const [key, what] of acknowledged) {
      const [hold, request] = [await store.get('finops.holds', key), await store.get('finops.requests', key)]
      if (what === 'settled' ? hold || !request : !hold && !request) faults.push(`${key} was ${what}, and is not`)
    }
  } finally {
    await store.close()
  }
  return { acknowledged: acknowledged.size, faults }
}
