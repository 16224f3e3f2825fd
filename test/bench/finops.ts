import { globSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { countTokens as countedByPeer } from 'gpt-tokenizer/encoding/o200k_base'
import { emptyCalibration, interval, learned } from '../../core/finops/conformal.ts'
import { counting, forecast } from '../../core/finops/forecast.ts'
import { observedP95 } from '../../core/finops/latency.ts'
import { openLedger } from '../../core/finops/ledger.ts'
import { createPrices } from '../../core/finops/prices.ts'
import { countTokens, countTokensOf, estimateTokens } from '../../core/finops/tokens.ts'
import { systemClock as clock } from '../../core/platform/clock.ts'
import { openSqliteStore } from '../../core/storage/sqlite/open.ts'
import type { Store } from '../../core/storage/store.ts'
import { temporaryPlace } from '../core/storage/candidate.ts'
import { seeded } from '../support/random.ts'
import { serve, stopServing } from '../support/serve.ts'
import { addressOf, end, load, spawnBareServer } from './http/load.ts'

const model = 'gpt-6-sol'
const percentile = (values: readonly number[], p: number): number => {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))]!
}
async function timed(count: number, run: (i: number) => unknown): Promise<number[]> {
  const times: number[] = []
  for (let i = 0; i < count; i++) {
    const started = performance.now()
    await run(i)
    times.push(performance.now() - started)
  }
  return times
}

interface Source {
  repository: string
  path: string
  content: string
}

/** Real files of the packages that are installed here, each package standing for a repository. */
function sources(): Source[] {
  const found: Source[] = []
  for (const path of globSync('node_modules/{*,@*/*}/{src,lib,dist}/**/*.{js,ts,mjs,cjs}').sort()) {
    const repository = /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)![1]!
    try {
      const content = readFileSync(path, 'utf8')
      if (content.length > 200 && content.length < 40_000) found.push({ repository, path, content })
    } catch {}
    if (found.length >= 12_000) break
  }
  return found
}

/** Text that looks like a control token is text. */
const plainText = { disallowedSpecial: new Set<string>() }

const exactCount = new Map<string, number>()
function exact({ path, content }: Source): number {
  let count = exactCount.get(path)
  if (count === undefined) {
    count = countTokensOf([content], model)
    exactCount.set(path, count)
  }
  return count
}

interface Recorded {
  repositories: [name: string, inputTokens: number[]][]
}
const rounds = 40

/**
 * Coverage of the 90 % interval on repositories that taught nothing before, over their newest commits.
 * The input is that of real changes; outputs are simulated: a log-normal share of the input (the
 * repository's own habit, and chance), and with `retried` every tenth mission takes three times as much.
 */
function coverage(random: () => number, retried: boolean): { covered: number; missions: number } {
  const { repositories } = JSON.parse(readFileSync('test/fixtures/finops/diff-tokens.json', 'utf8')) as Recorded
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  const prices = createPrices()
  const { usd: inputUsd } = prices.price({ model, usage: { inputTokens: 100_000, outputTokens: 0 } })
  const { usd: outputUsd } = prices.price({ model, usage: { inputTokens: 0, outputTokens: 100_000 } })
  const usd = (input: number, output: number): number => input * Number(inputUsd) + output * Number(outputUsd)
  const scoresOf = (inputs: readonly number[]): number[] => {
    const habit = 0.35 * normal()
    return inputs.map((input) => {
      const times = retried && random() < 0.1 ? 3 : 1
      const output = Math.max(1, Math.round(times * input * Math.exp(habit + 0.45 * normal())))
      return Math.log(usd(input, output) / usd(input, input))
    })
  }
  let [covered, missions] = [0, 0]
  for (let round = 0; round < rounds; round++) {
    const scores = repositories.map(([, inputs]) => ({ order: random(), scores: scoresOf(inputs) }))
    const shuffled = scores.toSorted((a, b) => a.order - b.order).map((s) => s.scores)
    const seen = shuffled.slice(0, Math.ceil(shuffled.length / 2)).map((list) => list.slice(-30))
    for (const list of shuffled.slice(seen.length)) {
      let own = emptyCalibration
      for (const score of list) {
        const bounds = interval(own, seen)!
        if (score >= Math.log(bounds.low) && score <= Math.log(bounds.high)) covered++
        missions++
        own = learned(own, seen, score)
      }
    }
  }
  return { covered: covered / missions, missions }
}

/** Simulated latencies: the share of calls no slower than was foretold from 100 before them. */
async function latencyCoverage(store: Store, random: () => number): Promise<number> {
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  const ledger = openLedger({ store, clock, emit: async () => {} })
  const actor = { login: 'bench', type: 'agent' as const }
  let met = 0
  for (let round = 0; round < 20; round++) {
    const name = `simulated-${round}`
    const latency = (): number => Math.round(900 * Math.exp(0.3 * round * 0.1 + 0.5 * normal()))
    const usage = { inputTokens: 100, outputTokens: 300 }
    await Promise.all(
      Array.from({ length: 100 }, () =>
        ledger.post({
          kind: 'consume',
          scope: 'latency',
          usd: '0',
          actor,
          entry: { model: name, usage, latencyMs: latency() },
        }),
      ),
    )
    const p95 = (await observedP95(store, name, 300))!
    for (let i = 0; i < 500; i++) if (latency() <= p95) met++
  }
  return met / 10_000
}

