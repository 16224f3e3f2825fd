import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AtomicError } from '../../platform/errors.ts'
import type { LineRange, MutantResult, MutationEngine, MutationRequest, MutationRun } from '../mutation.ts'
import { type ChildRun, runChild, withoutSecrets } from '../testing/child.ts'
import { fewerLines } from './sample.ts'
import { type StrykerPackage, strykerFor } from './stryker-package.ts'

const plugin = fileURLToPath(
  import.meta.url.endsWith('.ts')
    ? new URL('./stryker-plugin.ts', import.meta.url)
    : new URL('./stryker-plugin.js', import.meta.url),
)

/** The report without the folders of this machine. */
function withoutPlaces(report: object): object {
  const { config: _config, projectRoot: _root, system: _system, ...rest } = report as Record<string, unknown>
  return rest
}

/** Patterns are globs: a file name may hold what a glob gives meaning. */
const literal = (path: string): string => path.replace(/[[\]{}()*?!+@\\]/g, '\\$&')

interface Events {
  plan?: MutantResult[]
  tested: MutantResult[]
  report?: unknown
}

/** Plans count lines and columns from 0, results from 1. */
const fromOne = (mutant: MutantResult): MutantResult => {
  const { start, end } = mutant.location
  const moved = (at: typeof start): typeof start => ({ line: at.line + 1, column: at.column + 1 })
  return { ...mutant, location: { start: moved(start), end: moved(end) } }
}

function readEvents(file: string, cwd: string): Events {
  const events: Events = { tested: [] }
  let text = ''
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    return events
  }
  const here = (mutant: MutantResult): MutantResult => ({
    ...mutant,
    fileName: relative(cwd, mutant.fileName).replaceAll('\\', '/'),
  })
  for (const line of text.split('\n')) {
    if (line === '' || !line.endsWith('}')) continue
    const event = JSON.parse(line) as { plan?: MutantResult[]; tested?: MutantResult; report?: object }
    if (event.plan !== undefined) events.plan = event.plan.map(here).map(fromOne)
    if (event.tested !== undefined) events.tested.push(here(event.tested))
    if (event.report !== undefined) events.report = withoutPlaces(event.report)
  }
  return events
}

function configuration(
  request: MutationRequest,
  { vitestRunner }: StrykerPackage,
  lines: LineRange[],
  folder: string,
): unknown {
  const vitest = request.tests.runner?.name === 'vitest' && vitestRunner !== undefined
  return {
    mutate: lines.map(({ path, from, to }) => `${literal(path)}:${from}-${to}`),
    testRunner: vitest ? 'vitest' : 'command',
    commandRunner: { command: request.tests.command },
    coverageAnalysis: vitest ? 'perTest' : 'off',
    plugins: [plugin, ...(vitest ? [vitestRunner] : [])],
    reporters: ['atomic', 'html'],
    htmlReporter: { fileName: join(folder, 'mutation.html') },
    ignorers: ['atomic-logging'],
    tempDirName: join(folder, 'sandbox'),
    thresholds: { high: 100, low: 0, break: null },
    disableTypeChecks: true,
    allowConsoleColors: false,
    logLevel: 'warn',
    warnings: false,
  }
}

async function runOnce(
  request: MutationRequest,
  found: StrykerPackage,
  lines: LineRange[],
  limits: { timeoutMs: number; maxMutants: number },
): Promise<{ events: Events; run: ChildRun; folder: string }> {
  const folder = join(request.temp, 'mutation')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const config = join(folder, 'stryker.config.json')
  const log = join(folder, 'events.jsonl')
  writeFileSync(config, JSON.stringify(configuration(request, found, lines, folder)))
  const run = await runChild([process.execPath, found.program, 'run', config], {
    cwd: request.cwd,
    env: {
      ...withoutSecrets(request.env),
      CI: 'true',
      ATOMIC_MUTATION_EVENTS: log,
      ATOMIC_MAX_MUTANTS: String(limits.maxMutants),
    },
    limits: { timeoutMs: limits.timeoutMs, shown: 1024 ** 2 },
    show: request.show,
  })
  rmSync(join(folder, 'sandbox'), { recursive: true, force: true })
  return { events: readEvents(log, request.cwd), run, folder }
}

/** What was tested, and what was planned and not reached. */
function settled({ plan = [], tested }: Events): MutantResult[] {
  const done = new Map(tested.map((mutant) => [mutant.id, mutant]))
  for (const mutant of plan) if (!done.has(mutant.id)) done.set(mutant.id, { ...mutant, status: 'Pending' })
  return [...done.values()].sort((a, b) => Number(a.id) - Number(b.id))
}

/** https://stryker-mutator.io/docs/stryker-js/configuration/ */
export const stryker: MutationEngine = {
  name: 'stryker',
  handles: (path) => /\.(c|m)?[jt]sx?$/.test(path) && !/\.d\.(c|m)?ts$/.test(path),
  async mutate(request): Promise<MutationRun> {
    const found = await strykerFor(request)
    const deadline = performance.now() + request.timeoutMs
    let attempt = await runOnce(request, found, request.lines, request)
    const { plan = [] } = attempt.events
    if (plan.length > request.maxMutants) {
      const fewer = fewerLines(request.lines, plan, request.maxMutants)
      const left = Math.max(1_000, deadline - performance.now())
      // One line can have more mutants than are wanted: then all of that line's are tested.
      attempt = await runOnce(request, found, fewer, { timeoutMs: left, maxMutants: Number.MAX_SAFE_INTEGER })
    }
    const { events, run, folder } = attempt
    if (events.plan === undefined && !run.timedOut) {
      throw new AtomicError(
        'UNAVAILABLE',
        `StrykerJS stopped before it tested a mutant: ${run.tail.trim().slice(-2_000)}`,
      )
    }
    const complete = events.report !== undefined
    return {
      engine: 'stryker',
      mutants: settled(events),
      leftOut: Math.max(0, plan.length - (events.plan?.length ?? 0)),
      partial: !complete,
      ...(complete ? { report: events.report, html: join(folder, 'mutation.html') } : {}),
      run,
    }
  },
}
