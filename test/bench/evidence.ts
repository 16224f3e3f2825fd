import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { ArtifactRef, Content } from '../../core/contracts/index.ts'
import { openCheckpoint } from '../../core/evidence/log/checkpoint.ts'
import { leafHash } from '../../core/evidence/log/merkle.ts'
import { TreeEdge } from '../../core/evidence/log/tree.ts'
import { verifyAuditPack } from '../../core/evidence/pack/verify.ts'
import { spawnAtomic } from '../app/cli/run.ts'
import { fillerDigest } from '../core/evidence/filler-blobs.ts'
import { ctx, openWorld, packOf } from '../core/evidence/world.ts'
import type { BenchResult } from './run.ts'

/** Events in the log that proofs are asked of; `ATOMIC_BENCH_EVENTS=1000000` for the full size. */
const logSize = Number(process.env.ATOMIC_BENCH_EVENTS ?? 100_000)
const packSize = 10_000
/** Files of the large pack. */
const entries = 70_000

const percentile = (times: readonly number[], p: number): number =>
  [...times].sort((a, b) => a - b)[Math.min(times.length - 1, Math.floor(times.length * p))]!

async function timed(run: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await run()
  return performance.now() - started
}

const event = (missionId: string, i: number) => ({
  missionId,
  type: 'ext.bench',
  actor: { login: 'local', type: 'human' },
  payload: { i, text: 'x'.repeat(200) },
})

/** `POST /evidence/events` of a server in a process of its own. */
async function overHttp(): Promise<Record<string, number>> {
  const dir = await mkdtemp(join(tmpdir(), 'atomic bench '))
  const child = spawnAtomic(['serve'], {
    PORT: '0',
    ATOMIC_SERVICES: 'evidence',
    ATOMIC_DATA_DIR: dir,
    LOG_LEVEL: 'error',
    ATOMIC_RATE_LIMIT: '0',
  })
  child.stdout!.resume()
  let said = ''
  for await (const data of child.stderr!) {
    said += data
    if (/answers at (\S+)/.test(said)) break
  }
  const url = /answers at (\S+)/.exec(said)?.[1]
  if (url === undefined) throw new Error(`the server did not start: ${said}`)
  const agent = new Agent({ keepAlive: true, maxSockets: 256 })
  const post = async (i: number): Promise<number> => {
    const started = performance.now()
    const body = JSON.stringify(event(`mis_${i % 50}`, i))
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
    const asked = request(`${url}/evidence/events`, { method: 'POST', agent, headers })
    asked.end(body)
    const [answer] = await once(asked, 'response')
    const text = (await buffer(answer)).toString()
    if (answer.statusCode !== 201) throw new Error(`${answer.statusCode}: ${text}`)
    return performance.now() - started
  }
  try {
    for (let i = 0; i < 300; i++) await post(i)
    const alone: number[] = []
    for (let i = 0; i < 500; i++) alone.push(await post(i))

    const steady: Promise<number>[] = []
    for (const started = performance.now(); steady.length < 3_000; ) {
      const due = Math.min(3_000, Math.floor(performance.now() - started))
      while (steady.length < due) steady.push(post(steady.length))
      await pause(1)
    }
    const paced = await Promise.all(steady)

    let left = 15_000
    const together = await timed(() =>
      Promise.all(
        Array.from({ length: 64 }, async () => {
          while (left-- > 0) await post(left)
        }),
      ),
    )
    return {
      'POST one at a time, p50 ms': percentile(alone, 0.5),
      'POST one at a time, p99 ms': percentile(alone, 0.99),
      'POST at 1,000 a second, p99 ms': percentile(paced, 0.99),
      'POST with 64 clients, events a second': 15_000 / (together / 1_000),
    }
  } finally {
    agent.destroy()
    child.kill('SIGTERM')
    if (child.exitCode === null) await once(child, 'exit')
    await rm(dir, { recursive: true, force: true })
  }
}

/** The log and its packs in process. */
async function inProcess(): Promise<Record<string, number>> {
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
    const proofs: number[] = []
    for (let i = 0; i < 2_000; i++) {
      const index = (i * 7_919) % logSize
      proofs.push(await timed(() => service.inclusion({ query: { index, treeSize: logSize } }, ctx)))
    }
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

const packChild = fileURLToPath(new URL('../core/evidence/pack-child.ts', import.meta.url))

async function inChild(...args: string[]): Promise<{ ok: boolean; seconds: number; residentMb: number }> {
  const { stdout } = await promisify(execFile)(process.execPath, [packChild, ...args])
  return JSON.parse(stdout)
}

/**
 * A pack of 70,000 files, in processes that are watched: as events with a proof each, and as
 * artifacts, 100 an event, of `ATOMIC_BENCH_GB` gigabytes together (5 for the full size).
 */
async function large(): Promise<Record<string, number>> {
  const world = await openWorld()
  const size = Math.round((Number(process.env.ATOMIC_BENCH_GB ?? 0.07) * 1e9) / entries)
  const artifacts = (n: number): ArtifactRef[] =>
    Array.from({ length: 100 }, (_, i) => {
      const number = n * 100 + i
      return { name: `tests/${String(number).padStart(6, '0')}.xml`, digest: fillerDigest(number, size), size }
    })
  try {
    const fill = async (missionId: string, count: number, more: (n: number) => object): Promise<void> => {
      let next = 0
      const lane = async () => {
        while (next < count) {
          const n = next++
          await world.evidence.service.append({ body: { ...event(missionId, n), ...more(n) } as never }, ctx)
        }
      }
      await Promise.all(Array.from({ length: 512 }, lane))
    }
    await fill('mis_artifacts', entries / 100, (n) => ({ artifacts: artifacts(n) }))
    await fill('mis_events', entries - 1_000, () => ({}))
    const figures: Record<string, number> = {}
    for (const what of ['artifacts', 'events']) {
      const file = join(world.dir, `${what}.zip`)
      const written = await inChild('write', world.dir, world.skey, `mis_${what}`, file, String(size))
      const checked = await inChild('verify', world.dir, world.vkey, `mis_${what}`, file)
      if (!checked.ok) throw new Error('the large pack does not hold')
      const name = `70,000 ${what}, ${((await stat(file)).size / 1e9).toFixed(2)} GB`
      figures[`pack of ${name}: written, s`] = written.seconds
      figures[`pack of ${name}: written, resident MB`] = written.residentMb
      figures[`pack of ${name}: checked, s`] = checked.seconds
      figures[`pack of ${name}: checked, resident MB`] = checked.residentMb
    }
    return figures
  } finally {
    await world.close()
  }
}

/** All parts, or those that `ATOMIC_BENCH_PARTS` names: http, log, large. */
export async function bench(): Promise<BenchResult> {
  const parts = { http: overHttp, log: inProcess, large }
  const asked = process.env.ATOMIC_BENCH_PARTS?.split(',') ?? Object.keys(parts)
  const figures: Record<string, number> = {}
  for (const [name, part] of Object.entries(parts)) if (asked.includes(name)) Object.assign(figures, await part())
  return { name: 'Evidence', figures }
}
