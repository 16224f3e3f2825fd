import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { ProcessFamily } from '../../core/dte/testing/process-family.ts'
import { buildBundle } from '../../scripts/build-bundle.ts'
import { Repository } from '../support/repository.ts'
import type { BenchResult } from './run.ts'

interface Took {
  ms: number
  /** Most resident memory of the Action and all that it started, MB, looked at every 50 ms. */
  peak: number
  stdout: string
  exitCode: number | null
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

/** The bundle as a runner starts it. */
async function act(bundle: string, repo: Repository, inputs: Record<string, string>): Promise<Took> {
  const temp = join(repo.root, 'temp')
  mkdirSync(temp, { recursive: true })
  const started = performance.now()
  const child = spawn(process.execPath, [join(bundle, 'main.js')], {
    cwd: repo.dir,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: process.env.PATH,
      HOME: repo.root,
      GITHUB_WORKSPACE: repo.dir,
      GITHUB_EVENT_NAME: 'push',
      RUNNER_TEMP: temp,
      'INPUT_BASE-REF': 'HEAD^',
      ...Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])),
    },
  })
  const family = new ProcessFamily(child.pid ?? 0, 'no mark')
  let peak = 0
  const watch = setInterval(() => {
    peak = Math.max(peak, family.size().memory)
  }, 50)
  let stdout = ''
  child.stdout.on('data', (chunk) => (stdout += chunk))
  const [exitCode] = (await once(child, 'close')) as [number | null]
  clearInterval(watch)
  return { ms: performance.now() - started, peak: peak / 1e6, stdout, exitCode }
}

/** 1,000 modules that all use one function, and a commit that renames it as a ChangeSpec says. */
function thousandFiles(repo: Repository): void {
  const files: Record<string, string> = {
    'tsconfig.json': JSON.stringify({
      compilerOptions: {
        strict: true,
        module: 'nodenext',
        target: 'es2022',
        noEmit: true,
        allowImportingTsExtensions: true,
      },
    }),
    'src/user.ts': 'export const getUser = (id: number): { id: number } => ({ id })\n',
  }
  for (let i = 1; i < 1000; i++) {
    files[`src/part${Math.floor(i / 50)}/module${i}.ts`] =
      `import { getUser } from '../user.ts'\n\nexport function run${i}(id: number): number[] {\n  const own = getUser(id)\n  return [own, getUser(own.id + ${i})].map((user) => user.id)\n}\n`
  }
  repo.write(files).commit('base')
  const renamed = Object.entries(files).map(([path, text]) => [path, text.replace(/\bgetUser\b/g, 'fetchUser')])
  const spec = {
    version: 1,
    title: 'Rename',
    risk: 'low',
    operations: [{ op: 'renameSymbol', symbol: 'src/user.ts#getUser', to: 'fetchUser' }],
    invariants: [{ type: 'typecheck' }, { type: 'regex', pattern: 'getUser', files: ['src/**'], expect: 'absent' }],
  }
  repo.write({ ...Object.fromEntries(renamed), '.atomic/change.json': JSON.stringify(spec) }).commit('changed')
}

const changedLine = "export const size = (n: number): string => (n > 10 ? 'many' : 'few')\n"
const changedLine2 = 'export const half = (n: number): number => (n % 2 === 0 ? n / 2 : n)\n'

