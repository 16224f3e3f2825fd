import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildBundle } from '../../scripts/build-bundle.ts'

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
