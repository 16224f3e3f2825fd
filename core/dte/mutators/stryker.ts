import { copyFileSync, existsSync, lstatSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AtomicError } from '../../platform/errors.ts'
import type { MutationEngine, MutationRequest, MutationRun } from '../mutation.ts'
import { type ChildRun, runChild, type Stopped } from '../testing/child.ts'
import { type Events, readEvents, settled, testNames } from './stryker-events.ts'
import { faultIn, flaky, less, lost, testsFailed, withoutChecker } from './stryker-fallback.ts'
import { type StrykerPackage, strykerFor, type Wanted } from './stryker-package.ts'

const plugin = fileURLToPath(
  import.meta.url.endsWith('.ts')
    ? new URL('./stryker-plugin.ts', import.meta.url)
    : new URL('./stryker-plugin.js', import.meta.url),
)

/** Patterns are globs: a file name may hold what a glob gives meaning. */
const literal = (path: string): string => path.replace(/[[\]{}()*?!+@\\]/g, '\\$&')

const isTypeScript = (path: string): boolean => /\.[cm]?tsx?$/.test(path)

/** The repository's TypeScript, by which mutants that do not compile can be told. */
function typeScriptOf({ cwd, lines }: MutationRequest): string | undefined {
  if (!lines.some(({ path }) => isTypeScript(path)) || !existsSync(join(cwd, 'tsconfig.json'))) return undefined
  try {
    return (createRequire(join(cwd, 'noop.js'))('typescript/package.json') as { version: string }).version
  } catch {
    return undefined
  }
}

/** StrykerJS's type checker works on the programming interface that TypeScript had before 7. */
const isKnown = (version: string): boolean => Number.parseInt(version, 10) < 7

function configuration(request: MutationRequest, found: StrykerPackage, folder: string): unknown {
  const { runner } = found
  // Modules that StrykerJS does not link, those of a folder further up or behind a link, are found from
  // a sandbox below the project alone.
  const own = lstatSync(join(request.cwd, 'node_modules'), { throwIfNoEntry: false })?.isDirectory() === true
  const sandbox = own ? join(folder, 'sandbox') : join(request.cwd, '.stryker-tmp')
  return {
    mutate: request.lines.map(({ path, from, to }) => `${literal(path)}:${from}-${to}`),
    testRunner: runner?.name ?? 'command',
    commandRunner: { command: request.tests.command },
    ...runner?.options,
    coverageAnalysis: runner === undefined ? 'off' : 'perTest',
    plugins: [plugin, ...found.plugins],
    reporters: ['atomic', 'html'],
    htmlReporter: { fileName: join(folder, 'mutation.html') },
    ignorers: ['atomic-untested'],
    ...(found.checked
      ? { checkers: ['typescript'], typescriptChecker: { prioritizePerformanceOverAccuracy: true } }
      : {}),
    // Without knowledge of the tests, StrykerJS cannot tell which results of before still hold.
    ...(request.memory !== undefined && runner !== undefined
      ? { incremental: true, incrementalFile: join(folder, 'incremental.json') }
      : {}),
    tempDirName: sandbox,
    // Times what the tests took at first, beside its five seconds: on a machine that is busy meanwhile a
    // mutant that nobody found would otherwise count as one that hangs.
    timeoutFactor: 4,
    thresholds: { high: 100, low: 0, break: null },
    disableTypeChecks: true,
    allowConsoleColors: false,
    logLevel: 'warn',
    warnings: false,
  }
}

interface Attempt {
  events: Events
  run: ChildRun
  folder: string
}

