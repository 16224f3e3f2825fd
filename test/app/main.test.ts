import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { readConfig } from '../../app/config.ts'
import { type Running, start } from '../../app/main.ts'
import { groups } from '../../core/contracts/routes.ts'
import { sha256Hex } from '../../core/platform/canonical.ts'

async function run(env: Record<string, string>, eachPort = false): Promise<Running> {
  const dir = await mkdtemp(join(tmpdir(), 'atomic main '))
  const config = readConfig({ PORT: '0', HOST: '127.0.0.1', LOG_LEVEL: 'error', ATOMIC_DATA_DIR: dir, ...env })
  const running = await start(config, { eachPort })
  onTestFinished(async () => {
    await running.stop()
    await rm(dir, { recursive: true, force: true })
  })
  return running
}

it('opens each group on its own port, over the same services', async () => {
  const { url, urls } = await run({}, true)
  for (const group of groups)
    expect(await (await fetch(`${urls[group]}/health`)).json()).toEqual({ status: 'healthy', service: group })
  const set = await fetch(`${urls.finops}/finops/budget`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ scope: 's', total: 3 }),
  })
  expect(set.status).toBe(200)
  expect(await (await fetch(`${url}/finops/budget?scope=s`)).json()).toMatchObject({ total: 3 })
  expect((await fetch(`${urls.evidence}/finops/budget`)).status).toBe(404)
})

it('runs groups apart, each call signed in and every event brought over once', async () => {
  const ATOMIC_TOKENS = JSON.stringify([
    { sha256: sha256Hex('between-services'), login: 'finops', type: 'agent', scopes: ['service', 'evidence:write'] },
    { sha256: sha256Hex('ada'), login: 'ada', type: 'human', scopes: ['finops:write', 'evidence:read'] },
  ])
  const evidence = await run({ ATOMIC_TOKENS, ATOMIC_SERVICES: 'evidence' })
  const finops = await run({
    ATOMIC_TOKENS,
    ATOMIC_SERVICES: 'finops',
    EVIDENCE_URL: evidence.url,
    ATOMIC_SERVICE_TOKEN: 'between-services',
  })
  const authorization = 'Bearer ada'
  for (const body of [{ total: 1 }, { usd: 2, missionId: 'm' }])
    await fetch(`${finops.url}/finops/budget`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization },
      body: JSON.stringify(body),
    })
  const types = await vi.waitUntil(
    async () => {
      const { events } = (await (
        await fetch(`${evidence.url}/evidence/mission/m`, { headers: { authorization } })
      ).json()) as { events?: { type: string }[] }
      return events && events.length >= 2 && events.map(({ type }) => type)
    },
    { timeout: 10_000, interval: 50 },
  )
  expect(types).toEqual(['budget.consumed', 'budget.breached'])
})

it('lets the form of the setup page go to GitHub, and nowhere else', async () => {
  const { url } = await run({ ATOMIC_PUBLIC_URL: 'https://atomic.example.com' })
  const answer = await fetch(`${url}/setup`)
  expect(answer.headers.get('content-security-policy')).toMatch(/form-action https:\/\/github\.com;/)
  const page = await answer.text()
  expect(page).toContain('action="https://github.com/settings/apps/new?state=')
  expect(page).toContain('https://atomic.example.com/auth/callback')
})
