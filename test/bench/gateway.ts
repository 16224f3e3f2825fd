import { type ChildProcess, spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { lintSource } from '@secretlint/core'
import { creator } from '@secretlint/secretlint-rule-preset-recommend'
import { groups } from '../../core/contracts/routes.ts'
import { scan } from '../../core/gateway/engine/scan.ts'
import { spawnAtomic } from '../app/cli/run.ts'
import { growth } from '../core/gateway/attacks.ts'
import { median, percentile } from '../support/times.ts'
import { addressOf, end, load, spawnBareServer } from './http/load.ts'
import type { BenchResult } from './run.ts'

/** Source, types, data and prose as projects have them, from packages that are installed anyway. */
const packages = [
  'zod/src',
  'fastify/lib',
  'typescript/lib/lib.dom.d.ts',
  'vitest/dist',
  'yaml/dist',
  'fast-check/lib',
  '@octokit/webhooks-examples',
]

function mixedSource(): string[] {
  const modules = join(import.meta.dirname, '../../node_modules')
  return packages.flatMap((name) => {
    const place = join(modules, name)
    const names = name.endsWith('.ts') ? [''] : readdirSync(place, { recursive: true, encoding: 'utf8' }).sort()
    let left = 400_000
    return names
      .filter((n) => n === '' || /\.(ts|js|json|md)$/.test(n))
      .flatMap((n) => {
        if (left <= 0) return []
        const text = readFileSync(join(place, n), 'utf8').slice(0, left)
        left -= text.length
        return [text]
      })
  })
}

/** MB a second, the best of several rounds: what else the machine does only ever slows. */
async function throughput(texts: readonly string[], rounds: number, run: (text: string) => unknown): Promise<number> {
  const size = texts.reduce((n, t) => n + t.length, 0)
  let best = Number.POSITIVE_INFINITY
  for (let i = 0; i < rounds; i++) {
    const started = performance.now()
    for (const text of texts) await run(text)
    best = Math.min(best, performance.now() - started)
  }
  return size / 1_000 / best
}

/** MB that a process takes when it has loaded the engine from its sources and read all of the text, and what of it reads TypeScript. */
function addedMemory(): { whole: number; typeScript: number } {
  const module = (path: string): string => String(new URL(`../../core/${path}`, import.meta.url))
  const script = `
    import { readFileSync } from 'node:fs'
    const resident = () => (gc(), process.memoryUsage().rss)
    const texts = JSON.parse(readFileSync(0, 'utf8'))
    const bare = resident()
    await import('${module('platform/clock.ts')}')
    const typeScript = resident() - bare
    const { scan } = await import('${module('gateway/engine/scan.ts')}')
    for (const text of texts) scan(text, { secrets: true, pii: true })
    console.log(JSON.stringify({ whole: (resident() - bare) / 1_048_576, typeScript: typeScript / 1_048_576 }))`
  const { stdout } = spawnSync(process.execPath, ['--expose-gc', '--input-type=module', '-e', script], {
    input: JSON.stringify(mixedSource()),
    encoding: 'utf8',
  })
  return JSON.parse(stdout) as { whole: number; typeScript: number }
}

const rounds = 5
const series = [
  { name: '10 KB, one at a time', characters: 10_000, count: 400, clients: 1 },
  { name: '10 KB, 8 at once', characters: 10_000, count: 800, clients: 8 },
  { name: '100 KB', characters: 100_000, count: 100, clients: 1 },
  { name: '1 MB', characters: 1_000_000, count: 30, clients: 1 },
]

/** p95 of each series in ms, medians of five rounds on a server that has warmed up. */
async function overHttp(child: ChildProcess, text: string): Promise<number[]> {
  try {
    const url = `${await addressOf(child)}/gateway/preflight`
    const loads = series.map(({ characters, count, clients }) => ({
      url,
      count,
      clients,
      body: JSON.stringify({ content: text.slice(0, characters) }),
    }))
    for (const each of loads) await load({ ...each, count: Math.min(200, each.count) })
    const found = series.map((): number[] => [])
    for (let i = 0; i < rounds; i++)
      for (const [at, each] of loads.entries()) found[at]!.push(percentile((await load(each)).times, 0.95))
    return found.map(median)
  } finally {
    await end(child)
  }
}

async function allOverHttp(text: string): Promise<Record<string, number>> {
  const figures: Record<string, number> = {}
  const bare = await overHttp(spawnBareServer(), text)
  // Missions elsewhere, as where the gateway is a service of its own: it is not kept as small (app/heap.ts).
  const processes = {
    'all groups in one process': groups.join(','),
    'a process without missions': 'gateway,finops,evidence',
  }
  for (const [name, services] of Object.entries(processes)) {
    const dir = await mkdtemp(join(tmpdir(), 'atomic bench '))
    const settings = { PORT: '0', ATOMIC_DATA_DIR: dir, LOG_LEVEL: 'error', ATOMIC_SERVICES: services }
    const times = await overHttp(spawnAtomic(['serve'], settings), text)
    await rm(dir, { recursive: true, force: true })
    for (const [i, { name: one }] of series.entries()) {
      figures[`${name}, ${one}, p95, times that of a bare server`] = times[i]! / bare[i]!
      figures[`${name}, ${one}, p95 (ms)`] = times[i]!
    }
  }
  for (const [i, { name: one }] of series.entries()) figures[`bare Fastify, ${one}, p95 (ms)`] = bare[i]!
  return figures
}

/** The gateway: how fast it reads, beside secretlint's recommended preset on the same text in the same run. */
export async function bench(): Promise<BenchResult> {
  const figures: Record<string, number> = {}
  const texts = mixedSource()
  const peer = (content: string) =>
    lintSource({
      source: { filePath: '/a.txt', content, contentType: 'text', ext: '.txt' },
      options: { config: { rules: [{ id: '@secretlint/secretlint-rule-preset-recommend', rule: creator }] } },
    })
  figures['secrets in process (MB/s)'] = await throughput(texts, 6, (t) => scan(t, { secrets: true, pii: false }))
  figures['secrets and personal data in process (MB/s)'] = await throughput(texts, 6, (t) =>
    scan(t, { secrets: true, pii: true }),
  )
  figures['secretlint, recommended preset (MB/s)'] = await throughput(texts, 3, peer)
  figures['times as fast as secretlint'] =
    figures['secrets in process (MB/s)'] / figures['secretlint, recommended preset (MB/s)']
  figures['time for twice the input, worst of 60 attacks (ratio)'] = Math.max(
    ...Array.from({ length: 60 }, (_, seed) => growth(seed + 1, 500_000)),
  )
  const { whole, typeScript } = addedMemory()
  figures['added memory, from the sources (MB)'] = whole
  figures['of it Node’s own reading of TypeScript, which the package does without (MB)'] = typeScript
  figures['added memory, the engine alone (MB)'] = whole - typeScript
  // What carries a secret is denied; the timing is of what is let through and of what is masked.
  Object.assign(figures, await allOverHttp(texts.join('\n')))
  return { name: 'gateway', figures }
}