async function attempt(request: MutationRequest, found: StrykerPackage, timeoutMs: number): Promise<Attempt> {
  const folder = join(request.temp, 'mutation')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const before = request.memory === undefined ? undefined : join(request.memory, 'incremental.json')
  if (before !== undefined && existsSync(before)) copyFileSync(before, join(folder, 'incremental.json'))
  const config = join(folder, 'stryker.config.json')
  const log = join(folder, 'events.jsonl')
  writeFileSync(config, JSON.stringify(configuration(request, found, folder)))
  const run = await runChild([process.execPath, found.program, 'run', config], {
    cwd: request.cwd,
    env: {
      ...request.env,
      CI: 'true',
      ATOMIC_MUTATION_EVENTS: log,
      ATOMIC_MAX_MUTANTS: String(request.maxMutants),
      ATOMIC_MAX_PER_LINE: String(request.maxPerLine),
    },
    limits: { timeoutMs, shown: 1024 ** 2 },
    show: request.show,
  })
  rmSync(join(folder, 'sandbox'), { recursive: true, force: true })
  rmSync(join(request.cwd, '.stryker-tmp'), { recursive: true, force: true })
  return { events: readEvents(log, request.cwd), run, folder }
}

/** The tests passed as they are, and mutants are made. */
const isUnderWay = ({ events }: Attempt): boolean => events.plan !== undefined || events.report !== undefined

const limits: Record<Stopped, string> = {
  time: 'the time box closed',
  processes: 'the tests started too many processes',
  memory: 'the tests took too much memory',
  output: 'the tests printed too much',
}

/** Of no mutant at all there is no score, not even a partial one. */
const nothingTested = ({ stopped, tail }: ChildRun): AtomicError =>
  new AtomicError(
    'UNAVAILABLE',
    stopped === undefined
      ? `StrykerJS stopped before it tested a mutant: ${tail.trim().slice(-2_000)}`
      : `StrykerJS was ended before it tested a mutant: ${limits[stopped]}.`,
  )

function keep({ memory }: MutationRequest, { folder }: Attempt): void {
  const left = join(folder, 'incremental.json')
  if (memory === undefined || !existsSync(left)) return
  mkdirSync(memory, { recursive: true })
  copyFileSync(left, join(memory, 'incremental.json'))
}

/** https://stryker-mutator.io/docs/stryker-js/configuration/ */
export const stryker: MutationEngine = {
  name: 'stryker',
  handles: (path) => /\.(c|m)?[jt]sx?$/.test(path) && !/\.d\.(c|m)?ts$/.test(path),
  async mutate(request): Promise<MutationRun> {
    const deadline = performance.now() + request.timeoutMs
    const left = (): number => Math.max(1_000, deadline - performance.now())
    const runner = request.tests.runner?.stryker?.(request.tests.line)
    const version = typeScriptOf(request)
    const without = version === undefined || isKnown(version) ? [] : [withoutChecker(`TypeScript ${version}`)]
    const checked = version !== undefined && isKnown(version)
    let wanted: Wanted | undefined = { checked, ...(runner === undefined ? {} : { runner }) }
    let last: Attempt | undefined
    let again = false
    while (wanted !== undefined) {
      const found = await strykerFor(request, wanted)
      without.push(...lost(wanted, found, 'it cannot be installed'))
      last = await attempt(request, found, left())
      if (!again && !isUnderWay(last) && testsFailed(last.run)) {
        again = true
        last = await attempt(request, found, left())
        if (isUnderWay(last)) without.push(flaky)
      }
      if (isUnderWay(last) || last.run.stopped !== undefined) break
      wanted = less(found, last.run)
      if (wanted !== undefined) without.push(...lost(found, wanted, faultIn(last.run)))
    }
    if (last === undefined) throw new Error('nothing was tried')
    const { events, run, folder } = last
    if (events.report === undefined && events.tested.length === 0) throw nothingTested(run)
    const complete = events.report !== undefined
    if (complete) keep(request, last)
    return {
      engine: 'stryker',
      mutants: settled(events),
      leftOut: events.leftOut,
      partial: !complete,
      without,
      tests: testNames(events.report),
      ...(complete ? { report: events.report, html: join(folder, 'mutation.html') } : {}),
      run,
    }
  },
}
