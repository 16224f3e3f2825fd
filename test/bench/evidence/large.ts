import { execFile } from 'node:child_process'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { ArtifactRef } from '../../../core/contracts/index.ts'
import { fillerDigest } from '../../core/evidence/filler-blobs.ts'
import { ctx, openWorld } from '../../core/evidence/world.ts'
import { event, type Figures } from './figures.ts'

/** Files of the large pack. */
const entries = 70_000

const packChild = fileURLToPath(new URL('../../core/evidence/pack-child.ts', import.meta.url))

async function inChild(...args: string[]): Promise<{ ok: boolean; seconds: number; residentMb: number }> {
  const { stdout } = await promisify(execFile)(process.execPath, [packChild, ...args])
  return JSON.parse(stdout)
}

/**
 * A pack of 70,000 files, in processes that are watched: as events with a proof each, and as
 * artifacts, 100 an event, of `ATOMIC_BENCH_GB` gigabytes together (5 for the full size).
 */
export async function large(): Promise<Figures> {
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
    const figures: Figures = {}
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
