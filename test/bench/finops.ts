import { globSync, readFileSync } from 'node:fs'
import { createAuthenticate } from '../../app/http/auth.ts'
import { createServer } from '../../app/http/server.ts'
import { emptyCalibration, interval, learned } from '../../core/finops/conformal.ts'
import { forecast } from '../../core/finops/forecast.ts'
import { openLedger } from '../../core/finops/ledger.ts'
import { createPrices } from '../../core/finops/prices.ts'
import { createFinopsService } from '../../core/finops/service.ts'
import { countTokensOf, estimateTokens } from '../../core/finops/tokens.ts'
import { systemClock as clock } from '../../core/platform/clock.ts'
import { createLog } from '../../core/platform/log.ts'
import { openSqliteStore } from '../../core/storage/sqlite/open.ts'
import { temporaryPlace } from '../core/storage/candidate.ts'
import { seeded } from '../support/random.ts'

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

const exactCount = new Map<string, number>()
function exact({ path, content }: Source): number {
  let count = exactCount.get(path)
  if (count === undefined) {
    count = countTokensOf([content], model)
    exactCount.set(path, count)
  }
  return count
}

/**
 * Simulated: what a model answers is, in a repository, a log-normal share of its input (the repository's
 * own habit, and chance). The input is counted from real files. Coverage is that of the 90 % interval
 * on repositories that taught nothing before, over their first 40 missions.
 */
function coverage(files: readonly Source[], random: () => number): { covered: number; missions: number } {
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  const prices = createPrices()
  const byRepository = [...Map.groupBy(files, (f) => f.repository)].filter(([, list]) => list.length >= 3)
  const usd = (input: number, output: number): number =>
    Number(prices.price({ model, usage: { inputTokens: input, outputTokens: Math.round(output) } }).usd)
  const scoresOf = (list: readonly Source[], count: number): number[] => {
    const habit = 0.35 * normal()
    return Array.from({ length: count }, () => {
      const size = 1 + Math.floor(random() * 5)
      const chosen = Array.from({ length: size }, () => list[Math.floor(random() * list.length)]!)
      const input = chosen.reduce((sum, file) => sum + exact(file), 0)
      const output = input * Math.exp(habit + 0.45 * normal())
      return Math.log(usd(input, output) / usd(input, input))
    })
  }
  const half = Math.floor(byRepository.length / 2)
  const seen = byRepository.slice(0, half).map(([, list]) => scoresOf(list, 30))
  let [covered, missions] = [0, 0]
  for (const [, list] of byRepository.slice(half)) {
    let own = emptyCalibration
    for (const score of scoresOf(list, 40)) {
      const bounds = interval(own, seen)!
      if (score >= Math.log(bounds.low) && score <= Math.log(bounds.high)) covered++
      missions++
      own = learned(own, seen, score)
    }
  }
  return { covered: covered / missions, missions }
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
          { samples: 512, deadlineMs: 8 },
        ).tokens - whole,
      ) / whole
    )
  })
  const prices = createPrices()
  const inProcess = await timed(100, (i) => forecast(bodyOf(changes[i % changes.length]!), { prices }))
  const worst: number[] = []
  for (const content of hostile) worst.push(...(await timed(20, () => forecast({ model, content }, { prices }))))

  const place = await temporaryPlace()
  const store = await openSqliteStore(place.at)
  const finops = createFinopsService({ store, clock, emit: async () => {} })
  const server = await createServer({
    service: 'finops',
    services: { finops },
    version: '0.0.0',
    authenticate: createAuthenticate({ tokens: [] }),
    store,
    clock,
    log: createLog({ level: 'error' }),
    bodyLimit: 50_000_000,
    rateLimit: 0,
  })
  const url = await server.listen({ host: '127.0.0.1', port: 0 })
  const small = JSON.stringify(bodyOf(change(20)))
  const large = JSON.stringify(bodyOf(changes[1]!))
  const post = async (body: string): Promise<void> => {
    const answer = await fetch(`${url}/finops/forecast`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    })
    if (answer.status !== 200) throw new Error(await answer.text())
    await answer.arrayBuffer()
  }
  await post(small)
  const http = await timed(200, () => post(small))
  const httpLarge = await timed(30, () => post(large))

  const ledger = openLedger({ store, clock, emit: async () => {} })
  const actor = { login: 'bench', type: 'agent' as const }
  await ledger.post({ kind: 'set', scope: 'bench', total: '1000000', actor })
  const reserve = (i: number) =>
    ledger.post({ kind: 'reserve', scope: 'bench', usd: '0.1', ttlMs: 60_000, actor, entry: { requestId: `r${i}` } })
  const reserved = await timed(500, reserve)
  await server.close()
  await store.close()
  await place.remove()

  const { covered, missions } = coverage(files, random)
  return {
    name: 'finops',
    figures: {
      'files read, from installed packages': files.length,
      'forecast of 1,000 files, p50 ms': percentile(inProcess, 0.5),
      'forecast of 1,000 files, p95 ms': percentile(inProcess, 0.95),
      'forecast over HTTP, 20 files, p99 ms': percentile(http, 0.99),
      'forecast over HTTP, 1,000 files (body and all), p99 ms': percentile(httpLarge, 0.99),
      'tokens of 1,000 files in 5 ms, error p95 %': 100 * percentile(errors, 0.95),
      'forecast of hostile 1 MB, p95 ms': percentile(worst, 0.95),
      'reserve, p50 ms': percentile(reserved, 0.5),
      'reserve, p99 ms': percentile(reserved, 0.99),
      'simulated outputs: 90 % interval covers % on unseen repositories': 100 * covered,
      'simulated outputs: missions judged': missions,
    },
  }
}
