import { createHmac, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openLedger } from '../../../../core/finops/ledger.ts'
import { pinAddress } from '../../../../core/finops/webhooks/address.ts'
import { deliver } from '../../../../core/finops/webhooks/deliver.ts'
import { isWebhookSecret, webhookHeaders } from '../../../../core/finops/webhooks/sign.ts'
import { createWebhooks } from '../../../../core/finops/webhooks/webhooks.ts'
import { createJobs } from '../../../../core/orchestrator/durable-jobs.ts'
import { systemClock as clock } from '../../../../core/platform/clock.ts'
import { openSqliteStore } from '../../../../core/storage/sqlite/open.ts'
import { temporaryPlace } from '../../storage/candidate.ts'

it('signs as Standard Webhooks does', () => {
  // The example of https://docs.svix.com/receiving/verifying-payloads/how-manual
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
  expect(webhookHeaders(secret, 'msg_p5jXN8AQM9LWM0D4loKWxJek', 1614265330, '{"test": 2432232314}')).toMatchObject({
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  })
  expect([secret, 'whsec_', 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'whsec_c2hvcnQ='].map(isWebhookSecret)).toEqual([
    true,
    false,
    false,
    false,
  ])
})

describe('an address that webhooks may go to', () => {
  const pin = (address: string, allow = false) =>
    pinAddress('hooks.example', allow, async () => [{ address, family: address.includes(':') ? 6 : 4 }])

  it.each(['8.8.8.8', '2606:4700::1111', '172.32.0.1', '100.128.0.1'])('is public: %s', async (address) => {
    expect(await pin(address)).toMatchObject({ address })
  })

  it.each([
    '127.0.0.1',
    '10.1.2.3',
    '172.16.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    '::1',
    '::',
    'fe80::1',
    'fc00::1',
    '::ffff:10.0.0.1',
    '::ffff:8.8.8.8',
    '64:ff9b::a00:1',
    '2002:a00:1::',
    '2001:db8::1',
    'ff02::1',
  ])('is not private: %s', async (address) => {
    await expect(pin(address)).rejects.toMatchObject({ code: 'POLICY_DENIED' })
    await expect(pinAddress(address.includes(':') ? `[${address}]` : address, false)).rejects.toMatchObject({
      code: 'POLICY_DENIED',
    })
  })

  it('is public in all that its name stands for; in development all on the loopback', async () => {
    const both = async () => [
      { address: '8.8.8.8', family: 4 },
      { address: '10.0.0.1', family: 4 },
    ]
    await expect(pinAddress('hooks.example', false, both)).rejects.toMatchObject({ code: 'POLICY_DENIED' })
    expect(await pin('127.0.0.1', true)).toMatchObject({ address: '127.0.0.1' })
    await expect(pin('10.0.0.1', true)).rejects.toMatchObject({ code: 'POLICY_DENIED' })
    await expect(deliver('http://hooks.example/', {}, '')).rejects.toMatchObject({ code: 'POLICY_DENIED' })
  })
})

describe('budget alerts', () => {
  let server: Server
  let answers: number[]
  let received: { headers: IncomingHttpHeaders; body: string; host: string | undefined }[]
  let place: { at: string; remove(): Promise<void> }
  let port: number
  const secret = `whsec_${randomBytes(32).toString('base64')}`

  beforeEach(async () => {
    received = []
    answers = []
    server = createServer(async (request, response) => {
      let body = ''
      for await (const chunk of request) body += String(chunk)
      received.push({ headers: request.headers, body, host: request.headers.host })
      response.writeHead(answers.shift() ?? 204, { location: 'http://127.0.0.1/elsewhere' }).end()
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    port = (server.address() as AddressInfo).port
    place = await temporaryPlace()
  })
  afterEach(async () => {
    server.close()
    await place.remove()
  })

  it('go out signed, with their reason, are tried again, and sent again when asked', async () => {
    const store = await openSqliteStore(place.at)
    const jobs = createJobs({ store, clock, random: () => 0 })
    const resolved: string[] = []
    const webhooks = createWebhooks({
      store,
      clock,
      jobs,
      endpoints: [{ name: 'ops', url: `http://hooks.example:${port}/budget`, secret, events: ['budget.breached'] }],
      allowLoopback: true,
      resolve: async (host) => {
        resolved.push(host)
        return [{ address: '127.0.0.1', family: 4 }]
      },
    })
    await jobs.start()
    const ledger = openLedger({ store, clock, emit: async () => {}, tell: webhooks })
    const actor = { login: 'ada', type: 'human' as const }
    answers = [503, 302]
    await ledger.post({ kind: 'set', scope: 's', total: '1', actor })
    await ledger.post({ kind: 'consume', scope: 's', usd: '1.5', actor, entry: {} })
    await vi.waitFor(() => expect(received).toHaveLength(3), 20_000)
    await jobs.idle()
    const ids = new Set(received.map(({ headers }) => headers['webhook-id']))
    expect(ids.size).toBe(1)
    for (const { headers, body, host } of received) {
      const { 'webhook-id': id, 'webhook-timestamp': at } = headers as Record<string, string>
      const key = Buffer.from(secret.slice(6), 'base64')
      const signature = createHmac('sha256', key).update(`${id}.${at}.${body}`).digest('base64')
      expect(headers['webhook-signature']).toBe(`v1,${signature}`)
      expect(host).toBe(`hooks.example:${port}`)
      expect(JSON.parse(body)).toMatchObject({
        type: 'budget.breached',
        data: { scope: 's', total: '1', consumed: '1.5' },
      })
    }
    // Resolved for each try, and asked at the address that was checked.
    expect(resolved).toEqual(['hooks.example', 'hooks.example', 'hooks.example'])

    await webhooks.replay(String([...ids][0]))
    await vi.waitFor(() => expect(received).toHaveLength(4), 10_000)
    expect(received[3]?.headers['webhook-id']).toBe([...ids][0])
    await expect(webhooks.replay('msg_none')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await jobs.stop()
    await store.close()
  }, 40_000)
})
