import { createHmac, generateKeyPairSync, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import examples from '@octokit/webhooks-examples' with { type: 'json' }
import { type Served, serve, stopServing } from '../support/serve.ts'
import { approvals } from './app/approvals.ts'
import type { BenchResult } from './run.ts'

const secret = 'a secret for the bench'
/** After how many the memory is read last. Latency is of 100 a second; what stays in memory asks for their number alone. */
const webhooks = Number(process.env.ATOMIC_BENCH_WEBHOOKS ?? 20_000)

const startServer = (dir: string): Promise<Served> =>
  serve({
    ATOMIC_DATA_DIR: dir,
    APP_ID: '1',
    PRIVATE_KEY: keys.privateKey,
    WEBHOOK_SECRET: secret,
    // Nobody is there: the bench measures Atomic, not a network.
    GITHUB_API_URL: 'http://127.0.0.1:9',
  })

const keys = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})

/**
 * A real payload of GitHub's, of a hundred pull requests in turn and of an action that asks Atomic
 * for nothing: what is measured is the way in, and the queue.
 */
const example = (examples as unknown as { name: string; examples: { pull_request: object }[] }[]).find(
  ({ name }) => name === 'pull_request',
)!.examples[0]!
const hooks = Array.from({ length: 100 }, (_, i) => {
  const payload = JSON.stringify({
    ...example,
    action: 'labeled',
    pull_request: { ...example.pull_request, number: i + 1 },
  })
  return { payload, signature: `sha256=${createHmac('sha256', secret).update(payload).digest('hex')}` }
})
let delivered = 0
const agent = new Agent({ keepAlive: true })

/** Time to the answer, ms. */
async function deliver(url: string): Promise<number> {
  const { payload, signature } = hooks[delivered++ % hooks.length]!
  const started = performance.now()
  const sent = request(`${url}/api/github/webhooks`, {
    method: 'POST',
    agent,
    headers: {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(payload),
      'x-github-delivery': randomUUID(),
      'x-github-event': 'pull_request',
      'x-hub-signature-256': signature,
    },
  })
  sent.end(payload)
  const [response] = await once(sent, 'response')
  response.resume()
  await once(response, 'end')
  if (response.statusCode !== 202) throw new Error(`answered ${response.statusCode}`)
  return performance.now() - started
}

const percentile = (sorted: readonly number[], p: number): number => sorted[Math.floor((sorted.length - 1) * p)]!

/** At a fixed rate, whether or not earlier ones have been answered. */
async function atRate(url: string, count: number, rate: number): Promise<number[]> {
  const begun = performance.now()
  const pending: Promise<number>[] = []
  for (let i = 0; i < count; i++) {
    const wait = begun + (i * 1_000) / rate - performance.now()
    if (wait > 0) await pause(wait)
    pending.push(deliver(url))
  }
  return (await Promise.all(pending)).sort((a, b) => a - b)
}

async function asFastAsItGoes(url: string, count: number): Promise<void> {
  let left = count
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      while (left-- > 0) await deliver(url)
    }),
  )
}

async function call(url: string, path: string, body: object): Promise<{ answer: Record<string, string>; ms: number }> {
  const started = performance.now()
  const response = await fetch(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const answer = (await response.json()) as Record<string, string>
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${answer.detail}`)
  return { answer, ms: performance.now() - started }
}

/** Missions over REST, ten files each: created, planned by a ChangeSpec, and one batch of them. */
async function missions(url: string): Promise<Record<string, number>> {
  const files = Object.fromEntries(
    Array.from({ length: 10 }, (_, i) => [`src/f${i}.ts`, `export const f${i} = (): number => ${i}\n`]),
  )
  const base = { title: 'Bench', risk: 'low', source: { files } }
  const operations = [{ op: 'renameSymbol', symbol: 'src/f0.ts#f0', to: 'first' }]
  const changeSpec = { version: 1, title: 'Bench', risk: 'low', operations }
  const [created, batches, planned]: number[][] = [[], [], []]
  for (let i = 0; i < 50; i++) {
    const { answer, ms } = await call(url, '/missions', base)
    created!.push(ms)
    const at = `/missions/${answer.missionId}`
    await call(url, `${at}/checkpoints/plan/approve`, { actor: { login: 'ada', type: 'human' } })
    const change = { path: 'src/f0.ts', before: files['src/f0.ts'], after: 'export const f0 = (): number => 1\n' }
    batches!.push((await call(url, `${at}/batches`, { files: [change] })).ms)
  }
  for (let i = 0; i < 10; i++) planned!.push((await call(url, '/missions', { ...base, changeSpec })).ms)
  const figures: Record<string, number> = {}
  for (const [label, times] of [
    ['mission created', created],
    ['batch created', batches],
    ['mission created and planned', planned],
  ] as const) {
    const sorted = times!.toSorted((a, b) => a - b)
    figures[`${label}, p50 ms`] = percentile(sorted, 0.5)
    figures[`${label}, p95 ms`] = percentile(sorted, 0.95)
  }
  return figures
}

/** A bench that takes minutes says how far it is. */
const progress = (figures: Record<string, number>): Record<string, number> => {
  for (const [label, figure] of Object.entries(figures)) process.stderr.write(`  ${label}: ${figure.toFixed(1)}\n`)
  return figures
}

/** Resident memory in MB. */
function residentMb({ child }: Served): number {
  const [, kb] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8')) ?? []
  return Number(kb) / 1_024
}

/**
 * The server as its users meet it: start, webhooks at 100 a second, memory after
 * many of them (`ATOMIC_BENCH_WEBHOOKS=100000`), and what a reviewer waits for.
 */
export async function bench(): Promise<BenchResult> {
  const dir = await mkdtemp(join(tmpdir(), 'atomic bench '))
  try {
    const starts: number[] = []
    for (let i = 0; i < 5; i++) {
      const server = await startServer(dir)
      starts.push(server.healthyAfter)
      await stopServing(server)
    }
    starts.sort((a, b) => a - b)
    const figures = progress({
      'start to healthy, p50 ms': percentile(starts, 0.5),
      'start to healthy, worst of 5 ms': starts.at(-1)!,
    })

    const server = await startServer(dir)
    await atRate(server.url, 100, 100)
    const times = await atRate(server.url, 900, 100)
    Object.assign(
      figures,
      progress({
        'webhook acknowledged at 100/s, p50 ms': percentile(times, 0.5),
        'webhook acknowledged at 100/s, p95 ms': percentile(times, 0.95),
        'webhook acknowledged at 100/s, p99 ms': percentile(times, 0.99),
      }),
    )
    let sent = 1_000
    for (const mark of [1_000, 10_000, webhooks]) {
      await asFastAsItGoes(server.url, mark - sent)
      sent = mark
      Object.assign(figures, progress({ [`resident after ${mark} webhooks, MB`]: residentMb(server) }))
    }
    Object.assign(figures, progress(await missions(server.url)))
    await stopServing(server)
    Object.assign(figures, progress(await approvals()))
    return { name: 'the app', figures }
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}
