import { createLocalJWKSet, jwtVerify } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Scene, setScene } from './scene.ts'

let scene: Scene
let number: number
const where = { owner: 'acme', repo: 'shop' }
beforeAll(async () => {
  scene = await setScene()
  await scene.repo.push('topic', { 'src/user.ts': 'export const user = 2\n' }, { as: 'rita' })
  number = (await scene.repo.openPull({ head: 'topic', title: 'T', as: 'rita' })).number
})
afterAll(() => scene.stop())

const token = '${{ github.token }}'

test('a run as the runner runs it: checkout, environment, files, commands', async () => {
  const { github, repo, bot, received } = scene
  received.length = 0
  const result = await github.actions.runWorkflow({
    repo: 'acme/shop',
    pullRequest: number,
    inputs: { 'test-command': 'npm test', 'github-token': token },
    env: { MORE: 'yes' },
    command: `
      echo "::add-mask::hush"
      echo "say hush"
      echo "::group::Git"; git rev-parse HEAD; git log -1 --format=%P; git status --short; echo "::endgroup::"
      echo "::error file=src/user.ts,line=1,endLine=2,title=Bad%3A thing::two%0Alines, hush"
      echo "::warning::no place"
      echo "::stop-commands::tok"; echo "::error::not a command"; echo "::tok::"
      node -e 'console.log(process.env["INPUT_TEST-COMMAND"], process.env["INPUT_GITHUB-TOKEN"].length > 10, process.env.MORE)'
      node -e 'const e = JSON.parse(require("fs").readFileSync(process.env.GITHUB_EVENT_PATH)); console.log(e.pull_request.head.ref, e.number, e.installation)'
      echo "$GITHUB_REPOSITORY $GITHUB_REF $GITHUB_HEAD_REF $GITHUB_BASE_REF $GITHUB_EVENT_NAME $RUNNER_OS $CI"
      test -z "$VITEST" && test -w "$RUNNER_TEMP" && echo "clean"
      printf 'passed=true\\nreport<<END\\n{\\n}\\nEND\\n' >> "$GITHUB_OUTPUT"
      echo "# Fine" >> "$GITHUB_STEP_SUMMARY"
      mkdir out && echo a > out/a.txt
      exit 3`,
    artifacts: { pack: 'out' },
  })
  const merge = (await repo.git.ref(`refs/pull/${number}/merge`))!.sha
  expect(result).toMatchObject({
    conclusion: 'failure',
    exitCode: 3,
    outputs: { passed: 'true', report: '{\n}' },
    summary: '# Fine\n',
    annotations: [
      { level: 'error', message: 'two\nlines, ***', file: 'src/user.ts', line: 1, endLine: 2, title: 'Bad: thing' },
      { level: 'warning', message: 'no place' },
    ],
  })
  expect(result.log.split('\n')).toEqual([
    'say ***',
    '##[group]Git',
    merge,
    '',
    '##[endgroup]',
    '##[error]two',
    'lines, ***',
    '##[warning]no place',
    '::error::not a command',
    'npm test true yes',
    `topic ${number} undefined`,
    `acme/shop refs/pull/${number}/merge topic main pull_request Linux true`,
    'clean',
    '',
  ])

  const { data } = await bot.rest.actions.getWorkflowRun({ ...where, run_id: result.runId })
  expect(data).toMatchObject({
    status: 'completed',
    conclusion: 'failure',
    head_sha: await repo.head('topic'),
    event: 'pull_request',
  })
  const { data: artifacts } = await bot.rest.actions.listWorkflowRunArtifacts({ ...where, run_id: result.runId })
  expect(artifacts.artifacts.map((it) => it.name)).toEqual(['pack'])
  const zip = await bot.rest.actions.downloadArtifact({
    ...where,
    artifact_id: artifacts.artifacts[0]!.id,
    archive_format: 'zip',
  })
  expect(
    Buffer.from(zip.data as ArrayBuffer)
      .subarray(0, 2)
      .toString(),
  ).toBe('PK')
  const checks = await bot.rest.checks.listForRef({ ...where, ref: 'topic', check_name: 'atomic' })
  expect(checks.data.check_runs).toMatchObject([
    { conclusion: 'failure', app: { slug: 'github-actions' }, output: { annotations_count: 2 } },
  ])
  await github.settled()
  const runs = received.filter((it) => it.event === 'workflow_run')
  expect(runs.map((it) => it.action)).toEqual(['requested', 'in_progress', 'completed'])
  github.assertValid()
})

test('all history and the head, where the checkout asks for them', async () => {
  const { github, repo } = scene
  const result = await github.actions.runWorkflow({
    repo: 'acme/shop',
    pullRequest: number,
    checkout: 'head',
    fetchDepth: 0,
    command: ['git', 'log', '--format=%H', 'HEAD', '--not', 'origin/main'],
  })
  expect(result.log.trim()).toBe(await repo.head('topic'))
})

