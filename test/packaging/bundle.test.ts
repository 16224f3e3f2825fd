import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { pinnedAstGrep } from '../../action/ast-grep.ts'
import { pinnedStryker } from '../../core/dte/mutators/stryker-package.ts'
import { buildBundle } from '../../scripts/build-bundle.ts'
import { Repository } from '../support/repository.ts'

const committed = 'action/dist'
let fresh: string
beforeAll(async () => {
  fresh = mkdtempSync(join(tmpdir(), 'atomic-bundle-'))
  await buildBundle(fresh)
})
afterAll(() => rmSync(fresh, { recursive: true, force: true }))

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => statSync(join(folder, name)).isFile())
    .sort()

test('the committed bundle is what its sources build', () => {
  const names = filesIn(fresh)
  expect(filesIn(committed), 'run "npm run build" and commit action/dist').toEqual(names)
  const differing = names.filter((name) => !readFileSync(join(fresh, name)).equals(readFileSync(join(committed, name))))
  expect(differing, 'run "npm run build" and commit action/dist').toEqual([])
})

test('it weighs at most 12 MB', () => {
  const bytes = filesIn(committed).reduce((sum, name) => sum + statSync(join(committed, name)).size, 0)
  expect(bytes).toBeLessThan(12 * 1024 ** 2)
})

test('it starts, and says what is wrong with its inputs, before anything heavy is loaded', () => {
  const started = performance.now()
  const { status, stdout } = spawnSync(process.execPath, [resolve(committed, 'main.js')], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, INPUT_MODE: 'guess' },
  })
  const took = performance.now() - started
  expect(status).toBe(1)
  expect(stdout).toContain('mode: expected verify, mutation, plan or audit-pack')
  // 250 ms on a machine of its own; ten times that where other tests run beside.
  expect(took).toBeLessThan(2_500)
})

test('it brings the licences of what it contains', () => {
  const licences = readFileSync(join(committed, 'licenses.txt'), 'utf8')
  for (const name of ['@actions/core', 'zod', 'typescript']) expect(licences).toContain(`${name}@`)
})

test('what a run may have to install are the releases that Atomic itself has', () => {
  const { dependencies, devDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as Record<
    'dependencies' | 'devDependencies',
    Record<string, string>
  >
  expect(pinnedAstGrep).toBe(dependencies['@ast-grep/napi'])
  for (const name of ['@stryker-mutator/core', '@stryker-mutator/vitest-runner'] as const)
    expect(pinnedStryker[name]).toBe(dependencies[name] ?? devDependencies[name])
})

/** A runner has the bundle and nothing beside it; npm is played by a script that notes how it was called. */
function onARunner(
  repo: Repository,
  npm: string,
): { status: number | null; stdout: string; outputs: string; summary: string } {
  const file = (name: string, text = ''): string => {
    writeFileSync(join(repo.root, name), text)
    return join(repo.root, name)
  }
  const [outputs, summary] = [file('outputs'), file('summary')]
  cpSync(committed, join(repo.root, 'action'), { recursive: true })
  mkdirSync(join(repo.root, 'bin'))
  chmodSync(file('bin/npm', `#!/bin/sh\necho "$@" >> '${join(repo.root, 'npm-calls')}'\n${npm}\n`), 0o755)
  const { status, stdout } = spawnSync(process.execPath, [join(repo.root, 'action/main.js')], {
    encoding: 'utf8',
    env: {
      PATH: `${join(repo.root, 'bin')}:${process.env.PATH}`,
      GITHUB_WORKSPACE: repo.dir,
      RUNNER_TEMP: repo.root,
      GITHUB_EVENT_NAME: 'push',
      GITHUB_OUTPUT: outputs,
      GITHUB_STEP_SUMMARY: summary,
      'INPUT_BASE-REF': 'HEAD^',
    },
  })
  return { status, stdout, outputs: readFileSync(outputs, 'utf8'), summary: readFileSync(summary, 'utf8') }
}

const spec = {
  version: 1,
  title: 'Say two',
  risk: 'low',
  operations: [{ op: 'renameSymbol', symbol: 'a.ts#one', to: 'two' }],
  invariants: [
    { type: 'typecheck' },
    { type: 'semanticRule', rule: { pattern: 'console.log($$$)' }, language: 'typescript', expect: 'absent' },
  ],
}
function changed(): Repository {
  const repo = new Repository()
  repo.write({ 'a.ts': 'export const one: number = [1].length\n' }).commit('base')
  repo
    .write({ 'a.ts': 'export const two: number = [1].length\n', '.atomic/change.json': JSON.stringify(spec) })
    .commit('changed')
  return repo
}

test('it works with nothing beside it, and installs what is no part of it when a ChangeSpec asks for it', () => {
  const repo = changed()
  try {
    const installed = join(repo.root, 'action/node_modules/@ast-grep')
    const run = onARunner(
      repo,
      `mkdir -p '${installed}' && cp -r '${resolve('node_modules/@ast-grep')}/.' '${installed}'`,
    )
    expect(run.stdout + run.summary).toContain('✅ Verified')
    expect(run.status).toBe(0)
    expect(run.summary).toContain('`typecheck` | No type errors (TypeScript ')
    const calls = readFileSync(join(repo.root, 'npm-calls'), 'utf8').trim().split('\n')
    expect(calls).toEqual([
      expect.stringMatching(/^install --prefix .*--ignore-scripts .*@ast-grep\/napi@\d+\.\d+\.\d+$/),
    ])
  } finally {
    repo.remove()
  }
})

test('where that cannot be installed it says so, and judges nothing by guess', () => {
  const repo = changed()
  try {
    const run = onARunner(repo, 'exit 1')
    expect(run.status).toBe(1)
    expect(run.summary).toMatch(/^## ❌ UNAVAILABLE: .*ast-grep/)
  } finally {
    repo.remove()
  }
})
