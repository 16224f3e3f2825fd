import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { readUsage } from '../../action/usage.ts'
import { BudgetRequest } from '../../core/contracts/finops.ts'
import { VerificationReport } from '../../core/contracts/index.ts'
import { missionEvents, openWorld, packOf, record } from '../core/evidence/world.ts'
import { type Scene, setScene } from '../github/scene.ts'
import { type Answer, startAddress } from './support/app.ts'
import { PullRequest, project, spec } from './support/pull-request.ts'

vi.setConfig({ testTimeout: 120_000 })

let scene: Scene
let pull: PullRequest
beforeAll(async () => {
  scene = await setScene({ files: project })
})
afterAll(() => scene.stop())

test('plan shows what a ChangeSpec would change, and changes nothing', async () => {
  pull = await PullRequest.open(scene)
  const result = await pull.run({ mode: 'plan' })
  expect(result).toMatchObject({ exitCode: 0, outputs: { 'plan-digest': pull.answer.planDigest } })
  expect(result.summary).toContain('## Rename getUser to fetchUser: 3 files, +3 −3')
  expect(result.summary).toContain('+  fetchUser(id: string): string {')
  expect(result.summary).toMatch(/Forecast \| about \$/)
  expect(await scene.repo.head(pull.branch)).toBe(pull.base)
})

test('a verified change is reported to the app, once, by who the run is', async () => {
  pull = await PullRequest.open(scene)
  await pull.landAll()
  const answers: Answer[] = [{ status: 503 }, { status: 200 }]
  const app = await startAddress(scene.github, () => answers.shift() ?? { status: 500 })
  const result = await pull.run({ 'app-url': app.url })
  app.stop()
  expect(result).toMatchObject({ exitCode: 0, outputs: { passed: 'true' } })
  expect(app.calls).toHaveLength(2)
  const [first, second] = app.calls
  expect(second).toMatchObject({ path: '/missions/msn_1/verification', run: { repository: 'acme/shop' } })
  expect(second?.headers['idempotency-key']).toBe(first?.headers['idempotency-key'])
  const report = VerificationReport.parse(second?.body)
  expect(report).toMatchObject({
    passed: true,
    treeMatches: true,
    planDigest: pull.answer.planDigest,
    headSha: await scene.repo.head(pull.branch),
    differences: [],
    tests: { command: 'npm test', passed: true, total: 1, failed: 0 },
  })
  expect(report.tests?.junit).toContain('<testcase')
})

