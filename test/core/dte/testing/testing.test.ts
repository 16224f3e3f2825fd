import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ChildLimits } from '../../../../core/dte/testing/child.ts'
import { testCommand } from '../../../../core/dte/testing/command.ts'
import { withoutSecrets } from '../../../../core/dte/testing/environment.ts'
import { countCases, failedCases, junitXml } from '../../../../core/dte/testing/junit.ts'
import { runTests, type TestRun } from '../../../../core/dte/testing/run.ts'
import { jest } from '../../../../core/dte/testing/runners/jest.ts'

let dir: string
let shown: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'atomic tests '))
  shown = ''
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const put = (files: Record<string, string>): void => {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(dir, path, '..'), { recursive: true })
    writeFileSync(join(dir, path), text)
  }
}
const scripts = (test: string): void => put({ 'package.json': JSON.stringify({ type: 'module', scripts: { test } }) })

function run(command?: string, options: Partial<ChildLimits> & { env?: NodeJS.ProcessEnv } = {}): Promise<TestRun> {
  const { env: _env, ...limits } = options
  return runTests(testCommand(dir, command)!, {
    cwd: dir,
    temp: dir,
    env: options.env ?? process.env,
    limits: { timeoutMs: 20_000, shown: 100_000, ...limits },
    show: (chunk) => (shown += Buffer.from(chunk).toString()),
  })
}

describe('which command', () => {
  test('there is none where package.json has no test', () => {
    expect(testCommand(dir)).toBeUndefined()
    scripts('echo "Error: no test specified" && exit 1')
    expect(testCommand(dir)).toBeUndefined()
  })
  test.each([
    ['package-lock.json', 'npm test'],
    ['pnpm-lock.yaml', 'pnpm test'],
    ['yarn.lock', 'yarn test'],
  ])('with %s it is %s', (lock, command) => {
    scripts('mocha')
    put({ [lock]: '' })
    expect(testCommand(dir)?.command).toBe(command)
  })
  test.each([
    ['vitest run --coverage', 'npm test -- --reporter=default --reporter=junit --outputFile.junit=/r'],
    ['jest --ci', 'npm test -- --json --outputFile=/r'],
    ['node --test test/', 'npm test'],
    ['vitest run && echo done', 'npm test'],
    ['vitest run --reporter=dot', 'npm test'],
    ['tsc && jest', 'npm test'],
  ])('for the script %s a report is had by %s', (script, command) => {
    scripts(script)
    expect(testCommand(dir)?.reporting('/r').command).toBe(command)
  })
  test('a command of one’s own is taken as it is', () => {
    scripts('vitest run')
    expect(testCommand(dir, 'make check')).toMatchObject({ command: 'make check' })
    expect(testCommand(dir, 'npx vitest run')?.reporting('/a b').command).toContain(" '--outputFile.junit=/a b'")
  })
})

describe('a run', () => {
  test('keeps the JUnit report of node:test, and counts', async () => {
    scripts('node --test')
    put({
      'a.test.js': `import test from 'node:test'; test('good', () => {}); test('bad', () => { throw new Error('no') })`,
    })
    const done = await run()
    expect(done).toMatchObject({
      command: 'npm test',
      passed: false,
      exitCode: 1,
      total: 2,
      failed: 1,
    })
    expect(done.junit).toContain('<testsuites>')
  })

  test('sees no secrets, and cannot answer for the step', async () => {
    const env = {
      ...process.env,
      GITHUB_TOKEN: 't0p',
      NPM_TOKEN: 't0p',
      MY_PASSWORD: 't0p',
      GITHUB_OUTPUT: '/x',
      'INPUT_APP-URL': 't0p',
      SAFE: 'seen',
    }
    await run('env', { env })
    expect(shown).toContain('SAFE=seen')
    expect(shown).toContain('CI=true')
    expect(shown).not.toMatch(/t0p|GITHUB_OUTPUT/)
  })

  test('that hangs is stopped, with all that it started', async () => {
    const done = await run(`(sleep 3; touch '${dir}/late') & echo hi; sleep 60`, { timeoutMs: 700 })
    expect(done).toMatchObject({ passed: false, stopped: 'time' })
    expect(done.durationMs).toBeLessThan(10_000)
    await new Promise((resolve) => setTimeout(resolve, 3_000))
    expect(existsSync(join(dir, 'late'))).toBe(false)
  })

  test('that leaves something running behind does not hold up the job', async () => {
    const done = await run('sleep 60 & echo started')
    expect(done).toMatchObject({ passed: true })
    expect(done.durationMs).toBeLessThan(10_000)
  })

  test('that prints without end is shown up to a limit, and its last lines are kept', async () => {
    const done = await run('head -c 50000000 /dev/zero | tr "\\0" "x"; echo; echo the end; exit 3', { shown: 5_000 })
    expect(done).toMatchObject({ passed: false, exitCode: 3 })
    expect(shown.length).toBeLessThan(6_000)
    expect(done.tail).toContain('the end')
    expect(done.tail.length).toBeLessThan(20_000)
  })

  test.each([
    ['in its group', 'sleep 60 &'],
    ['out of its group', 'setsid sleep 60 &'],
  ])('that forks without end, %s, is ended with all that it started', async (_, fork) => {
    const done = await run(`while :; do ${fork} done`, { processes: 60 })
    expect(done).toMatchObject({ passed: false, stopped: 'processes' })
    expect(done.durationMs).toBeLessThan(15_000)
  })

  test('that takes too much memory is ended', async () => {
    const grow = 'const all = []; for (;;) all.push(Buffer.alloc(1e7, 1)); '
    const done = await run(`node -e '${grow}'`, { memory: 400e6 })
    expect(done).toMatchObject({ passed: false, stopped: 'memory' })
  })

  test('that prints without end is ended', async () => {
    const done = await run('yes', { printed: 20e6 })
    expect(done).toMatchObject({ passed: false, stopped: 'output' })
    expect(shown.length).toBeLessThan(200_000)
  })

  test('of a program that is not there fails and says so', async () => {
    const done = await run('no-such-program-anywhere')
    expect(done).toMatchObject({ passed: false, exitCode: 127 })
    expect(done.tail).toContain('no-such-program-anywhere')
  })
})

