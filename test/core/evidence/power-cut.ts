import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { sqliteCandidate } from '../storage/candidate.ts'
import type { Disk } from '../storage/disk.ts'
import { type LogKey, prove, startAppending } from './crash.ts'
import { seeded } from './tamper.ts'

/** While one process writes. */
const cutsEach = 5

/** Cuts the power `count` times while a process appends to the log on that disk. */
export async function powerCuts(
  disk: Disk,
  key: LogKey,
  { count, seed }: { count: number; seed: number },
): Promise<{ acknowledged: number; faults: string[] }> {
  const random = seeded(seed)
  const faults: string[] = []
  let acknowledged = 0
  for (let cut = 0; cut < count; ) {
    const place = { candidate: sqliteCandidate, at: join(disk.at, 'store') }
    const appending = startAppending(place, key)
    try {
      for (let i = 0; i < cutsEach && cut < count; i++, cut++) {
        const wanted = appending.acknowledged.length + 1 + random(60)
        while (appending.acknowledged.length < wanted && appending.process.exitCode === null) await sleep(1)
        await sleep(random(4))
        // What was acknowledged by now has to be there; what is acknowledged meanwhile may be.
        const told = [...appending.acknowledged]
        acknowledged = Math.max(acknowledged, told.length)
        const found = await disk.cut((at) => prove({ ...place, at: join(at, 'store') }, key, told))
        faults.push(...found.map((fault) => `seed ${seed}, cut ${cut}: ${fault}`))
      }
    } finally {
      appending.process.kill('SIGKILL')
      await appending.ended
    }
    await rm(place.at, { recursive: true })
  }
  return { acknowledged, faults }
}

/** How many rows a power cut takes from a store that does not wait for the disk. */
export async function carelessLoss(disk: Disk): Promise<number> {
  const child = fileURLToPath(new URL('../storage/careless-child.ts', import.meta.url))
  const running = spawn(process.execPath, [child, join(disk.at, 'careless.sqlite')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const closed = once(running, 'close')
  let told = 0
  const lines = createInterface({ input: running.stdout })
  lines.on('line', (line) => {
    told = Number(line)
  })
  try {
    while (told < 200 && running.exitCode === null) await sleep(1)
    const promised = told
    return promised - (await disk.cut(async (at) => rowsIn(join(at, 'careless.sqlite'))))
  } finally {
    running.kill('SIGKILL')
    await closed
  }
}

function rowsIn(path: string): number {
  let db: DatabaseSync | undefined
  try {
    db = new DatabaseSync(path)
    return Number(db.prepare('select max(n) as n from t').get()?.n ?? 0)
  } catch {
    // Not even the table is there.
    return 0
  } finally {
    db?.close()
  }
}