test('calls of models that the workflow made are told with the report, what cannot be billed by name', async () => {
  pull = await PullRequest.open(scene)
  await pull.landAll()
  const file = join(await mkdtemp(join(tmpdir(), 'atomic-usage-')), 'usage.jsonl')
  onTestFinished(() => rm(dirname(file), { recursive: true, force: true }))
  const openai = { prompt_tokens: 100, completion_tokens: 20, prompt_tokens_details: { cached_tokens: 60 } }
  const lines = [
    { requestId: 'resp_1', model: 'gpt-5', provider: 'openai', usage: openai },
    { requestId: 'msg_2', model: 'claude-haiku-4-5', usage: { inputTokens: 7, outputTokens: 3 }, batch: true },
  ]
  await writeFile(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
  const unknown = { code: 'UNKNOWN_MODEL', detail: 'No price.' }
  const app = await startAddress(scene.github, ({ body }) =>
    (body as { requestId?: string }).requestId === 'msg_2' ? { status: 422, body: unknown } : { status: 200 },
  )
  const result = await pull.run({ 'app-url': app.url }, { env: { ATOMIC_USAGE: file } })
  app.stop()
  expect(result).toMatchObject({ exitCode: 0, outputs: { passed: 'true' } })
  expect(app.calls.map(({ path, body }) => [path, BudgetRequest.safeParse(body).data])).toEqual([
    [
      '/finops/budget',
      {
        ...lines[0],
        usage: { inputTokens: 100, outputTokens: 20, cachedInputTokens: 60 },
        missionId: 'msn_1',
        step: 'verify',
        reported: true,
      },
    ],
    ['/finops/budget', { ...lines[1], missionId: 'msn_1', step: 'verify', reported: true }],
    ['/missions/msn_1/verification', undefined],
  ])
  expect(result.annotations).toContainEqual(
    expect.objectContaining({ title: 'Not metered', message: expect.stringContaining('422 (UNKNOWN_MODEL') }),
  )
})

test.each([
  ['{', 'Line 1 of the file that ATOMIC_USAGE names is not JSON'],
  ['{"requestId":"r","model":"m","usage":{},"usd":1}', 'Line 1 of the file that ATOMIC_USAGE names does not fit'],
  ['\n{"requestId":"r","model":"m","usage":{"prompt":1}}', 'Line 2 of the file that ATOMIC_USAGE names has no usage'],
])('calls of models are read with care: %s', async (text, says) => {
  const file = join(await mkdtemp(join(tmpdir(), 'atomic-usage-')), 'usage.jsonl')
  onTestFinished(() => rm(dirname(file), { recursive: true, force: true }))
  await writeFile(file, text)
  expect(() => readUsage(file)).toThrow(
    expect.objectContaining({ code: 'INVALID_REQUEST', message: expect.stringContaining(says) as string }),
  )
})

test('a report that the app does not take fails the run, and says why', async () => {
  pull = await PullRequest.open(scene)
  await pull.landAll()
  const app = await startAddress(scene.github, () => ({
    status: 409,
    body: { code: 'PLAN_CHANGED', detail: 'Another plan.' },
  }))
  const result = await pull.run({ 'app-url': app.url })
  app.stop()
  expect(result.exitCode).toBe(1)
  expect(result.annotations).toContainEqual(
    expect.objectContaining({
      title: 'Not reported',
      message: expect.stringContaining('409 (PLAN_CHANGED: Another plan.)'),
    }),
  )
  expect(app.calls).toHaveLength(1)
})

test('a fork’s run has a token that reads and no identity: it judges, and says that it cannot report', async () => {
  pull = await PullRequest.open(scene, spec, {}, { fork: true })
  await pull.landAll()
  const app = await startAddress(scene.github, () => ({ status: 500 }))
  const result = await pull.run({ 'app-url': app.url }, { idToken: false, permissions: { contents: 'read' } })
  app.stop()
  expect(result).toMatchObject({ exitCode: 0, outputs: { passed: 'true', 'tree-matches': 'true' } })
  expect(result.annotations).toMatchObject([
    { level: 'warning', title: 'Not reported', message: expect.stringContaining('a fork has none') },
  ])
  expect(app.calls).toEqual([])
})

test('an app that is not there leaves the verdict, and fails the run after some tries', async () => {
  pull = await PullRequest.open(scene)
  await pull.landAll()
  const gone = await startAddress(scene.github, () => ({ status: 200 }))
  gone.stop()
  const result = await pull.run({ 'app-url': gone.url })
  expect(result).toMatchObject({ exitCode: 1, outputs: { passed: 'false', 'tree-matches': 'true' } })
  expect(result.annotations).toMatchObject([
    { level: 'error', title: 'Not reported', message: expect.stringContaining('cannot be reached') },
  ])
})

test('a run without an identity token says what the job needs', async () => {
  pull = await PullRequest.open(scene)
  await pull.landAll()
  const result = await pull.run({ 'app-url': 'http://127.0.0.1:9' }, { idToken: false })
  expect(result.annotations).toContainEqual(
    expect.objectContaining({ message: expect.stringContaining('id-token: write') }),
  )
})

test('audit-pack fetches the mission’s pack, checks it offline, and uploads that very file', async () => {
  pull = await PullRequest.open(scene)
  await pull.landAll()
  const world = await openWorld()
  await record(world.evidence, 'msn_1', await missionEvents(world.blobs))
  const pack = await packOf(world.evidence, 'msn_1')
  let body: Uint8Array = pack
  const app = await startAddress(scene.github, () => ({ status: 200, body }))
  try {
    const env = { ATOMIC_LOG_VKEY: world.vkey }
    const good = await pull.run({ mode: 'audit-pack', 'app-url': app.url }, { env })
    expect(good).toMatchObject({
      exitCode: 0,
      outputs: { passed: 'true', 'audit-pack-sha256': createHash('sha256').update(pack).digest('hex') },
    })
    expect(app.calls[0]).toMatchObject({
      path: '/evidence/export',
      body: { missionId: 'msn_1' },
      run: { repository: 'acme/shop' },
    })
    const where = { owner: 'acme', repo: 'shop' }
    const { data } = await scene.bot.rest.actions.listWorkflowRunArtifacts({ ...where, run_id: good.runId })
    expect(data.artifacts.map((a) => a.name)).toEqual(['atomic-audit-pack'])
    const file = await scene.bot.rest.actions.downloadArtifact({
      ...where,
      artifact_id: data.artifacts[0]!.id,
      archive_format: 'zip',
    })
    expect(Buffer.from(file.data as ArrayBuffer).equals(pack)).toBe(true)

    const unpinned = await pull.run({ mode: 'audit-pack', 'app-url': app.url, 'upload-artifact': 'false' })
    expect(unpinned.exitCode).toBe(0)
    expect(unpinned.summary).toContain('key is not pinned')

    body = Buffer.from(pack)
    body[Math.floor(body.length / 2)]! ^= 1
    const flipped = await pull.run({ mode: 'audit-pack', 'app-url': app.url }, { env })
    expect(flipped).toMatchObject({ exitCode: 1, outputs: { passed: 'false' } })
    expect(flipped.annotations.filter((a) => a.level === 'error').length).toBeGreaterThan(0)
  } finally {
    app.stop()
    await world.close()
  }
})

test('the ChangeSpec’s own mutation settings are part of verify', async () => {
  pull = await PullRequest.open(scene, `${spec}mutation: { minScore: 0, maxMutants: 10 }\n`)
  await pull.landAll()
  const result = await pull.run()
  expect(result).toMatchObject({
    exitCode: 0,
    outputs: { passed: 'true', 'mutation-score': expect.stringMatching(/^\d/) },
  })
  expect(result.summary).toContain('### Mutants in the changed lines')
})

test('where no mutant can be tested the rest of the verdict stands, and what was asked for is missing', async () => {
  pull = await PullRequest.open(scene, `${spec}mutation: { minScore: 50 }\n`)
  await pull.landAll()
  const result = await pull.run({}, { env: { ATOMIC_MUTATION_MINUTES: '0.001' } })
  expect(result).toMatchObject({ exitCode: 1, outputs: { passed: 'false', 'tree-matches': 'true' } })
  expect(result.summary.split('\n')[0]).toContain('no mutant could be tested')
  expect(result.annotations).toContainEqual(
    expect.objectContaining({ title: 'No mutant was tested', message: expect.stringContaining('the time box closed') }),
  )
})
