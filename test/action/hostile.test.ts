import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Repository } from '../support/repository.ts'
import { actionProgram } from './support/program.ts'

vi.setConfig({ testTimeout: 60_000 })

let repo: Repository
beforeEach(() => {
  repo = new Repository()
})
afterEach(() => repo.remove())

interface Ended {
  exitCode: number | null
  stdout: string
  summary: string
  ms: number
}

const spec = JSON.stringify({
  version: 1,
  title: 'Say two',
  risk: 'low',
  operations: [{ op: 'renameSymbol', symbol: 'a.ts#one', to: 'two' }],
})

/** A change that is as its ChangeSpec derives, and whatever files stand beside it. */
function changed(files: Record<string, string> = {}): void {
  repo.write({ 'a.ts': 'export const one = 1\n', ...files }).commit('base')
  repo.write({ 'a.ts': 'export const two = 1\n', '.atomic/change.json': spec }).commit('changed')
}

/** The Action as a process on a runner of its own; `during` sees what it has printed so far. */
async function act(
  inputs: Record<string, string>,
  env: Record<string, string> = {},
  during?: (printed: string, kill: (signal: NodeJS.Signals) => void) => void,
  given?: string,
): Promise<Ended> {
  const temp = join(repo.root, 'temp')
  mkdirSync(temp, { recursive: true })
  const summary = join(repo.root, 'summary.md')
  for (const name of ['summary.md', 'outputs']) writeFileSync(join(repo.root, name), '')
  const program = given ?? (await actionProgram())
  const started = performance.now()
  const child = spawn(process.execPath, [program], {
    cwd: repo.dir,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      HOME: repo.root,
      GITHUB_WORKSPACE: repo.dir,
      GITHUB_EVENT_NAME: 'push',
      GITHUB_OUTPUT: join(repo.root, 'outputs'),
      GITHUB_STEP_SUMMARY: summary,
      RUNNER_TEMP: temp,
      'INPUT_BASE-REF': 'HEAD^',
      ...Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])),
      ...env,
    },
  })
  let stdout = ''
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk
    during?.(stdout, (signal) => void child.kill(signal))
  })
  const [exitCode] = (await once(child, 'close')) as [number | null]
  return { exitCode, stdout, summary: readFileSync(summary, 'utf8'), ms: performance.now() - started }
}

const lateMark = (): string => join(repo.root, 'late')

test('a suite that hangs, and leaves others behind that left its group, is ended with all of them', async () => {
  changed()
  const command = `setsid bash -c 'sleep 6; touch ${lateMark()}' & sleep 600`
  const run = await act({ 'test-command': command }, { ATOMIC_TEST_MINUTES: '0.02' })
  expect(run.exitCode).toBe(1)
  expect(run.stdout).toContain('::error title=The tests do not come to an end::')
  expect(run.stdout).toContain('stopped for taking too long')
  await new Promise((done) => setTimeout(done, Math.max(0, 8_000 - run.ms)))
  expect(existsSync(lateMark())).toBe(false)
})