test('a run that takes too long is ended with all that it started', async () => {
  const { github, repo } = scene
  const started = performance.now()
  const result = await github.actions.runWorkflow({
    repo: 'acme/shop',
    sha: await repo.head(),
    command: 'sleep 30 & echo started; wait',
    timeoutMs: 2000,
  })
  expect(result).toMatchObject({ conclusion: 'cancelled', timedOut: true, log: 'started\n' })
  expect(performance.now() - started).toBeLessThan(20_000)
})

test('a job can say who it is', async () => {
  const { github, repo } = scene
  const jobWorkflowRef = 'acme/workflows/.github/workflows/verify.yml@refs/tags/v1'
  const result = await github.actions.runWorkflow({
    repo: 'acme/shop',
    pullRequest: number,
    jobWorkflowRef,
    command: `
      curl -sS -H "Authorization: bearer $ACTIONS_ID_TOKEN_REQUEST_TOKEN" \\
        "$ACTIONS_ID_TOKEN_REQUEST_URL&audience=atomic" > "$RUNNER_TEMP/token"
      node -e 'console.log("token=" + JSON.parse(require("fs").readFileSync(process.env.RUNNER_TEMP + "/token")).value)' >> $GITHUB_OUTPUT
      curl -s -o /dev/null -w "%{http_code}" -H "Authorization: bearer nonsense" "$ACTIONS_ID_TOKEN_REQUEST_URL"`,
  })
  expect(result.log).toBe('401\n')
  const { issuer } = github.actions
  const configuration = (await (await fetch(`${issuer}/.well-known/openid-configuration`)).json()) as {
    jwks_uri: string
  }
  const keys = createLocalJWKSet((await (await fetch(configuration.jwks_uri)).json()) as { keys: [] })
  const { payload } = await jwtVerify(result.outputs.token!, keys, { issuer, audience: 'atomic' })
  expect(payload).toMatchObject({
    sub: 'repo:acme/shop:pull_request',
    repository: 'acme/shop',
    repository_id: String(repo.id),
    repository_owner: 'acme',
    event_name: 'pull_request',
    ref: `refs/pull/${number}/merge`,
    sha: (await repo.git.ref(`refs/pull/${number}/merge`))!.sha,
    head_ref: 'topic',
    base_ref: 'main',
    job_workflow_ref: jobWorkflowRef,
    workflow_ref: `acme/shop/.github/workflows/atomic.yml@refs/pull/${number}/merge`,
    run_id: String(result.runId),
    run_attempt: '1',
    actor: 'rita',
  })
  const before = repo.workflowRuns().length
  const forged = await github.actions.idToken({
    repo: 'acme/shop',
    audience: 'atomic',
    claims: { repository: 'acme/other' },
  })
  const { payload: other } = await jwtVerify(forged, keys, { issuer, audience: 'atomic' })
  expect(other).toMatchObject({ repository: 'acme/other', ref: 'refs/heads/main' })
  expect(repo.workflowRuns()).toHaveLength(before)
})

test("an artifact by the results service's protocol", async () => {
  const { github, repo, bot } = scene
  const script = `
    const call = async (verb, body) => (await fetch(process.env.ACTIONS_RESULTS_URL +
      'twirp/github.actions.results.api.v1.ArtifactService/' + verb, {
        method: 'POST', body: JSON.stringify({ name: 'blocks', ...body }),
        headers: { authorization: 'Bearer ' + process.env.ACTIONS_RUNTIME_TOKEN, 'content-type': 'application/json' } })).json()
    const { signed_upload_url: url } = await call('CreateArtifact', { version: 4 })
    const put = (query, body) => fetch(url + query, { method: 'PUT', body })
    await put('&comp=block&blockid=' + encodeURIComponent('Qg=='), 'world')
    await put('&comp=block&blockid=' + encodeURIComponent('QQ=='), 'hello ')
    await put('&comp=blocklist', '<?xml version="1.0"?><BlockList><Latest>QQ==</Latest><Latest>Qg==</Latest></BlockList>')
    const { artifact_id } = await call('FinalizeArtifact', { size: '11' })
    console.log((await call('CreateArtifact', { version: 4 })).code, artifact_id)`
  const result = await github.actions.runWorkflow({
    repo: 'acme/shop',
    sha: await repo.head(),
    command: [process.execPath, '--input-type=module', '-e', script],
  })
  const [code, id] = result.log.trim().split(' ')
  expect(code).toBe('already_exists')
  const { data } = await bot.rest.actions.downloadArtifact({ ...where, artifact_id: Number(id), archive_format: 'zip' })
  expect(Buffer.from(data as ArrayBuffer).toString()).toBe('hello world')
  github.assertValid()
})
