import { createHmac, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { createLog } from '../../core/platform/log.ts'
import { openHouse, signIn } from '../app/web/house.ts'

// One test for each known attack on the server itself. Those on a pull request stand beside.

vi.setConfig({ testTimeout: 120_000, hookTimeout: 180_000 })

const lines: string[] = []
let house: Awaited<ReturnType<typeof openHouse>>
let id: string
beforeAll(async () => {
  const log = createLog({ level: 'debug', stream: { write: (line) => void lines.push(line) } })
  house = await openHouse('version: 1\nverify: { required: false }\n', log)
  id = (await house.until((m) => m.planDigest)).missionId
})
afterAll(() => house?.close())

const deliver = (body: string, headers: Record<string, string>) =>
  fetch(`${house.url}/api/github/webhooks`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-github-event': 'issue_comment', ...headers },
    body,
  })
const signed = (body: string): string =>
  `sha256=${createHmac('sha256', house.app.webhookSecret).update(body).digest('hex')}`

test('unsigned webhook: without a good signature nothing is taken', async () => {
  const body = JSON.stringify({ action: 'created', comment: { body: '/atomic approve plan' } })
  const delivery = { 'x-github-delivery': randomUUID() }
  expect((await deliver(body, delivery)).status).toBe(401)
  expect((await deliver(body, { ...delivery, 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` })).status).toBe(401)
  const other = `sha256=${createHmac('sha256', 'development').update(body).digest('hex')}`
  expect((await deliver(body, { ...delivery, 'x-hub-signature-256': other })).status).toBe(401)
  expect((await deliver(`${body} `, { ...delivery, 'x-hub-signature-256': signed(body) })).status).toBe(401)
  expect((await deliver(body, { ...delivery, 'x-hub-signature': signed(body).replace('sha256', 'sha1') })).status).toBe(
    401,
  )
})

test('path traversal by address: ids name missions, and nothing else', async () => {
  const cookie = await signIn(house, 'rita')
  for (const path of ['..%2f..%2fkeys%2flog.key', '%2e%2e%2f%2e%2e%2fsession.key', 'x%00', '....//keys'])
    for (const end of ['', '/audit-pack.zip', '/events']) {
      const answer = await fetch(`${house.url}/missions/${path}/view${end}`, { headers: { cookie } })
      expect([400, 404]).toContain(answer.status)
      expect(await answer.text()).not.toContain('PRIVATE')
    }
})

test('request forgery: another site’s page makes nobody approve', async () => {
  const cookie = await signIn(house, 'rita')
  const body = new URLSearchParams({ verb: 'approve', checkpoint: 'plan', mark: '0'.repeat(12), token: 'guessed' })
  for (const origin of ['https://evil.example', 'null', house.url]) {
    const answer = await fetch(`${house.url}/missions/${id}/view/act`, {
      method: 'POST',
      headers: { cookie, origin },
      body,
    })
    expect(answer.status).toBe(403)
  }
})

test('token in log: of a whole mission, signing in and refused calls, no line holds a secret', async () => {
  house.repo.comment(house.pull.number, `/atomic approve plan ${house.repo.pull(house.pull.number).headSha}`, 'rita')
  await house.until((m) => m.status === 'completed')
  house.github.faults.add({ path: /comments/, writes: true }, { kind: 'error', status: 500 })
  await signIn(house, 'ada')
  await fetch(`${house.url}/missions`, {
    headers: { authorization: 'Bearer ghp_thisIsAnybodysOwnTokenOf40Characters00' },
  })
  const text = lines.join('\n')
  expect(lines.length).toBeGreaterThan(10)
  for (const secret of [
    house.app.webhookSecret,
    house.app.letSignIn(),
    house.app.privateKey.split('\n')[3]!,
    'a-token-of-the-tests',
  ])
    expect(text).not.toContain(secret)
  expect(text).not.toMatch(
    /gh[psu]_[A-Za-z0-9]{16}|eyJ[\w-]{10,}\.[\w-]{10,}\.|BEGIN [A-Z ]*PRIVATE KEY|atomic-session=/,
  )
})