test('a job that is cancelled ends its tests, and says so', async () => {
  changed()
  const command = `echo under way; (sleep 5; touch ${lateMark()}) & sleep 600`
  const run = await act({ 'test-command': command }, {}, (printed, kill) => {
    if (printed.includes('\nunder way')) kill('SIGTERM')
  })
  expect(run.exitCode).toBe(1)
  expect(run.stdout).toContain('was cancelled (SIGTERM)')
  expect(run.summary).toMatch(/^## ❌ UNAVAILABLE: The run was cancelled/)
  await new Promise((done) => setTimeout(done, 6_000))
  expect(existsSync(lateMark())).toBe(false)
})

test('a runner that is killed outright leaves nothing that the next run would trip over', async () => {
  changed()
  const killed = await act({ 'test-command': 'echo under way; sleep 5' }, {}, (printed, kill) => {
    if (printed.includes('\nunder way')) kill('SIGKILL')
  })
  expect(killed.exitCode).toBeNull()
  const next = await act({ 'test-command': 'true' })
  expect(next.exitCode).toBe(0)
  expect(next.summary).toContain('✅ Verified')
})

test('a suite that prints 1 GB is shown as far as anyone reads, and judged by its exit code', async () => {
  changed()
  const run = await act({ 'test-command': 'head -c 1000000000 /dev/zero' })
  expect(run.exitCode).toBe(0)
  expect(run.summary).toContain('✅ Verified')
  expect(run.stdout.includes('more than 8388608 bytes of output; the rest is not shown')).toBe(true)
  expect(run.stdout.length).toBeLessThan(9_000_000)
  expect(run.summary.length).toBeLessThan(20_000)
})

test('without a network StrykerJS cannot be installed: the rest of the verdict stands, and says so', async () => {
  changed()
  const bundle = join(repo.root, 'action')
  cpSync(dirname(await actionProgram()), bundle, { recursive: true })
  mkdirSync(join(repo.root, 'bin'))
  const npm = join(repo.root, 'bin/npm')
  writeFileSync(
    npm,
    '#!/bin/sh\necho "npm error network request to the registry failed, reason: ENETUNREACH" >&2\nexit 1\n',
  )
  chmodSync(npm, 0o755)
  const run = await act(
    { 'test-command': 'true', 'mutation-threshold': '50' },
    { PATH: `${join(repo.root, 'bin')}:${process.env.PATH}` },
    undefined,
    join(bundle, 'main.js'),
  )
  expect(run.exitCode).toBe(1)
  expect(run.summary.split('\n')[0]).toBe('## ❌ Not verified: no mutant could be tested')
  expect(run.stdout).toMatch(/::error title=No mutant was tested::.*cannot be installed \(network request/)
})

test('the log folds its steps away, obeys nothing that tests print, and hides the token', async () => {
  changed()
  const token = 'ghs_notasecretthatanybodyhas'
  const run = await act({
    'test-command': `echo ::set-output name=passed::x; echo "::error::forged"`,
    'github-token': token,
  })
  const lines = run.stdout.split('\n')
  expect(lines.filter((line) => line.startsWith('::group::'))).toMatchObject([
    '::group::Derive the change again',
    expect.stringMatching(/^::group::Tests: echo /),
  ])
  expect(lines.filter((line) => line === '::endgroup::')).toHaveLength(2)
  expect(lines.filter((line) => line.includes(token))).toEqual([`::add-mask::${token}`])
  const [from, to] = [/^::stop-commands::(.+)$/m.exec(run.stdout), lines.indexOf('::error::forged')]
  expect(lines.indexOf(from![0])).toBeLessThan(to)
  expect(lines.indexOf(`::${from![1]}::`)).toBeGreaterThan(to)
})

test('on a full disk the verdict still stands in the log, and the run fails for that reason', async () => {
  changed()
  const run = await act({ 'test-command': 'true' }, { GITHUB_STEP_SUMMARY: '/dev/full', GITHUB_OUTPUT: '/dev/full' })
  expect(run.exitCode).toBe(1)
  expect(run.stdout).toContain('::error title=RESOURCE_LIMIT::The disk of this runner is full')
  expect(run.stdout).toContain('✅ Verified')
})

test('file names are shown, and never obeyed', async () => {
  const names = [
    'na\nme::error::forged.ts',
    '$(touch pwned).ts',
    '`x`|<b>|@all.ts',
    '--upload-pack=x.ts',
    '%0A::warning::y.ts',
    '‮gnp.ts',
  ]
  changed()
  repo.write(Object.fromEntries(names.map((name) => [name, 'export {}\n'])))
  repo.git('add', '--all', '--', '.')
  repo.git('commit', '--quiet', '--message', 'more')
  const run = await act({ 'test-command': 'true', 'base-ref': 'HEAD^^' })
  expect(run.exitCode).toBe(1)
  const errors = run.stdout.split('\n').filter((line) => line.startsWith('::error'))
  expect(errors).toHaveLength(names.length)
  for (const line of errors) expect(line).toMatch(/^::error title=Not what the ChangeSpec derives,file=/)
  expect(run.stdout).not.toMatch(/^::(error|warning)::/m)
  expect(existsSync(join(repo.dir, 'pwned'))).toBe(false)
  expect(run.summary).toContain('| `` `x`\\|<b>\\|@all.ts `` |')
  expect(run.summary).toContain('| `\\u202egnp.ts` |')
})

test('packages with types that nobody can take in cost their types, not the verdict', async () => {
  // Beside nothing, as on a runner: by the compiler that the bundle holds.
  const bundle = join(repo.root, 'action')
  cpSync(dirname(await actionProgram()), bundle, { recursive: true })
  const typed = JSON.stringify({ ...JSON.parse(spec), invariants: [{ type: 'typecheck' }] })
  const uses = "import type { Deep } from 'deep'\nexport const deep: Deep = 1\n"
  const manifest = JSON.stringify({ name: 'p', type: 'module', dependencies: { deep: '1.0.0' } })
  repo.write({
    'a.ts': 'export const one = 1\n',
    'b.ts': uses,
    'package.json': manifest,
    '.gitignore': 'node_modules\n',
  })
  repo.commit('base')
  repo.write({ 'a.ts': 'export const two = 1\n', '.atomic/change.json': typed }).commit('changed')
  const installed = join(repo.dir, 'node_modules/deep')
  mkdirSync(installed, { recursive: true })
  writeFileSync(join(installed, 'package.json'), '{"name":"deep","types":"./index.d.ts"}')
  const nested = `${'('.repeat(100_000)}1${')'.repeat(100_000)}`
  writeFileSync(join(installed, 'index.d.ts'), `export type Deep = ${nested}\n`)
  const run = await act({ 'test-command': 'true' }, {}, undefined, join(bundle, 'main.js'))
  expect(run.stdout).toContain('Judged without them.')
  expect(run.stdout + run.summary).toContain('✅ Verified')
  expect(run.exitCode).toBe(0)
})
