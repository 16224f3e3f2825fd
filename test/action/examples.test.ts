import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { VerificationReport } from '../../core/contracts/index.ts'
import { missionEvents, openWorld, packOf, record } from '../core/evidence/world.ts'
import { type Scene, setScene } from '../github/scene.ts'
import { runFile, type WorkflowRun } from './runner/run.ts'
import { type Call, startAddress } from './support/app.ts'
import { PullRequest, project, spec } from './support/pull-request.ts'

vi.setConfig({ testTimeout: 120_000 })

let scene: Scene
let folder: string
let app: Awaited<ReturnType<typeof startAddress>>
let answer: (call: Call) => { status: number; body?: Uint8Array | object } = () => ({ status: 200 })
beforeAll(async () => {
  scene = await setScene({ files: project })
  folder = mkdtempSync(join(tmpdir(), 'atomic-examples-'))
  app = await startAddress(scene.github, (call) => answer(call))
  // Says how it was called, and whether it could have asked for an identity token.
  mkdirSync(join(folder, 'bin'))
  writeFileSync(
    join(folder, 'bin/npm'),
    `#!/bin/sh\n[ "$1" = test ] && exec node --test\necho "npm $* in $(basename "$PWD"), id token: \${ACTIONS_ID_TOKEN_REQUEST_TOKEN:+yes}"\n`,
  )
  chmodSync(join(folder, 'bin/npm'), 0o755)
})
afterAll(async () => {
  app.stop()
  await scene.stop()
  rmSync(folder, { recursive: true, force: true })
})

const run = async (name: string, own: Partial<Parameters<typeof runFile>[2]> = {}): Promise<WorkflowRun> => {
  const result = await runFile(scene, `examples/${name}.yml`, {
    repo: 'acme/shop',
    event: 'pull_request',
    cache: join(folder, 'cache'),
    path: join(folder, 'bin'),
    replace: { 'https://atomic.example.com': app.url },
    ...own,
  })
  if (result === undefined) throw new Error(`${name} does not run`)
  return result
}

async function landed(text = spec, files: Record<string, string> = {}): Promise<PullRequest> {
  const pull = await PullRequest.open(scene, text, files)
  await pull.landAll()
  return pull
}

const isVerified = '## ✅ Verified: the head is exactly what the ChangeSpec derives'
const tried = new Set<string>()

test('plain', async () => {
  tried.add('plain.yml')
  const { number } = await landed()
  const result = await run('plain', { pullRequest: number })
  expect(result.log + result.summary).toContain(isVerified)
  expect(result).toMatchObject({ conclusion: 'success', outputs: { passed: 'true' } })
  expect(result.log).toContain('npm ci in shop')
})

test('with-app: from the reusable workflow that the app pins, without an identity token while installing', async () => {
  tried.add('with-app.yml')
  const { number } = await landed()
  const before = app.calls.length
  const result = await run('with-app', { pullRequest: number })
  expect(result.conclusion).toBe('success')
  expect(result.log).toMatch(/npm ci in shop, id token: \n/)
  const call = app.calls[before]
  expect(VerificationReport.parse(call?.body)).toMatchObject({ passed: true })
  expect(call?.run).toMatchObject({
    repository: 'acme/shop',
    jobWorkflowRef: 'atomic/atomic/.github/workflows/atomic-verify.yml@refs/tags/v1',
  })
  const where = { owner: 'acme', repo: 'shop', run_id: result.runId }
  const { data } = await scene.bot.rest.actions.listWorkflowRunArtifacts(where)
  expect(data.artifacts.map((one) => one.name)).toEqual(['atomic-verification'])
})

test('monorepo: the tests of one folder', async () => {
  tried.add('monorepo.yml')
  const inside = Object.fromEntries(Object.entries(project).map(([path, text]) => [`packages/web/${path}`, text]))
  const { number } = await (async () => {
    const text = spec.replaceAll('src/', 'packages/web/src/')
    const pull = await PullRequest.open(scene, text, inside, { specPath: 'packages/web/.atomic/change.yml' })
    await pull.landAll()
    return pull
  })()
  const result = await run('monorepo', { pullRequest: number })
  expect(result.log + result.summary).toContain(isVerified)
  expect(result.log).toContain('npm ci --prefix ../.. in web')
})