/** A small project with Vitest, two changed lines that have eight mutants, and forty lines that did not change. */
function smallProject(repo: Repository): void {
  const rest = Array.from(
    { length: 10 },
    (_, i) => `export function part${i}(n: number): number {\n  if (n > ${i}) return n + ${i}\n  return n - ${i}\n}\n`,
  )
  const tests = Array.from(
    { length: 10 },
    (_, i) => `  expect([part${i}(${i}), part${i}(${i + 1})]).toEqual([0, ${2 * i + 1}])\n`,
  )
  const names = Array.from({ length: 10 }, (_, i) => `part${i}`).join(', ')
  repo.write({
    '.gitignore': 'node_modules\n',
    'package.json': JSON.stringify({ name: 'small', type: 'module', scripts: { test: 'vitest run' } }),
    'src/parts.ts': rest.join('\n'),
    'test/parts.test.ts': `import { expect, test } from 'vitest'\nimport { ${names} } from '../src/parts.js'\ntest('parts', () => {\n${tests.join('')}})\n`,
  })
  repo.commit('base')
  repo.write({
    'src/size.ts': changedLine + changedLine2,
    'test/size.test.ts':
      "import { expect, test } from 'vitest'\nimport { half, size } from '../src/size.js'\ntest('size', () => expect([size(10), size(11)]).toEqual(['few', 'many']))\ntest('half', () => expect([half(4), half(3)]).toEqual([2, 3]))\n",
  })
  repo.commit('changed')
  symlinkSync(resolve('node_modules'), join(repo.dir, 'node_modules'))
}

/** StrykerJS by itself on the whole of the small project. */
function fullRun(repo: Repository): number {
  const core = dirname(createRequire(import.meta.url).resolve('@stryker-mutator/core/package.json'))
  const config = {
    testRunner: 'vitest',
    coverageAnalysis: 'perTest',
    mutate: ['src/**/*.ts'],
    reporters: ['clear-text'],
  }
  writeFileSync(join(repo.dir, 'stryker.config.json'), JSON.stringify(config))
  const started = performance.now()
  spawnSync(process.execPath, [join(core, 'bin/stryker.js'), 'run'], { cwd: repo.dir, stdio: 'ignore' })
  const took = performance.now() - started
  rmSync(join(repo.dir, 'stryker.config.json'))
  return took
}

const onRepository = async <T>(put: (repo: Repository) => void, work: (repo: Repository) => Promise<T>): Promise<T> => {
  const repo = new Repository()
  try {
    put(repo)
    return await work(repo)
  } finally {
    repo.remove()
  }
}

/** ms and MB, of the Action's bundle with nothing beside it. */
export async function bench(): Promise<BenchResult> {
  const figures: Record<string, number> = {}
  const bundle = mkdtempSync(join(tmpdir(), 'atomic-bench-action-'))
  try {
    const { bytes } = await buildBundle(bundle)
    figures['bundle (MB)'] = bytes / 1024 ** 2
    await onRepository(
      (repo) => {
        repo.write({ 'a.txt': 'a\n' }).commit('base')
        repo.write({ 'a.txt': 'b\n' }).commit('next')
      },
      async (repo) => {
        const runs: number[] = []
        for (let i = 0; i < 5; i++) runs.push((await act(bundle, repo, {})).ms)
        figures['a run with nothing to derive, git and all, median of 5 (ms)'] = median(runs)
        const starts: number[] = []
        for (let i = 0; i < 5; i++) starts.push((await act(bundle, repo, { mode: 'guess' })).ms)
        figures['start to the first word, median of 5 (ms)'] = median(starts)
      },
    )
    await onRepository(thousandFiles, async (repo) => {
      const run = await act(bundle, repo, { 'test-command': 'true' })
      if (run.exitCode !== 0) throw new Error(run.stdout)
      figures['1,000 files: verify without mutation (ms)'] = run.ms
      figures['1,000 files: most resident memory (MB)'] = run.peak
    })
    await onRepository(smallProject, async (repo) => {
      const first = await act(bundle, repo, { mode: 'mutation', 'mutation-threshold': '0' })
      const again = await act(bundle, repo, { mode: 'mutation', 'mutation-threshold': '0' })
      const full = fullRun(repo)
      figures['small project: mutants of the changed lines (ms)'] = first.ms
      figures['small project: the same again, unchanged (ms)'] = again.ms
      figures['small project: full StrykerJS run (ms)'] = full
      figures['changed lines, as a share of the full run'] = first.ms / full
    })
  } finally {
    rmSync(bundle, { recursive: true, force: true })
  }
  return { name: 'action', figures }
}
