import { createHmac, generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { beforeAll, expect, it, onTestFinished } from 'vitest'
import { createProbot } from '../../../app/github/access.ts'
import { createDeliveries, type Deliveries, type Delivery } from '../../../app/http/deliveries.ts'
import { hookPath, registerGithubHooks } from '../../../app/http/github-hooks.ts'
import { createJobs } from '../../../core/orchestrator/durable-jobs.ts'
import { systemClock } from '../../../core/platform/clock.ts'
import { AtomicError } from '../../../core/platform/errors.ts'
import { createLog } from '../../../core/platform/log.ts'
import type { Store } from '../../../core/storage/store.ts'
import { startServer, type TestServer, temporaryStore } from './support.ts'

const secret = 'a secret of the app'
const previousSecret = 'the secret before'
let privateKey = ''
beforeAll(() => {
  privateKey = generateKeyPairSync('rsa', { modulusLength: 2048 })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString()
})

interface Hooked extends TestServer {
  jobs: ReturnType<typeof createJobs>
  deliveries: Deliveries
}

async function startHooked(
  options: { store?: Store; limit?: number; deliveries?: Partial<Deliveries> } = {},
): Promise<Hooked> {
  const store = options.store ?? (await temporaryStore())
  const jobs = createJobs({ store, clock: systemClock })
  onTestFinished(() => jobs.stop())
  const deliveries = { ...createDeliveries(store, jobs, systemClock), ...options.deliveries }
  const lines: Record<string, unknown>[] = []
  const log = createLog({ level: 'debug', stream: { write: (line) => void lines.push(JSON.parse(line)) } })
  const github = {
    appId: 1,
    privateKey,
    webhookSecret: secret,
    apiUrl: 'http://127.0.0.1:9',
    webUrl: 'http://127.0.0.1:9',
  }
  const probot = createProbot(github, log)
  const server = await startServer({
    store,
    log,
    extend: (app) =>
      registerGithubHooks(app, {
        probot,
        secret,
        previousSecret,
        deliveries,
        ...(options.limit === undefined ? {} : { limit: options.limit }),
      }),
  })
  return { ...server, jobs, deliveries, lines }
}

const payload = (n = 7, extra: object = {}) => ({
  action: 'opened',
  installation: { id: 3 },
  repository: { full_name: 'Ada/Engine' },
  pull_request: { number: n, body: 'token ghp_abcdefghijklmnopqrstuvwxyz0123456789' },
  ...extra,
})
const signed = (body: string, key = secret) => `sha256=${createHmac('sha256', key).update(body).digest('hex')}`

function deliver(
  url: string,
  { id = 'd-1', body = JSON.stringify(payload()), key = secret, headers = {} as Record<string, string> } = {},
) {
  return fetch(url + hookPath, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      'x-github-delivery': id,
      'x-github-event': 'pull_request',
      'x-hub-signature-256': signed(body, key),
      ...headers,
    },
  })
}

/** What the app's handler gets to see. */
function received({ deliveries }: Hooked): Delivery[] {
  const all: Delivery[] = []
  deliveries.handle(async (delivery) => void all.push(delivery))
  return all
}

it('keeps a delivery, answers 202, and works it off once', async () => {
  const server = await startHooked()
  const all = received(server)
  expect((await deliver(server.url)).status).toBe(202)
  expect((await server.store.list('github.payloads')).map((row) => row.key)).toEqual(['d-1'])
  await server.jobs.start()
  await server.jobs.idle()
  expect(all).toEqual([{ id: 'd-1', name: 'pull_request', payload: payload() }])
  expect(await server.store.list('github.payloads')).toEqual([])
})

it('answers a replayed delivery 202 and does nothing more, also after a restart', async () => {
  const first = await startHooked()
  const all = received(first)
  await Promise.all([deliver(first.url), deliver(first.url), deliver(first.url)])
  await first.jobs.start()
  await first.jobs.idle()
  expect((await deliver(first.url)).status).toBe(202)
  await first.jobs.idle()
  await first.jobs.stop()
  const second = await startHooked({ store: first.store })
  const later = received(second)
  expect((await deliver(second.url)).status).toBe(202)
  await second.jobs.start()
  await second.jobs.idle()
  expect(all).toHaveLength(1)
  expect(later).toEqual([])
  expect(await second.store.list('github.payloads')).toEqual([])
})

