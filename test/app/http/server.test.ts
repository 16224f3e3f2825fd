import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { PassThrough, Readable } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { createClient } from '../../../app/http/client.ts'
import { expires, sweep } from '../../../app/http/expiry.ts'
import { type CallContext, Content } from '../../../core/contracts/service.ts'
import { currentCorrelationId } from '../../../core/platform/correlation.ts'
import { AtomicError } from '../../../core/platform/errors.ts'
import { createTelemetry } from '../../../core/platform/telemetry.ts'
import { currentTrace } from '../../../core/platform/trace.ts'
import { type Call, sampleAnswer, startServer, temporaryStore, tokenOf } from './support.ts'

const local: CallContext = { caller: { login: 'local', type: 'human', scopes: [] }, correlationId: 'c' }

it('takes, makes, returns and logs a correlation id, and passes it on with the trace', async () => {
  let inside: unknown
  const behind = await startServer({
    handler: async (call) => {
      inside = { correlation: currentCorrelationId(), trace: currentTrace()?.traceId }
      return sampleAnswer(call)
    },
  })
  const orchestrator = createClient('orchestrator', { baseUrl: behind.url })
  const front = await startServer({ handler: ({ ctx }) => orchestrator.list({ query: {} }, ctx) })
  const trace = '0af7651916cd43dd8448eb211c80319c'
  const headers = { 'x-correlation-id': 'my-id_1', traceparent: `00-${trace}-b7ad6b7169203331-01` }
  const response = await fetch(`${front.url}/missions`, { headers })
  expect(response.headers.get('x-correlation-id')).toBe('my-id_1')
  expect(inside).toEqual({ correlation: 'my-id_1', trace })
  for (const { lines } of [front, behind])
    expect(lines.at(-1)).toMatchObject({
      msg: 'request',
      route: '/missions',
      status: 200,
      correlationId: 'my-id_1',
      traceId: trace,
    })

  for (const given of ['not valid', 'x'.repeat(65), '<script>']) {
    const made = (await fetch(`${front.url}/missions`, { headers: { 'x-correlation-id': given } })).headers.get(
      'x-correlation-id',
    )
    expect(made).toMatch(/^[0-9a-f-]{36}$/)
  }
})

it('writes one line a request, without query, body or token', async () => {
  const { url, lines } = await startServer({ auth: { tokens: [tokenOf('s3cret-token', ['gateway:write'])] } })
  const before = lines.length
  await fetch(`${url}/gateway/preflight?s3cret=1`, {
    method: 'POST',
    headers: { authorization: 'Bearer s3cret-token', 'content-type': 'application/json' },
    body: JSON.stringify({ content: 's3cret' }),
  })
  await fetch(`${url}/s3cret`)
  await fetch(`${url}/missions`, { headers: { authorization: 'Bearer s3cret' } })
  await pause(5)
  expect(lines.slice(before)).toHaveLength(3)
  expect(JSON.stringify(lines)).not.toContain('s3cret')
})

it('limits each caller by itself, and says when to come again', async () => {
  const tokens = [tokenOf('a', ['admin'], 'ada'), tokenOf('b', ['admin'], 'bob')]
  let now = 1_750_000_000_000
  const { url } = await startServer({ auth: { tokens }, rateLimit: 2, clock: { now: () => now } })
  const get = (token: string) => fetch(`${url}/missions`, { headers: { authorization: `Bearer ${token}` } })
  const statuses = []
  for (let i = 0; i < 6; i++) statuses.push((await get('a')).status)
  expect(statuses).toEqual([200, 200, 200, 200, 429, 429])
  const limited = await get('a')
  expect(limited.headers.get('retry-after')).toBe('1')
  expect(await limited.json()).toMatchObject({ code: 'RATE_LIMITED' })
  expect((await get('b')).status).toBe(200)
  now += 1_000
  expect((await get('a')).status).toBe(200)
  // Guessing tokens is limited by address.
  const guesses = []
  for (let i = 0; i < 6; i++) guesses.push((await get(`guess ${i}`)).status)
  expect(guesses.filter((status) => status === 429).length).toBeGreaterThan(0)
})

it('hands out opaque cursors and takes back only those', async () => {
  const seen: unknown[] = []
  const { url } = await startServer({
    handler: async ({ request }) => {
      seen.push((request as { query: unknown }).query)
      return { items: [], nextCursor: 'mission/17' }
    },
  })
  const { nextCursor } = (await (await fetch(`${url}/missions?limit=2`)).json()) as { nextCursor: string }
  expect(nextCursor).not.toContain('mission')
  await fetch(`${url}/missions?cursor=${nextCursor}`)
  expect(seen).toEqual([{ limit: 2 }, { cursor: 'mission/17' }])
  for (const cursor of ['mission/17', 'AAAA', `${nextCursor}A`]) {
    const response = await fetch(`${url}/missions?cursor=${cursor}`)
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ errors: [{ path: 'cursor' }] })
  }
})

it('answers an ETag for what has a version, and passes If-Match on', async () => {
  const seen: Call[] = []
  const { url } = await startServer({
    handler: async (call) => {
      seen.push(call)
      if (call.ctx.ifMatch === '"1"') throw new AtomicError('STALE_VERSION', 'Version 2 stands now.')
      return { rules: [], default: 'deny', version: 2 }
    },
  })
  expect((await fetch(`${url}/policies/models`)).headers.get('etag')).toBe('"2"')
  const put = (ifMatch: string) =>
    fetch(`${url}/policies/models`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json', 'if-match': ifMatch },
      body: '{"rules":[],"default":"deny"}',
    })
  expect((await put('"2"')).status).toBe(200)
  expect((await put('"1"')).status).toBe(412)
})

