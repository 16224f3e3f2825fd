import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { LineRange, MutantResult, MutationRequest } from '../../../../core/dte/mutation.ts'
import { mutationResult } from '../../../../core/dte/mutation-result.ts'
import { stryker } from '../../../../core/dte/mutators/stryker.ts'
import { testCommand } from '../../../../core/dte/testing/command.ts'
import { Repository } from '../../../support/repository.ts'

// StrykerJS with a type checker, some of it twice, on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000 })

let repo: Repository
beforeEach(() => {
  repo = new Repository()
  mkdirSync(join(repo.root, 'temp'))
})
afterEach(() => repo.remove())

const source = `export function fee(total) {
  if (total > 100) return 0
  console.info('a fee of ' + 5)
  return 5
}

export function label(total) {
  return total >= 10 ? 'many' : 'few'
}
`
const nodeTests = `import test from 'node:test'
import assert from 'node:assert/strict'
import { fee, label } from '../src/fee.js'
test('fee', () => {
  assert.equal(fee(100), 5)
  assert.equal(fee(101), 0)
})
test('label', () => {
  assert.equal(label(50), 'many')
})
`

function request(lines: LineRange[], options: Partial<MutationRequest> = {}): MutationRequest {
  return {
    cwd: repo.dir,
    temp: join(repo.root, 'temp'),
    lines,
    tests: testCommand(repo.dir)!,
    maxMutants: 50,
    maxPerLine: 50,
    timeoutMs: 120_000,
    env: process.env,
    show: () => {},
    ...options,
  }
}

function project(test: string, tests: string): void {
  repo.write({
    'package.json': JSON.stringify({ name: 'p', type: 'module', scripts: { test } }),
    'src/fee.js': source,
    'test/fee.test.js': tests,
  })
}

test('makes mutants on the given lines only, few of a line, none in logging, and names those that no test noticed', async () => {
  project('node --test', nodeTests)
  const lines = [3, 8].map((line) => ({ path: 'src/fee.js', from: line, to: line }))
  const run = await stryker.mutate(request(lines, { maxPerLine: 4 }))
  expect(run.partial).toBe(false)
  const tested = run.mutants.filter((m) => m.status !== 'Ignored')
  expect(tested.map((m) => m.location.start.line)).toEqual([8, 8, 8, 8])
  expect(run.leftOut).toBe(2)
  // One of each kind first: 50 is far from 10, and nothing asks for "few".
  expect(new Set(tested.map((m) => m.mutatorName))).toEqual(
    new Set(['ConditionalExpression', 'EqualityOperator', 'StringLiteral']),
  )
  const survivors = run.mutants.filter((m) => m.status === 'Survived')
  const result = mutationResult(run, new Map())
  expect(survivors.length).toBeGreaterThan(0)
  expect(result.killed).toBeGreaterThan(0)
  expect(result.survived).toBe(survivors.length)
  expect(result.report).toMatchObject({ files: { 'src/fee.js': {} } })
})

test('a time box that closes leaves an honest partial result', async () => {
  // All but the first mutants take their time.
  const slow =
    "test('slow', () => new Promise((done) => setTimeout(done, Number(process.env.__STRYKER_ACTIVE_MUTANT__ ?? 0) > 1 ? 1500 : 0)))"
  project('node --test', `${nodeTests}\n${slow}\n`)
  const run = await stryker.mutate(request([{ path: 'src/fee.js', from: 1, to: 9 }], { timeoutMs: 9_000 }))
  expect(run.partial).toBe(true)
  expect(run.mutants.some((m) => m.status === 'Pending')).toBe(true)
  const { report } = mutationResult(run, new Map([['src/fee.js', source]]))
  expect(report).toMatchObject({ schemaVersion: '2', files: { 'src/fee.js': { language: 'javascript', source } } })
})

test('tests that take a few times as long as they did at first did not hang', async () => {
  const busy =
    "test('busy', () => new Promise((done) => setTimeout(done, process.env.__STRYKER_ACTIVE_MUTANT__ === undefined ? 1_500 : 8_500)))"
  project('node --test', `${nodeTests}\n${busy}\n`)
  const { mutants } = await stryker.mutate(request([{ path: 'src/fee.js', from: 8, to: 8 }], { maxMutants: 1 }))
  expect(mutants.find((m) => m.status !== 'Ignored')).toMatchObject({ mutatorName: 'ConditionalExpression' })
  expect(mutants.map((m) => m.status)).not.toContain('Timeout')
})

test('says so where the tests are red before any mutant', async () => {
  project('node --test', nodeTests.replace('fee(101), 0', 'fee(101), 1'))
  await expect(stryker.mutate(request([{ path: 'src/fee.js', from: 2, to: 2 }]))).rejects.toMatchObject({
    code: 'UNAVAILABLE',
  })
})

