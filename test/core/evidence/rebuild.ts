import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { missionEvents, openWorld, record } from './world.ts'

const run = promisify(execFile)
const child = fileURLToPath(new URL('./rebuild-child.ts', import.meta.url))
const zones = ['UTC', 'Asia/Kolkata', 'America/St_Johns', 'Pacific/Chatham', 'America/Los_Angeles']
const locales = ['C', 'de_DE.UTF-8', 'tr_TR.UTF-8']

/** Programs called `node` on the path, and what they call themselves: those that run TypeScript and have a SQLite. */
async function otherNodes(): Promise<string[]> {
  const places = (process.env.PATH ?? '').split(':').map((dir) => join(dir, 'node'))
  const able: string[] = []
  for (const place of new Set(places)) {
    if (!existsSync(place)) continue
    const { stdout } = await run(place, ['--version']).catch(() => ({ stdout: '' }))
    const [, major = 0, minor = 0] = /^v(\d+)\.(\d+)/.exec(stdout)?.map(Number) ?? []
    if (major > 22 || (major === 22 && minor >= 18)) able.push(place)
  }
  return able
}

/** Writes one pack `count` times, each in a process, time zone, locale and directory of its own. */
export async function rebuild(
  count: number,
): Promise<{ digests: Set<string>; nodes: Set<string>; zones: Set<number> }> {
  const world = await openWorld()
  await record(world.evidence, 'mis_1', await missionEvents(world.blobs))
  const found = { digests: new Set<string>(), nodes: new Set<string>(), zones: new Set<number>() }
  const nodes = [process.execPath, ...(await otherNodes())]
  try {
    for (let i = 0; i < count; i++) {
      const cwd = await mkdtemp(join(tmpdir(), `atomic rebuild ${'x'.repeat(i % 7)}`))
      const TZ = zones[i % zones.length]!
      const LC_ALL = locales[i % locales.length]!
      const { stdout } = await run(nodes[i % nodes.length]!, ['--no-warnings', child, world.dir, world.skey, 'mis_1'], {
        cwd,
        env: { ...process.env, TZ, LC_ALL },
      })
      const { sha256, node, zone } = JSON.parse(stdout) as { sha256: string; node: string; zone: number }
      found.digests.add(sha256)
      found.nodes.add(node)
      found.zones.add(zone)
      await rm(cwd, { recursive: true })
    }
    return found
  } finally {
    await world.close()
  }
}
