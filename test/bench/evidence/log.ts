import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Content } from '../../../core/contracts/index.ts'
import { openCheckpoint } from '../../../core/evidence/log/checkpoint.ts'
import { leafHash } from '../../../core/evidence/log/merkle.ts'
import { TreeEdge } from '../../../core/evidence/log/tree.ts'
import { verifyAuditPack } from '../../../core/evidence/pack/verify.ts'
import { ctx, openWorld, packOf } from '../../core/evidence/world.ts'
import { percentile, timed } from '../../support/times.ts'
import { event, type Figures } from './figures.ts'
import type { Proofs } from './proofs-child.ts'

const proofsChild = fileURLToPath(new URL('./proofs-child.ts', import.meta.url))

/** Events in the log that proofs are asked of; `ATOMIC_BENCH_EVENTS=1000000` for the full size. */
const logSize = Number(process.env.ATOMIC_BENCH_EVENTS ?? 100_000)
const packSize = 10_000

/** The log and its packs in process. */
export async function inProcess(): Promise<Figures> {
  const world = await openWorld()
  const { service } = world.evidence
  try {
    let next = 0
    const append = (missionId: string) => service.append({ body: event(missionId, next++) as never }, ctx)
    const fill = async (missionId: string, count: number): Promise<void> => {
      let left = count
      const lane = async () => {
        while (left-- > 0) await append(missionId)
      }
      await Promise.all(Array.from({ length: 1_024 }, lane))
    }
    const filled = await timed(async () => {
      await fill('mis_pack', packSize)
      await fill('mis_other', logSize - packSize)
    })
    const asked: Proofs = { dir: world.dir, skey: world.skey, size: logSize }
    const { stdout } = await promisify(execFile)(process.execPath, [proofsChild, JSON.stringify(asked)], {
      maxBuffer: 16 * 1024 * 1024,
    })
    const proofs = JSON.parse(stdout) as number[]
    const checked = await timed(async () => {
      const edge = new TreeEdge()
      for (let from = 0; from < logSize; from += 5_000) {
        for (const { value } of await world.store.entries<string>('evidence/default/leaves', from, 5_000))
          edge.append(leafHash(Buffer.from(value)))
      }
      const note = ((await service.checkpoint({ query: {} }, ctx)) as Content).body as string
      const { rootHash } = openCheckpoint(note, [world.vkey])
      if (Buffer.compare(edge.root(), rootHash) !== 0) throw new Error('the log is not what was signed')
    })
    const restarted = await timed(() => world.again().service.checkpoint({ query: {} }, ctx))
    let pack: Uint8Array = new Uint8Array()
    const written = await timed(async () => {
      pack = await packOf(world.evidence, 'mis_pack')
    })
    const path = join(world.dir, 'pack.zip')
    await writeFile(path, pack)
    const verified = await timed(() => verifyAuditPack(path, { keys: [world.vkey] }))
    return {
      'events in the log': logSize,
      'append in process, events a second': logSize / (filled / 1_000),
      'inclusion proof, p50 ms': percentile(proofs, 0.5),
      'inclusion proof, p99 ms': percentile(proofs, 0.99),
      'check the whole log, s': checked / 1_000,
      'start on that log, ms': restarted,
      'pack of 10,000 events, s': written / 1_000,
      'pack of 10,000 events, MB': pack.length / 1e6,
      'check that pack, s': verified / 1_000,
    }
  } finally {
    await world.close()
  }
}