/** Medians of five rounds on a server that has warmed up. */
async function overHttp(url: string, body: string, count: number): Promise<{ p50: number; p99: number }> {
  await load({ url, body, clients: 1, count: 20 })
  const rounds: number[][] = []
  for (let i = 0; i < 5; i++) rounds.push((await load({ url, body, clients: 1, count })).times)
  const middle = (p: number): number =>
    percentile(
      rounds.map((times) => percentile(times, p)),
      0.5,
    )
  return { p50: middle(0.5), p99: middle(0.99) }
}

const hostile = [
  'a'.repeat(1_000_000),
  ' '.repeat(1_000_000),
  '漢字仮名交文日本語中国'.repeat(90_000),
  '\u{1f468}\u200d'.repeat(333_000),
  '<|endoftext|>'.repeat(77_000),
]

/** Forecasts, token counts, reservations and intervals; what is simulated says so. */
export async function bench(): Promise<{ name: string; figures: Record<string, number> }> {
  const random = seeded(5)
  const files = sources()
  const change = (count: number): Source[] =>
    Array.from({ length: count }, () => files[Math.floor(random() * files.length)]!)
  const bodyOf = (chosen: readonly Source[]) => ({
    model,
    files: chosen.map(({ path, content }) => ({ path, content })),
  })
  const changes = Array.from({ length: 20 }, () => change(1_000))
  await forecast(bodyOf(changes[0]!))

  const errors = changes.map((chosen) => {
    const whole = chosen.reduce((sum, file) => sum + exact(file), 0)
    return (
      Math.abs(
        estimateTokens(
          chosen.map((f) => f.content),
          model,
          counting,
        ).tokens - whole,
      ) / whole
    )
  })
  const prices = createPrices()
  const inProcess = await timed(100, (i) => forecast(bodyOf(changes[i % changes.length]!), { prices }))
  const worst: number[] = []
  for (const content of hostile) worst.push(...(await timed(20, () => forecast({ model, content }, { prices }))))
  const peered = change(500)
  const ratios: number[] = []
  let wrong = 0
  for (let round = 0; round < 5; round++) {
    const [theirs] = await timed(1, () => peered.map(({ content }) => countedByPeer(content, plainText)))
    const [ours] = await timed(1, () => peered.map(({ content }) => countTokens(content, model)))
    ratios.push(theirs! / ours!)
  }
  const ratio = percentile(ratios, 0.5)
  for (const { content } of peered)
    if (countedByPeer(content, plainText) !== countTokens(content, model) && !content.includes('\ufeff')) wrong++

  const place = await temporaryPlace()
  const store = await openSqliteStore(place.at)
  // In a process of its own, as it is in use: this one holds thousands of files.
  const home = await mkdtemp(join(tmpdir(), 'atomic-bench-'))
  const server = await serve({ ATOMIC_DATA_DIR: home })
  const small = JSON.stringify(bodyOf(change(20)))
  const large = JSON.stringify(bodyOf(changes[1]!))
  const http = await overHttp(`${server.url}/finops/forecast`, small, 200)
  const httpLarge = await overHttp(`${server.url}/finops/forecast`, large, 100)
  const peer = spawnBareServer()
  const bareLarge = await overHttp(`${await addressOf(peer)}/finops/forecast`, large, 100)
  await end(peer)

  const ledger = openLedger({ store, clock, emit: async () => {} })
  const actor = { login: 'bench', type: 'agent' as const }
  await ledger.post({ kind: 'set', scope: 'bench', total: '1000000', actor })
  const reserve = (i: number) =>
    ledger.post({ kind: 'reserve', scope: 'bench', usd: '0.1', ttlMs: 60_000, actor, entry: { requestId: `r${i}` } })
  const reserved = await timed(500, reserve)
  await stopServing(server)
  await rm(home, { recursive: true, force: true })
  const met = await latencyCoverage(store, random)
  await store.close()
  await place.remove()

  const plain = coverage(random, false)
  const retried = coverage(random, true)
  return {
    name: 'finops',
    figures: {
      'counting tokens exactly: times as fast as gpt-tokenizer': ratio,
      'of 500 files, counted otherwise than by gpt-tokenizer': wrong,
      'tokens of 1,000 files by samples: error p95 % (at most 3.5)': 100 * percentile(errors, 0.95),
      'simulated outputs: 90 % interval covers % on unseen repositories (87–93)': 100 * plain.covered,
      'simulated outputs, a tenth retried: covers % (87–93)': 100 * retried.covered,
      'simulated latencies: % no slower than the p95': 100 * met,
      'forecast of 1,000 files, p50 ms': percentile(inProcess, 0.5),
      'forecast of 1,000 files, p95 ms (at most 10)': percentile(inProcess, 0.95),
      'forecast over HTTP, 20 files, p99 ms (at most 50)': http.p99,
      'forecast over HTTP, 1,000 files, p50 ms': httpLarge.p50,
      'forecast over HTTP, 1,000 files, p99 ms (at most 50)': httpLarge.p99,
      'a bare Fastify that reads the same, p50 ms': bareLarge.p50,
      'a bare Fastify that reads the same, p99 ms': bareLarge.p99,
      'forecast of hostile 1 MB, p95 ms (at most 15)': percentile(worst, 0.95),
      'reserve, p50 ms': percentile(reserved, 0.5),
      'reserve, p99 ms (at most 5)': percentile(reserved, 0.99),
      'files read, from installed packages': files.length,
      'body of 1,000 files, MB': large.length / 1e6,
      'missions judged': plain.missions,
    },
  }
}
