import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it, onTestFinished } from 'vitest'
import { readConfig } from '../../app/config.ts'
import { type Running, start } from '../../app/main.ts'
import type { Mission } from '../../core/contracts/index.ts'
import { newKey } from '../../core/evidence/log/keys.ts'
import { verifyAuditPack } from '../../core/evidence/pack/verify.ts'
import { Postgres } from '../support/postgres.ts'

const server = await Postgres.start()
afterAll(() => server.stop())

const key = newKey('atomic.localhost/log')
const diff = '--- a/notes.md\n+++ b/notes.md\n@@ -1 +1 @@\n-old\n+new\n'
const changeSpec = { version: 1, title: 'Say it anew', risk: 'low', operations: [{ op: 'patch', diff }] }

it('carries a mission through two processes on one database, each request answered by the other one', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'atomic shared '))
  const place = await server.place()
  const running: Running[] = []
  onTestFinished(async () => {
    for (const one of running) await one.stop()
    await place.remove()
    await rm(dir, { recursive: true, force: true })
  })
  const config = readConfig({
    PORT: '0',
    LOG_LEVEL: 'error',
    ATOMIC_DATA_DIR: dir,
    ATOMIC_LOG_KEY: key.skey,
    DATABASE_URL: place.at,
  })
  for (let i = 0; i < 2; i++) running.push(await start(config))

  let calls = 0
  const call = async (method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
    fetch(`${running[calls++ % 2]!.url}${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  const mission = async (...args: Parameters<typeof call>): Promise<Mission> => {
    const answer = await call(...args)
    expect(answer.ok, await answer.clone().text()).toBe(true)
    return (await answer.json()) as Mission
  }

  const wish = { title: changeSpec.title, risk: 'low', changeSpec, source: { files: { 'notes.md': 'old\n' } } }
  const once = { 'idempotency-key': 'mission-1' }
  const born = await mission('POST', '/missions', wish, once)
  expect(await mission('POST', '/missions', wish, once)).toEqual(born)
  expect((await call('POST', '/missions', { ...wish, title: 'Another' }, once)).status).toBe(422)
  const at = `/missions/${born.missionId}`
  const approval = { actor: { login: 'local', type: 'human' }, planDigest: born.planDigest }
  await mission('POST', `${at}/checkpoints/plan/approve`, approval)
  await mission('POST', `${at}/batches`, {})
  expect((await call('POST', '/finops/budget', { usd: 0.5, missionId: born.missionId, requestId: 'r' })).status).toBe(
    200,
  )
  expect((await call('POST', '/finops/budget', { usd: 0.5, missionId: born.missionId, requestId: 'r' })).status).toBe(
    200,
  )

  const deadline = Date.now() + 30_000
  let now = await mission('GET', at)
  while (now.status === 'open' && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 50))
    now = await mission('GET', at)
    const open = now.checkpoints.find((c) => c.status === 'pending')
    if (open && open.name !== 'plan' && open.name !== 'execute')
      await call('POST', `${at}/checkpoints/${open.name}/approve`, approval)
  }
  expect(now.checkpoints.map((c) => c.status)).toEqual(['completed', 'completed', 'completed', 'completed'])
  expect(now.status).toBe('completed')

  const path = join(dir, 'pack.zip')
  await writeFile(
    path,
    Buffer.from(await (await call('POST', '/evidence/export', { missionId: born.missionId })).arrayBuffer()),
  )
  const { ok, checks } = await verifyAuditPack(path, { keys: [key.vkey] })
  expect(checks.filter((c) => c.verdict === 'fail')).toEqual([])
  expect(ok).toBe(true)
  expect(await (await call('GET', '/finops/budget')).json()).toMatchObject({ consumed: 0.5 })

  const client = await server.client(place.database)
  const { rows } = await client.query('select collection, count(*)::int as n from atomic.documents group by 1')
  await client.end()
  const kept = Object.fromEntries(rows.map((r: { collection: string; n: number }) => [r.collection, r.n]))
  expect(kept).toMatchObject({ missions: 1, 'http.idempotency': 1, 'finops.requests': 1 })
})