it('streams server-sent events as they come, and ends them when it stops', async () => {
  const events = new PassThrough()
  const { url, app } = await startServer({ handler: async () => new Content('text/event-stream', events) })
  const response = await fetch(`${url}/missions/m/events`, { headers: { 'last-event-id': '4' } })
  expect(response.headers.get('content-type')).toBe('text/event-stream')
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  expect((await reader.read()).value).toBe(': open\n\n')
  events.write('id: 5\ndata: {}\n\n')
  expect((await reader.read()).value).toBe('id: 5\ndata: {}\n\n')
  const closed = app.close()
  expect((await reader.read()).done).toBe(true)
  await closed
  expect(events.destroyed).toBe(true)
})

it('lets the source of a stream go when nobody listens any more', async () => {
  const events = new PassThrough()
  const { url } = await startServer({ handler: async () => new Content('text/event-stream', events) })
  const controller = new AbortController()
  const response = await fetch(`${url}/missions/m/events`, { signal: controller.signal })
  await response.body!.getReader().read()
  controller.abort()
  await once(events, 'close')
})

it('a stream that fails half-way breaks the connection and does not end well', async () => {
  const source = Readable.from(
    (async function* () {
      yield 'PK'
      throw new Error('disk')
    })(),
  )
  const { url } = await startServer({ handler: async () => new Content('application/zip', source) })
  const response = await fetch(`${url}/evidence/export`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"missionId":"m"}',
  })
  await expect(response.arrayBuffer()).rejects.toThrow()
})

it('lets running requests end when it stops, and takes no new ones', async () => {
  const release = Promise.withResolvers<void>()
  const begun = Promise.withResolvers<void>()
  const { url, app } = await startServer({
    handler: async (call) => {
      begun.resolve()
      await release.promise
      return sampleAnswer(call)
    },
  })
  const running = fetch(`${url}/missions`)
  await begun.promise
  const closed = app.close()
  await pause(20)
  await expect(fetch(`${url}/health`)).rejects.toThrow()
  release.resolve()
  expect((await running).status).toBe(200)
  await closed
})

it('serves one group alone', async () => {
  const { url } = await startServer({
    service: 'evidence',
    services: { evidence: { checkpoint: async () => new Content('text/plain', 'x') } as never },
  })
  expect(await (await fetch(`${url}/health`)).json()).toEqual({ status: 'healthy', service: 'evidence' })
  expect((await fetch(`${url}/evidence/checkpoint`)).status).toBe(200)
  expect((await fetch(`${url}/missions`)).status).toBe(404)
})

it('answers /metrics where telemetry is on, to a service', async () => {
  const tokens = [tokenOf('s', ['service']), tokenOf('r', ['gateway:read'])]
  const { url } = await startServer({ auth: { tokens }, telemetry: createTelemetry('atomic') })
  const get = (token: string) => fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${token}` } })
  await fetch(`${url}/health`)
  expect((await get('r')).status).toBe(403)
  expect(
    /duration_seconds_count\{.*route="\/health",method="GET",status="200"\} 1/.test(await (await get('s')).text()),
  ).toBe(true)
  expect((await fetch(`${(await startServer()).url}/metrics`)).status).toBe(404)
})

it('answers what is no HTTP with 400 and nothing of it', async () => {
  const { url } = await startServer()
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.end('s3cret nonsense\r\n\r\n')
  let answer = ''
  socket.on('data', (data) => {
    answer += data
  })
  await once(socket, 'close')
  expect(answer).toMatch(/^HTTP\/1\.1 400 /)
  expect(answer).toContain('"code":"INVALID_REQUEST"')
  expect(answer).not.toContain('s3cret')
})

it('does not wait for a body that is too large to be sent', async () => {
  const { url } = await startServer({ bodyLimit: 2_000 })
  const request = httpRequest(`${url}/gateway/preflight`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-length': 1_000_000_000 },
  })
  request.on('error', () => undefined)
  request.flushHeaders()
  const [response] = await once(request, 'response')
  expect(response.statusCode).toBe(413)
  request.destroy()
})

it('the client says what is wrong with the service behind it', async () => {
  const { url } = await startServer({ handler: () => new Promise(() => undefined) })
  const slow = createClient('orchestrator', { baseUrl: url, timeoutMs: 50 })
  await expect(slow.list({ query: {} }, local)).rejects.toMatchObject({
    code: 'UPSTREAM_FAILED',
    message: expect.stringContaining('50 ms'),
  })
  const gone = createClient('orchestrator', { baseUrl: 'http://127.0.0.1:9' })
  await expect(gone.list({ query: {} }, local)).rejects.toMatchObject({ code: 'UPSTREAM_FAILED' })
})

it('rows past their time go, others stay', async () => {
  const store = await temporaryStore()
  const at = 1_750_000_000_000
  const row = (key: string, until: number) => [
    { put: { collection: 'things', key, value: 1 } },
    expires('things', key, until),
  ]
  await store.commit([
    ...row('old', at - 1),
    ...row('new', at + 1),
    { put: { collection: 'things', key: 'kept', value: 1 } },
  ])
  expect(await sweep(store, { now: () => at })).toBe(1)
  expect((await store.list('things')).map(({ key }) => key)).toEqual(['kept', 'new'])
  expect(await sweep(store, { now: () => at + 2 })).toBe(1)
})
