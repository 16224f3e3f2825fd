import { readFileSync } from 'node:fs'
import { Octokit } from 'octokit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { routes } from './routes/index.ts'
import { type Scene, setScene } from './scene.ts'
import type { Permissions } from './state.ts'

let scene: Scene
const where = { owner: 'acme', repo: 'shop' }
beforeAll(async () => {
  scene = await setScene({ files: { 'a.txt': 'a\n', '.github/CODEOWNERS': '# who\n* @rita @nobody @acme/core\n' } })
})
afterAll(() => scene.stop())

test('every described call is answered, but for those that an app of this kind has no use for', () => {
  const { paths } = JSON.parse(readFileSync(new URL('./openapi.json', import.meta.url), 'utf8')) as {
    paths: Record<string, object>
  }
  const described = Object.entries(paths).flatMap(([path, verbs]) =>
    Object.keys(verbs).map((verb) => `${verb.toUpperCase()} ${path}`),
  )
  const answered = new Set([
    ...routes.map((it) => `${it.method} ${it.path}`),
    'GET /rate_limit',
    'POST /app-manifests/{code}/conversions',
  ])
  expect(described.filter((call) => !answered.has(call)).sort()).toEqual([
    // The same as the one with `{basehead}`, as an older description writes it.
    'GET /repos/{owner}/{repo}/compare/{base}...{head}',
    'GET /repos/{owner}/{repo}/pulls/{pull_number}/merge-async/{uuid}',
    'POST /repos/{owner}/{repo}/environments/{environment_name}/deployment-branch-policies',
    'POST /repos/{owner}/{repo}/environments/{environment_name}/deployment_protection_rules',
  ])
})

test('an app is made from a manifest, by a form and a code that is good once', async () => {
  const { github } = scene
  const anyone = new Octokit({ baseUrl: github.url })
  const manifest = JSON.stringify({
    name: 'Atomic two',
    url: 'https://example.test',
    redirect_url: 'http://127.0.0.1:1/setup/done',
    hook_attributes: { url: 'http://127.0.0.1:1/api/github/webhooks' },
    default_permissions: { checks: 'write', contents: 'write' },
    default_events: ['check_run', 'push'],
  })
  const form = `${github.url}/organizations/acme/settings/apps/new?state=s1`
  const back = await fetch(form, { method: 'POST', body: new URLSearchParams({ manifest }), redirect: 'manual' })
  const location = new URL(back.headers.get('location')!)
  expect(location.searchParams.get('state')).toBe('s1')
  const code = location.searchParams.get('code')!
  const { data } = await anyone.request('POST /app-manifests/{code}/conversions', { code })
  expect(data).toMatchObject({ slug: 'atomic-two', webhook_secret: github.manifestApps[0]!.webhookSecret })
  expect(data.pem).toContain('BEGIN RSA PRIVATE KEY')
  await expect(anyone.request('POST /app-manifests/{code}/conversions', { code })).rejects.toMatchObject({
    status: 404,
  })
  await expect(github.createApp({ slug: 'three', permissions: { checks: 'write' }, events: ['push'] })).rejects.toThrow(
    'contents',
  )
  github.assertValid()
})

test("Atomic's own manifest asks for what its events need", async () => {
  const text = readFileSync(new URL('../../app.yml', import.meta.url), 'utf8')
  const file = parse(text) as { default_permissions: Permissions; default_events: string[] }
  const app = scene.github.createApp({
    slug: 'from-manifest',
    permissions: file.default_permissions,
    events: file.default_events,
  })
  await expect(app).resolves.toMatchObject({ slug: 'from-manifest' })
})

test('installations, as the app and as people see them', async () => {
  const { github, asApp, as, bot, installationId, app } = scene
  expect((await asApp.rest.apps.listInstallations()).data.map((it) => it.id)).toEqual([installationId])
  expect((await asApp.rest.apps.getInstallation({ installation_id: installationId })).data.app_slug).toBe(app.slug)
  expect((await asApp.rest.apps.getRepoInstallation(where)).data.id).toBe(installationId)
  expect((await bot.rest.apps.listReposAccessibleToInstallation()).data.total_count).toBe(1)
  const mine = await as('rita').rest.apps.listInstallationsForAuthenticatedUser()
  expect(mine.data.installations.map((it) => it.id)).toEqual([installationId])
  const repos = await as('rita').rest.apps.listInstallationReposForAuthenticatedUser({
    installation_id: installationId,
  })
  expect(repos.data.repositories.map((it) => it.full_name)).toEqual(['acme/shop'])
  expect((await as('rita').rest.users.getAuthenticated()).data.login).toBe('rita')
  expect((await bot.rest.users.getByUsername({ username: app.login })).data.type).toBe('Bot')
  expect((await bot.rest.orgs.checkMembershipForUser({ org: 'acme', username: 'rita' })).status).toBe(204)
  const { data: config } = await asApp.rest.apps.getWebhookConfigForApp()
  expect(config.url).toBe(scene.webhookUrl)
  const { token } = (await asApp.auth({ type: 'app' })) as { token: string }
  // By hand: Octokit takes a parameter called `url` for the address itself.
  const changed = await fetch(`${github.url}/app/hook/config`, {
    method: 'PATCH',
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify({ url: 'http://127.0.0.1:9/' }),
  })
  expect(await changed.json()).toMatchObject({ url: 'http://127.0.0.1:9/' })
  app.setWebhook(scene.webhookUrl)
  github.assertValid()
})