test('what Jest writes becomes JUnit', () => {
  const file = (name: string, status: string, assertionResults: unknown[], message = '') => ({
    name,
    status,
    message,
    assertionResults,
  })
  const report = {
    testResults: [
      file('a.test.js', 'failed', [
        { title: 'adds', ancestorTitles: ['sum'], status: 'passed', duration: 12, failureMessages: [] },
        {
          title: 'a < b & "c"',
          ancestorTitles: [],
          status: 'failed',
          duration: null,
          failureMessages: ['\u001b[31mno'],
        },
        { title: 'later', ancestorTitles: [], status: 'pending', duration: null },
      ]),
      file('b.test.js', 'failed', [], 'SyntaxError: x'),
    ],
  }
  const xml = jest.toJUnit!(JSON.stringify(report))
  expect(countCases(xml)).toEqual({ total: 4, failed: 2 })
  expect(xml).toContain('name="sum › adds" time="0.012"')
  expect(xml).toContain('a &lt; b &amp; &quot;c&quot;')
  expect(xml).toContain('<skipped/>')
  expect(xml).not.toContain('\u001b')
})

test('what prints TAP is kept as JUnit, subtests and directives as they are meant', async () => {
  const tap = [
    '> p@1 test',
    'TAP version 13',
    'ok 1 - adds',
    'not ok 2 - a < b',
    '  ---',
    '  message: no',
    '  ...',
    '    ok 1 - inner',
    '    not ok 2 - other inner # TODO later',
    'ok 3 - outer',
    'ok 4 # SKIP slow',
    '1..4',
  ].join('\n')
  put({ 'tap.txt': tap })
  const done = await run('cat tap.txt; exit 1')
  expect(done).toMatchObject({ passed: false, total: 5, failed: 1 })
  expect(failedCases(done.junit ?? '')).toEqual(['tap › a < b'])
  expect(await run('echo no report here')).not.toHaveProperty('junit')
})

test('Mocha is asked by a hook of its own, and keeps its reporter', () => {
  scripts("nyc mocha -r sucrase/register 'test/**/*.ts' --timeout 5000")
  const tests = testCommand(dir)!
  const { command, env } = tests.reporting('/r')
  expect(command).toMatch(/^npm test -- --require \S.*mocha-hook\.ts'?$/)
  expect(env).toEqual({ ATOMIC_MOCHA_REPORT: '/r' })
  const line = (test: object): string => JSON.stringify({ suite: 's', seconds: 0.1, ...test })
  const xml = tests.runner!.toJUnit!([line({ name: 'good' }), line({ name: 'bad', failure: 'no' }), ''].join('\n'))
  expect(countCases(xml)).toEqual({ total: 2, failed: 1 })
  expect(tests.runner!.stryker!(tests.line)).toEqual({
    name: 'mocha',
    needs: 'mocha',
    options: { mochaOptions: { require: ['sucrase/register'], spec: ['test/**/*.ts'], timeout: 5000 } },
  })
})

test.each([
  ['jest --ci --config jest.unit.js', { jest: { configFile: 'jest.unit.js' } }],
  ['jest src/one', undefined],
  ['vitest run --coverage', { vitest: { related: true } }],
  ['vitest run -t slow', undefined],
  ['mocha --grep x', undefined],
  ['mocha $(ls)', undefined],
  [
    'karma start karma.conf.cjs --single-run --browsers=ChromeHeadless,FirefoxHeadless',
    {
      karma: {
        projectType: 'custom',
        configFile: 'karma.conf.cjs',
        config: { browsers: ['ChromeHeadless', 'FirefoxHeadless'] },
      },
    },
  ],
  ['npx karma start', { karma: { projectType: 'custom', configFile: 'karma.conf.js', config: {} } }],
  ['karma start -- --grep=x', undefined],
  ['ng test', undefined],
])('StrykerJS runs %s by its plugin with %o', (line, options) => {
  const { runner } = testCommand(dir, line)!
  expect(runner?.stryker?.(line)?.options).toEqual(options)
})

test('an empty run is an empty report', () => {
  expect(countCases(junitXml([]))).toEqual({ total: 0, failed: 0 })
})

test.each([
  'GITHUB_TOKEN',
  'ACTIONS_RUNTIME_TOKEN',
  'ACTIONS_ID_TOKEN_REQUEST_URL',
  'NODE_AUTH_TOKEN',
  'AWS_SECRET_ACCESS_KEY',
  'OPENAI_API_KEY',
  'INPUT_GITHUB-TOKEN',
  'GITHUB_ENV',
  'GIT_CONFIG_VALUE_1',
])('%s is withheld', (name) => {
  expect(withoutSecrets({ [name]: 'x', PATH: '/bin' })).toEqual({ PATH: '/bin' })
})