it('works off the deliveries of one pull request in their order', async () => {
  const server = await startHooked()
  const order: string[] = []
  server.deliveries.handle(async ({ id }) => {
    await pause(id === 'd-0' ? 30 : 0)
    order.push(id)
  })
  await server.jobs.start()
  for (let i = 0; i < 5; i++) await deliver(server.url, { id: `d-${i}` })
  await server.jobs.idle()
  expect(order).toEqual(['d-0', 'd-1', 'd-2', 'd-3', 'd-4'])
})

it('refuses a wrong signature, and one that is missing, with 401', async () => {
  const server = await startHooked()
  for (const headers of [
    { 'x-hub-signature-256': signed('other') },
    { 'x-hub-signature-256': '' },
    { 'x-hub-signature-256': 'sha1=abc' },
    { 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` },
  ]) {
    const response = await deliver(server.url, { headers })
    expect(response.status).toBe(401)
    expect(await response.json()).toMatchObject({ code: 'UNAUTHENTICATED' })
  }
  expect((await deliver(server.url, { key: 'development' })).status).toBe(401)
  expect(await server.store.list('github.seen')).toEqual([])
})

it('accepts the previous secret while it is being changed', async () => {
  const server = await startHooked()
  expect((await deliver(server.url, { key: previousSecret })).status).toBe(202)
})

it('refuses what is no delivery: headers, media type, JSON', async () => {
  const server = await startHooked()
  expect((await deliver(server.url, { headers: { 'x-github-delivery': '../x' } })).status).toBe(400)
  expect((await deliver(server.url, { headers: { 'x-github-event': '' } })).status).toBe(400)
  expect((await deliver(server.url, { headers: { 'content-type': 'application/x-www-form-urlencoded' } })).status).toBe(
    415,
  )
  for (const body of ['{"s3cret', 'null', '[]', '"x"', '']) {
    const response = await deliver(server.url, { body })
    expect([body, response.status]).toEqual([body, 400])
    expect(await response.text()).not.toContain('s3cret')
  }
})

/** Speaks HTTP by hand, to see what happens before a body is there. */
async function speak(url: string, head: string[], ...chunks: string[]): Promise<string> {
  const { port } = new URL(url)
  const socket = connect(Number(port), '127.0.0.1')
  let answer = ''
  socket.on('data', (data) => {
    answer += data
  })
  socket.on('error', () => undefined)
  socket.write(`${head.join('\r\n')}\r\n\r\n`)
  for (const chunk of chunks) socket.write(chunk)
  await once(socket, 'close')
  return answer
}

const head = (...more: string[]) => [
  `POST ${hookPath} HTTP/1.1`,
  'Host: 127.0.0.1',
  'Content-Type: application/json',
  'X-GitHub-Delivery: d-1',
  'X-GitHub-Event: push',
  `X-Hub-Signature-256: sha256=${'0'.repeat(64)}`,
  ...more,
]

it('refuses a body over 25 MB before a byte of it is read', async () => {
  const server = await startHooked()
  const answer = await speak(server.url, head(`Content-Length: ${25 * 1_048_576 + 1}`))
  expect(answer).toMatch(/^HTTP\/1\.1 413 /)
  expect(answer).toContain('26214400 bytes')
})

it('gives a body up at the limit when it does not say how long it is', async () => {
  const server = await startHooked({ limit: 1_000 })
  const chunk = `1f4\r\n${'x'.repeat(500)}\r\n`
  const answer = await speak(server.url, head('Transfer-Encoding: chunked'), chunk, chunk, chunk)
  expect(answer).toMatch(/^HTTP\/1\.1 413 /)
})

it('never tells what went wrong inside', async () => {
  const server = await startHooked({
    deliveries: {
      accept: async () => {
        throw new Error('hunter2 in /srv/core/store.ts')
      },
    },
  })
  const response = await deliver(server.url)
  expect(response.status).toBe(500)
  expect(await response.text()).not.toMatch(/hunter2|store\.ts|Error:/)
})

it('lets a payload go when it can never be worked off', async () => {
  const server = await startHooked()
  server.deliveries.handle(async () => {
    throw new AtomicError('NOT_FOUND', 'gone')
  })
  await deliver(server.url)
  await server.jobs.start()
  await server.jobs.idle()
  expect(await server.store.list('github.payloads')).toEqual([])
})

it('logs no payload', async () => {
  const server = await startHooked()
  await deliver(server.url)
  await deliver(server.url, { id: 'd-2', key: 'wrong' })
  expect(server.lines.length).toBeGreaterThan(1)
  expect(JSON.stringify(server.lines)).not.toContain('ghp_')
})