test('runs Vitest by its own runner, with the tests that cover each mutant', async () => {
  const vitestTests = `import { expect, test } from 'vitest'
import { fee, label } from '../src/fee.js'
test('fee', () => { expect([fee(100), fee(101)]).toEqual([5, 0]) })
test('label', () => { expect([label(10), label(9)]).toEqual(['many', 'few']) })
`
  project('vitest run', vitestTests)
  symlinkSync(resolve('node_modules'), join(repo.dir, 'node_modules'))
  const run = await stryker.mutate(request([{ path: 'src/fee.js', from: 8, to: 8 }]))
  expect(run.mutants.length).toBeGreaterThan(3)
  expect(run.mutants.every((m) => m.status === 'Killed')).toBe(true)
  expect(run.mutants[0]?.coveredBy?.length).toBe(1)
})

test('a time box that closes before any mutant was tested gives no score', async () => {
  project('node --test', `${nodeTests}\ntest('slow', () => new Promise((done) => setTimeout(done, 60_000)))\n`)
  await expect(
    stryker.mutate(request([{ path: 'src/fee.js', from: 1, to: 9 }], { timeoutMs: 4_000 })),
  ).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: 'StrykerJS was ended before it tested a mutant: the time box closed.',
  })
})

/** A project in TypeScript with a mutant that does not compile, `() => undefined`, and that no test notices. */
function typed(test: string, added: Record<string, string> = {}): MutationRequest {
  repo.write({
    'package.json': JSON.stringify({ name: 'p', type: 'module', scripts: { test } }),
    'tsconfig.json': JSON.stringify({
      compilerOptions: { strict: true, noEmit: true, module: 'nodenext', allowImportingTsExtensions: true, types: [] },
      include: ['src'],
    }),
    'src/order.ts': 'export const ascending: (a: number, b: number) => number = (a, b) => a - b\n',
    'test/order.test.ts': `import test from 'node:test'
import assert from 'node:assert/strict'
import { ascending } from '../src/order.ts'
test('sorts', () => assert.deepEqual([1, 2].toSorted(ascending), [1, 2]))
`,
    ...added,
  })
  symlinkSync(resolve('node_modules'), join(repo.dir, 'node_modules'))
  return request([{ path: 'src/order.ts', from: 1, to: 1 }])
}
const statusOf = ({ mutants }: { mutants: MutantResult[] }, name: string): string | undefined =>
  mutants.find(({ mutatorName }) => mutatorName === name)?.status

test('tells mutants that do not compile by the type checker, also where the tests failed once by chance', async () => {
  const once = join(repo.root, 'ran-once')
  const run = await stryker.mutate(typed(`test -e '${once}' || { touch '${once}'; exit 1; }; node --test`))
  expect(statusOf(run, 'ArrowFunction')).toBe('CompileError')
  expect(statusOf(run, 'ArithmeticOperator')).toBe('Survived')
  expect(run.without).toEqual([
    'the tests failed once as they are, and passed when they ran again, so that a mutant may be killed by chance',
  ])
})

test('does without the type checker where it does not take the project, and says so', async () => {
  const run = await stryker.mutate(typed('node --test', { 'src/old.ts': "export const old: number = 'text'\n" }))
  expect(statusOf(run, 'ArrowFunction')).toBe('Survived')
  expect(run.without).toEqual([
    expect.stringMatching(
      /^mutants that do not compile were tested as well \(its type checker: error TS2322: Type 'string'/,
    ),
  ])
})

test('says what it did without: here the type checker, which cannot be installed', async () => {
  project('vitest run', "import { test } from 'vitest'\nimport '../src/size.js'\ntest('nothing', () => {})\n")
  repo.write({ 'src/size.ts': "export const size = (n: number) => (n > 10 ? 'many' : 'few')\n", 'tsconfig.json': '{}' })
  // Its own TypeScript, on which the type checker that is at hand does not work.
  repo.write({ 'node_modules/typescript/package.json': JSON.stringify({ name: 'typescript', version: '6.0.3' }) })
  symlinkSync(resolve('node_modules/vitest'), join(repo.dir, 'node_modules/vitest'))
  const bin = join(repo.root, 'bin')
  mkdirSync(bin)
  writeFileSync(join(bin, 'npm'), '#!/bin/sh\nexit 1\n')
  chmodSync(join(bin, 'npm'), 0o755)
  const env = { ...process.env, PATH: `${bin}:${process.env.PATH}` }
  const run = await stryker.mutate(request([{ path: 'src/size.ts', from: 1, to: 1 }], { env }))
  expect(run.without).toEqual([
    'mutants that do not compile were tested as well (its type checker: it cannot be installed)',
  ])
  // Vitest's own runner stays.
  expect(run.mutants.some(({ status }) => status === 'NoCoverage')).toBe(true)
})