test('what a repository says of itself, its branches, its owners', async () => {
  const { github, repo, bot, as } = scene
  expect((await bot.rest.repos.get(where)).data).toMatchObject({ full_name: 'acme/shop', default_branch: 'main' })
  expect((await bot.rest.repos.getBranch({ ...where, branch: 'main' })).data).toMatchObject({ protected: false })
  await repo.createBranch('guarded')
  repo.protect({ pattern: 'guarded', requiredReviews: 1, requiredChecks: ['atomic/verify'] })
  expect((await bot.rest.repos.getBranch({ ...where, branch: 'guarded' })).data.protected).toBe(true)
  await expect(repo.push('guarded', { b: '1' })).rejects.toThrow('through a pull request')
  const protection = await as('ada').rest.repos.getBranchProtection({ ...where, branch: 'guarded' })
  expect(protection.data.required_status_checks?.contexts).toEqual(['atomic/verify'])
  expect((await bot.rest.repos.getBranchRules({ ...where, branch: 'main' })).data).toEqual([])
  const { data } = await bot.rest.repos.codeownersErrors(where)
  expect(data.errors.map((it) => [it.line, it.message.match(/@\S+/)?.[0]])).toEqual([
    [2, '@nobody'],
    [2, '@acme/core'],
  ])
  github.assertValid()
})

test('tags, statuses, labels, deployments and the rest', async () => {
  const { github, repo, bot, as } = scene
  const sha = await repo.head()
  const tag = await bot.rest.git.createTag({ ...where, tag: 'v1', message: 'one', object: sha, type: 'commit' })
  await bot.rest.git.createRef({ ...where, ref: 'refs/tags/v1', sha: tag.data.sha })
  expect((await bot.rest.git.getTag({ ...where, tag_sha: tag.data.sha })).data).toMatchObject({
    tag: 'v1',
    message: 'one',
  })
  expect((await bot.rest.git.listMatchingRefs({ ...where, ref: 'tags/v' })).data).toMatchObject([
    { ref: 'refs/tags/v1' },
  ])
  await bot.rest.repos.createCommitStatus({ ...where, sha, state: 'success', context: 'ci' })
  const statuses = await bot.rest.repos.listCommitStatusesForRef({ ...where, ref: 'v1' })
  expect(statuses.data.map((it) => it.context)).toEqual(['ci'])

  await repo.push('labels', { c: '1' }, { as: 'rita' })
  const { number: issue_number } = await repo.openPull({ head: 'labels', title: 'L', as: 'rita' })
  await bot.rest.issues.addLabels({ ...where, issue_number, labels: ['atomic'] })
  expect((await bot.rest.issues.get({ ...where, issue_number })).data.labels).toMatchObject([{ name: 'atomic' }])
  await bot.rest.issues.removeLabel({ ...where, issue_number, name: 'atomic' })
  const found = await bot.rest.repos.listPullRequestsAssociatedWithCommit({
    ...where,
    commit_sha: await repo.head('labels'),
  })
  expect(found.data.map((it) => it.number)).toEqual([issue_number])
  expect((await bot.rest.pulls.list({ ...where, head: 'acme:labels' })).data).toHaveLength(1)
  await as('rita').rest.pulls.update({ ...where, pull_number: issue_number, title: 'M' })
  const merged = await as('ada').rest.pulls.merge({ ...where, pull_number: issue_number, merge_method: 'squash' })
  expect(await repo.head()).toBe(merged.data.sha)

  const deployment = await as('ada').rest.repos.createDeployment({ ...where, ref: 'main', environment: 'stage' })
  const id = (deployment.data as { id: number }).id
  await as('ada').rest.repos.createDeploymentStatus({ ...where, deployment_id: id, state: 'success' })
  await as('ada').rest.checks.setSuitesPreferences({ ...where, auto_trigger_checks: [] })
  github.assertValid()
})

test('runs asked for through the API are handed to whoever runs them', async () => {
  const { github, as } = scene
  const { runId } = await github.actions.runWorkflow({ repo: 'acme/shop', command: 'true' })
  const asked: unknown[] = []
  github.actions.onRequest(async (request) => {
    asked.push(request)
    return request.kind === 'dispatch' ? runId : undefined
  })
  const ada = as('ada')
  await ada.rest.actions.reRunWorkflow({ ...where, run_id: runId })
  await expect(ada.rest.actions.reRunWorkflowFailedJobs({ ...where, run_id: runId })).rejects.toMatchObject({
    status: 422,
  })
  await ada.rest.actions.createWorkflowDispatch({
    ...where,
    workflow_id: 'atomic.yml',
    ref: 'main',
    inputs: { a: 'b' },
  })
  await expect(
    scene.bot.rest.actions.createWorkflowDispatch({ ...where, workflow_id: 'atomic.yml', ref: 'main' }),
  ).rejects.toMatchObject({ status: 403 })
  expect(asked).toEqual([
    { kind: 'rerun', repo: 'acme/shop', runId, failedOnly: false, by: 'ada' },
    { kind: 'dispatch', repo: 'acme/shop', by: 'ada', workflow: 'atomic.yml', ref: 'main', inputs: { a: 'b' } },
  ])
  expect(
    (await ada.rest.actions.getWorkflowRunAttempt({ ...where, run_id: runId, attempt_number: 2 })).data.status,
  ).toBe('queued')
  await ada.rest.actions.getWorkflowRunUsage({ ...where, run_id: runId })
  github.assertValid()
})
