import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Scene, setScene } from './scene.ts'

let scene: Scene
const where = { owner: 'acme', repo: 'shop' }
beforeAll(async () => {
  scene = await setScene()
})
afterAll(() => scene.stop())

test('a check run from queued to its button', async () => {
  const { github, repo, bot, received, app } = scene
  const head_sha = await repo.push('topic', { 'a.txt': 'a\n' }, { as: 'rita' })
  await repo.openPull({ head: 'topic', title: 'A', as: 'rita' })
  const { data: run } = await bot.rest.checks.create({ ...where, name: 'atomic/plan', head_sha, status: 'in_progress' })
  expect(run).toMatchObject({ status: 'in_progress', conclusion: null, app: { slug: app.slug } })
  const { data: done } = await bot.rest.checks.update({
    ...where,
    check_run_id: run.id,
    conclusion: 'action_required',
    output: {
      title: 'Waiting',
      summary: 's',
      annotations: [{ path: 'a.txt', start_line: 1, end_line: 1, annotation_level: 'notice', message: 'm' }],
    },
    actions: [{ label: 'Approve', description: 'Approve this plan', identifier: 'approve-plan' }],
  })
  expect(done).toMatchObject({ status: 'completed', output: { annotations_count: 1 } })
  expect(done.completed_at).toMatch(/Z$/)
  repo.requestAction(run.id, 'approve-plan', 'rita')
  repo.rerequest(run.id, 'rita')
  await repo.rerequestSuite(done.check_suite!.id, 'rita')
  await github.settled()
  const checks = received.filter((it) => it.event.startsWith('check_'))
  expect(checks.map((it) => `${it.event}.${it.action}`)).toEqual([
    'check_suite.requested',
    'check_run.created',
    'check_run.completed',
    'check_suite.completed',
    'check_run.requested_action',
    'check_run.rerequested',
    'check_suite.rerequested',
  ])
  expect(checks[4]!.payload).toMatchObject({
    requested_action: { identifier: 'approve-plan' },
    check_run: { name: 'atomic/plan', pull_requests: [{ head: { sha: head_sha } }] },
    sender: { login: 'rita' },
  })
  const annotations = await bot.rest.checks.listAnnotations({ ...where, check_run_id: run.id })
  expect(annotations.data).toMatchObject([{ path: 'a.txt', message: 'm' }])

  await bot.rest.checks.create({ ...where, name: 'atomic/plan', head_sha, conclusion: 'success' })
  const latest = await bot.rest.checks.listForRef({ ...where, ref: head_sha, check_name: 'atomic/plan' })
  expect(latest.data.check_runs.map((it) => it.conclusion)).toEqual(['success'])
  const all = await bot.rest.checks.listForRef({ ...where, ref: 'topic', filter: 'all' })
  expect(all.data.total_count).toBe(2)
  const suites = await bot.rest.checks.listSuitesForRef({ ...where, ref: head_sha })
  expect(suites.data.check_suites).toMatchObject([{ status: 'completed', conclusion: 'success' }])
  github.assertValid()
})

test('GitHub refuses what it documents to refuse', async () => {
  const { github, repo, bot, as } = scene
  const head_sha = await repo.head()
  const actions = Array.from({ length: 4 }, (_, i) => ({ label: 'l', description: 'd', identifier: `i${i}` }))
  await expect(bot.rest.checks.create({ ...where, name: 'n', head_sha, actions })).rejects.toMatchObject({
    status: 422,
  })
  expect(github.violations.at(-1)).toMatchObject({ side: 'request', mismatches: [{ path: '/actions' }] })
  github.violations.length = 0
  await expect(bot.rest.checks.create({ ...where, name: 'n', head_sha: '1'.repeat(40) })).rejects.toMatchObject({
    status: 422,
    message: expect.stringContaining('No commit found'),
  })
  await expect(as('ada').rest.checks.create({ ...where, name: 'n', head_sha })).rejects.toMatchObject({ status: 403 })
  github.assertValid()
})