test('merge-queue: what would be merged is derived again, from what it goes onto', async () => {
  tried.add('merge-queue.yml')
  const pull = await landed()
  const queued = async (): Promise<WorkflowRun> => {
    const base = await scene.repo.head('main')
    const sha = await scene.repo.mergeGroup(pull.number)
    const ref = `refs/heads/gh-readonly-queue/main/pr-${pull.number}-${base}`
    return run('merge-queue', { event: 'merge_group', sha, ref })
  }
  const good = await queued()
  expect(good.log + good.summary).toContain(isVerified)
  // Meanwhile somebody else calls what the change renames: the merged result is no longer what derives there.
  await scene.repo.push(
    'main',
    { 'src/late.ts': "import { UserService } from './user.ts'\nexport const late = new UserService().getUser('1')\n" },
    { as: 'ada' },
  )
  const bad = await queued()
  await scene.repo.push('main', { 'src/late.ts': null }, { as: 'ada' })
  expect(bad.conclusion).toBe('failure')
  expect(bad.annotations).toContainEqual(
    expect.objectContaining({ title: 'Not what the ChangeSpec derives', file: 'src/late.ts' }),
  )
})

test('ghes: another server, its own identity tokens', async () => {
  tried.add('ghes.yml')
  const { number } = await landed()
  const before = app.calls.length
  const result = await run('ghes', { pullRequest: number })
  expect(result.conclusion).toBe('success')
  expect(app.calls[before]?.run).toMatchObject({ repository: 'acme/shop' })
  expect(result.ran.at(-1)).toMatch(/^actions\/upload-artifact@/)
})

test('mutation: what was found is remembered for the next run', async () => {
  tried.add('mutation.yml')
  const { number } = await PullRequest.open(scene, spec, {
    'src/main.ts': "export const size = (n: number): string => (n > 10 ? 'many' : 'few')\n",
    'test/main.test.ts':
      "import test from 'node:test'\nimport assert from 'node:assert/strict'\nimport { size } from '../src/main.ts'\ntest('size', () => assert.equal(size(50), 'many'))\n",
  })
  const first = await run('mutation', { pullRequest: number })
  expect(first.conclusion).toBe('failure')
  expect(first.annotations).toContainEqual(
    expect.objectContaining({
      title: 'No test notices this mutant',
      file: 'src/main.ts',
      line: 1,
      message: expect.stringContaining(
        '"n > 10" replaced by "n >= 10", and all tests still pass. Add the case at the boundary',
      ),
    }),
  )
  const second = await run('mutation', { pullRequest: number })
  expect(second.summary).toContain('nothing has changed since the run that found this')
  expect(second.annotations).toEqual(first.annotations)
})

test('audit-pack: checked with the pinned key, once the pull request is merged', async () => {
  tried.add('audit-pack.yml')
  const { number } = await landed()
  const world = await openWorld()
  await record(world.evidence, 'msn_1', await missionEvents(world.blobs))
  const body = await packOf(world.evidence, 'msn_1')
  answer = () => ({ status: 200, body })
  const open = await run('audit-pack', { pullRequest: number })
  expect(open.ran).toEqual([])
  scene.repo.mergePull(number)
  const merged = await run('audit-pack', { pullRequest: number, vars: { ATOMIC_LOG_VKEY: world.vkey } })
  await world.close()
  expect(merged.log + merged.summary).toContain('✅ The audit pack holds what it claims')
  expect(merged.summary).not.toContain('key is not pinned')
})

test('each example is run here', () => {
  expect([...tried].sort()).toEqual(
    readdirSync('examples')
      .filter((name) => /\.yml$/.test(name) && name !== 'rename.yml')
      .sort(),
  )
  for (const name of tried) expect(readFileSync(`examples/${name}`, 'utf8')).not.toContain('pull_request_target')
})
