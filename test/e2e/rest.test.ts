import { resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Mission, oidcAudience, type RouteName, routeNames, routes } from '../../core/contracts/index.ts'
import { openStage, type Stage } from '../demo/stage.ts'
import { askAgain, play } from './play.ts'
import { shop } from './shop.ts'

let stage: Stage
let mission: Mission
beforeAll(async () => {
  stage = await openStage(shop())
  await play(stage)
  mission = (await askAgain<{ items: Mission[] }>(stage, '/missions')).items[0]!
}, 180_000)
afterAll(() => stage?.close())

const files = { 'a.ts': 'export const a = 1\n' }
const spec = () => mission.changeSpec!
const rename = { version: 1, title: 'T', risk: 'low', operations: [{ op: 'renameSymbol', symbol: 'a.ts#a', to: 'b' }] }
const human = { login: 'local', type: 'human' }

/** What is sent to each call, after a whole mission on a pull request, and the status it must answer. */
const requests: Record<
  RouteName,
  () => { path?: string; body?: unknown; headers?: Record<string, string>; status?: number }
> = {
  'gateway.preflight': () => ({ body: { content: 'hello' } }),
  'gateway.restore': () => ({ body: { missionId: mission.missionId, content: 'hello' } }),
  'gateway.route': () => ({ body: { task: 'review', content: 'hello' } }),
  'orchestrator.create': () => ({ body: { title: 'By REST', risk: 'low', changeSpec: rename, source: { files } } }),
  'orchestrator.list': () => ({ path: '/missions?status=completed&limit=1' }),
  'orchestrator.get': () => ({}),
  'orchestrator.putChangeSpec': () => ({ body: spec(), status: 403 }),
  'orchestrator.events': () => ({}),
  'orchestrator.approve': () => ({
    path: `/missions/${mission.missionId}/checkpoints/plan/approve`,
    body: { actor: human, planDigest: mission.planDigest, headSha: '0'.repeat(40) },
    // On a pull request its own approval policy applies: "local" is nobody there.
    status: 403,
  }),
  'orchestrator.createBatch': () => ({ body: {}, status: 409 }),
  'orchestrator.rollback': () => ({
    path: `/missions/${mission.missionId}/rollback/batch-003`,
    body: { reason: 'rolled back already: answered as it was' },
  }),
  'orchestrator.report': () => ({
    body: {
      headSha: '0'.repeat(40),
      baseTree: '0'.repeat(40),
      planDigest: mission.planDigest,
      resultTree: '0'.repeat(40),
      treeMatches: true,
      differences: [],
      invariants: [],
      passed: true,
    },
    status: 409,
  }),
  'dte.apply': () => ({ body: { changeSpec: rename, files } }),
  'dte.verify': () => ({ body: { before: files, files: { 'a.ts': 'export const b = 1\n' }, changeSpec: rename } }),
  'finops.forecast': () => ({ body: { content: 'hello' } }),
  'finops.budget': () => ({}),
  'finops.consume': () => ({ body: { total: 50 } }),
  'finops.report': () => ({ path: '/finops/report?by=mission' }),
  'finops.models': () => ({}),
  'finops.forecasts': () => ({}),
  'finops.shadowModels': () => ({ body: { policy: { rules: [], default: 'deny' } } }),
  'finops.putModels': () => ({ body: { rules: [], default: 'allow' } }),
  'evidence.append': () => ({
    body: { missionId: mission.missionId, type: 'ext.note', actor: human, payload: { note: 'seen' } },
  }),
  'evidence.mission': () => ({}),
  'evidence.export': () => ({ body: { missionId: mission.missionId } }),
  'evidence.report': () => ({ path: '/evidence/report?framework=soc2' }),
  'evidence.events': () => ({ path: '/evidence/events?type=checkpoint.&limit=2' }),
  'evidence.why': () => ({ path: `/evidence/why?missionId=${mission.missionId}&path=src%2Fshop.ts&line=1` }),
  'evidence.anchors': () => ({}),
  'evidence.holds': () => ({}),
  'evidence.hold': () => ({ body: { missionId: mission.missionId, held: false, reason: 'none needed' } }),
  'evidence.checkpoint': () => ({}),
  'evidence.inclusion': () => ({ path: '/evidence/proof/inclusion?index=0&treeSize=1' }),
  'evidence.consistency': () => ({ path: '/evidence/proof/consistency?from=0&to=1' }),
  'evidence.tile': () => ({ path: '/evidence/tile/0/000.p/1' }),
}

describe('after a whole mission every call of the contract answers', () => {
  test.each(routeNames)('%s', async (name) => {
    const { method, path, status } = routes[name]
    const sent = requests[name]()
    const stop = new AbortController()
    const answer = await fetch(stage.app.url + (sent.path ?? path.replace(':id', mission.missionId)), {
      method,
      signal: stop.signal,
      headers: { ...(sent.body === undefined ? {} : { 'content-type': 'application/json' }), ...sent.headers },
      ...(sent.body === undefined ? {} : { body: JSON.stringify(sent.body) }),
    })
    const text = name === 'orchestrator.events' ? '' : await answer.text()
    stop.abort()
    expect(answer.status, text.slice(0, 500)).toBe(sent.status ?? status)
    if ((sent.status ?? status) >= 400)
      expect(JSON.parse(text)).toMatchObject({ status: sent.status, code: expect.any(String) })
    expect(text).not.toMatch(/\bat .*\.ts:\d+/)
  })

  test('and the calls to GitHub were as GitHub describes them', () => stage.github.assertValid())
})

test('a run of the Action has the audit pack of its own repository’s mission, and no other run has', async () => {
  const { github, project, app } = stage
  const run = await github.actions.runWorkflow({
    repo: project.name,
    pullRequest: 1,
    inputs: { mode: 'audit-pack', 'app-url': app.url, 'github-token': '${{ github.token }}' },
    command: [process.execPath, resolve('action/main.ts')],
    timeoutMs: 110_000,
  })
  expect(run.log + run.summary).toContain('✅ The audit pack holds what it claims')
  expect(run).toMatchObject({ exitCode: 0, outputs: { 'audit-pack-sha256': expect.stringMatching(/^[0-9a-f]{64}$/) } })

  const [owner = ''] = project.name.split('/')
  await github.createRepository(`${owner}/elsewhere`, { files: { 'a.txt': 'a' } })
  const token = await github.actions.idToken({ repo: `${owner}/elsewhere`, audience: oidcAudience })
  const answer = await fetch(`${app.url}/evidence/export`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ missionId: mission.missionId }),
  })
  expect(answer.status).toBe(404)
}, 120_000)

test('a mission without a pull request goes through all four checkpoints over REST', async () => {
  const post = async <T>(path: string, body: unknown): Promise<T> => {
    const answer = await fetch(stage.app.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    expect(answer.status, path).toBeLessThan(300)
    return (await answer.json()) as T
  }
  const born = await post<Mission>('/missions', {
    title: 'By REST',
    risk: 'low',
    changeSpec: rename,
    source: { files },
  })
  await post(`/missions/${born.missionId}/checkpoints/plan/approve`, { actor: human, planDigest: born.planDigest })
  await post(`/missions/${born.missionId}/batches`, {})
  await expect
    .poll(async () => (await askAgain<Mission>(stage, `/missions/${born.missionId}`)).status, { timeout: 60_000 })
    .toBe('completed')
  const page = await fetch(`${stage.app.url}/missions/${born.missionId}/view`)
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
  expect(await page.text()).toContain('By REST')
})
