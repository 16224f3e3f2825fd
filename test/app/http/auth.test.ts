import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, SignJWT } from 'jose'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { createOidc } from '../../../app/http/oidc.ts'
import { type RouteName, type RouteSpec, routeNames, routes } from '../../../core/contracts/routes.ts'
import type { Caller } from '../../../core/contracts/service.ts'
import { type Call, inputOf, sampleAnswer, startServer, tokenOf } from './support.ts'

const addressOf = (name: RouteName): string => {
  const { path }: RouteSpec = routes[name]
  const { query } = inputOf(name)
  const search = query === undefined ? '' : `?${new URLSearchParams(query as Record<string, string>)}`
  return (
    path
      .replace(/:id|:batchId/g, 'x')
      .replace(':name', 'plan')
      .replace('*', '0/000') + search
  )
}

const send = (url: string, name: RouteName, token?: string, headers: Record<string, string> = {}) => {
  const { body } = inputOf(name)
  return fetch(url + addressOf(name), {
    method: routes[name].method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
}

const needed = (name: RouteName): string => {
  const { group, scope }: RouteSpec = routes[name]
  return scope === 'read' || scope === 'write' ? `${group}:${scope}` : scope
}
const allScopes = [...new Set(routeNames.map(needed))]

describe('with tokens', () => {
  it('every call needs one, and exactly its own scope', async () => {
    const tokens = [...allScopes, 'act-for', 'service', 'admin'].map((scope) => tokenOf(`t-${scope}`, [scope]))
    const { url } = await startServer({ auth: { tokens } })
    for (const name of routeNames) {
      expect((await send(url, name)).status).toBe(401)
      expect((await send(url, name, 'unknown')).status).toBe(401)
      for (const scope of [...allScopes, 'act-for', 'service', 'admin']) {
        const { status } = await send(url, name, `t-${scope}`)
        const allowed = scope === needed(name) || scope === 'admin'
        expect([name, scope, status]).toEqual([name, scope, allowed ? routes[name].status : 403])
      }
    }
  })

  it('leaves /health and /openapi.json open, and nothing else', async () => {
    const { url } = await startServer({ auth: { tokens: [tokenOf('t', [])] } })
    expect(await (await fetch(`${url}/health`)).json()).toEqual({ status: 'healthy', service: 'atomic' })
    expect((await fetch(`${url}/openapi.json`)).status).toBe(200)
    const response = await fetch(`${url}/missions`, { headers: { authorization: 'Basic dDp0' } })
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toBe('Bearer')
  })

  it('tells the service who calls', async () => {
    const calls: Call[] = []
    const handler = (call: Call) => {
      calls.push(call)
      return sampleAnswer(call)
    }
    const tokens = [tokenOf('a', ['orchestrator:read'], 'ada'), tokenOf('b', ['orchestrator:read'], 'bot', 'agent')]
    const { url } = await startServer({ auth: { tokens }, handler })
    await send(url, 'orchestrator.list', 'a')
    await send(url, 'orchestrator.list', 'b')
    expect(calls.map(({ ctx }) => ctx.caller)).toEqual([
      { login: 'ada', type: 'human', scopes: ['orchestrator:read'] },
      { login: 'bot', type: 'agent', scopes: ['orchestrator:read'] },
    ])
  })

  it('takes Atomic’s own events from a service only', async () => {
    const tokens = [tokenOf('w', ['evidence:write']), tokenOf('s', ['evidence:write', 'service'])]
    const { url } = await startServer({ auth: { tokens } })
    const append = (token: string, type: string) =>
      fetch(`${url}/evidence/events`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({ missionId: 'm', type, actor: { login: 'a', type: 'human' }, payload: {} }),
      })
    expect((await append('w', 'ext.mine')).status).toBe(201)
    expect((await append('w', 'mission.created')).status).toBe(403)
    expect((await append('s', 'mission.created')).status).toBe(201)
  })
})

describe('without tokens', () => {
  it('answers the names of the loopback only, and no page of another origin', async () => {
    const { app } = await startServer()
    const get = async (headers: Record<string, string>) =>
      (await app.inject({ url: '/missions', headers: { host: '127.0.0.1:3000', ...headers } })).statusCode
    expect(await get({})).toBe(200)
    expect(await get({ host: 'localhost:3000' })).toBe(200)
    expect(await get({ host: '[::1]:3000' })).toBe(200)
    for (const host of ['rebound.example:3000', '127.0.0.1.example', '10.0.0.1', 'localhost.example:80'])
      expect([host, await get({ host })]).toEqual([host, 403])
    expect(await get({ origin: 'http://127.0.0.1:3000' })).toBe(200)
    for (const origin of ['https://evil.example', 'http://localhost:3000', 'http://127.0.0.1:8080', 'null'])
      expect([origin, await get({ origin })]).toEqual([origin, 403])
  })

  it('the caller is local, with every scope; a token that nobody knows is refused', async () => {
    const calls: Call[] = []
    const { url } = await startServer({
      handler: (call) => {
        calls.push(call)
        return sampleAnswer(call)
      },
    })
    for (const name of routeNames) expect([name, (await send(url, name)).status]).toEqual([name, routes[name].status])
    expect(calls[0]!.ctx.caller).toMatchObject({ login: 'local', type: 'human' })
    expect(calls[0]!.ctx.caller.scopes).toEqual(expect.arrayContaining([...allScopes, 'act-for', 'service', 'admin']))
    expect((await send(url, 'orchestrator.list', 'x')).status).toBe(401)
  })
})

describe('GitHub Actions OIDC', () => {
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const other = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const workflowRef = 'atomic/actions/.github/workflows/verify.yml@refs/tags/v1'
  let jwks = ''
  /** Repository of whatever mission is asked for. */
  let home: string | undefined
  beforeAll(async () => {
    jwks = JSON.stringify({ keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'k', alg: 'RS256', use: 'sig' }] })
  })

  async function start() {
    const issuerServer = createServer((request, response) => {
      response.setHeader('content-type', 'application/json')
      response.end(request.url === '/.well-known/jwks' ? jwks : '{}')
    })
    await new Promise<void>((resolve) => issuerServer.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void issuerServer.close())
    const issuer = `http://127.0.0.1:${(issuerServer.address() as AddressInfo).port}`
    const callers: Caller[] = []
    const foreign = createOidc({
      issuer,
      workflowRef,
      webUrl: 'https://github.com',
      installed: async (repository) => repository === 'ada/engine',
    })
    const { url } = await startServer({
      auth: { tokens: [tokenOf('t', [])], foreign },
      repositoryOf: async () => home,
      handler: (call) => {
        callers.push(call.ctx.caller)
        return sampleAnswer(call)
      },
    })
    const claims = { repository: 'ada/engine', sha: 'c'.repeat(40), job_workflow_ref: workflowRef, run_id: '42' }
    const token = (
      change: Record<string, unknown> = {},
      { audience = 'atomic', iss = issuer, expires = '5m', key = pair.privateKey } = {},
    ) =>
      new SignJWT({ ...claims, ...change })
        .setProtectedHeader({ alg: 'RS256', kid: 'k' })
        .setIssuer(iss)
        .setAudience(audience)
        .setSubject('repo:ada/engine:pull_request')
        .setIssuedAt()
        .setExpirationTime(expires)
        .sign(key)
    return { url, token, callers }
  }

  it('has the audit packs of its own repository’s missions, and learns of no other', async () => {
    const { url, token, callers } = await start()
    const own = async (change: Record<string, unknown> = {}): Promise<{ status: number; text: string }> => {
      const answer = await send(url, 'evidence.export', await token(change))
      return { status: answer.status, text: await answer.text() }
    }
    home = 'Ada/Engine'
    expect((await own()).status).toBe(200)
    expect(callers).toHaveLength(1)
    home = 'ada/other'
    const foreign = await own()
    home = undefined
    const unknown = await own()
    expect([foreign.status, unknown.status]).toEqual([404, 404])
    const without = (text: string): object => ({ ...JSON.parse(text), correlationId: '' })
    expect(without(foreign.text)).toEqual(without(unknown.text))
    expect(callers).toHaveLength(1)
  })

  it('reports what calls of models used for its own repository’s missions, and moves no other money', async () => {
    const { url, token, callers } = await start()
    home = 'ada/engine'
    const usage = { inputTokens: 1, outputTokens: 1 }
    const told = { model: 'gpt-5', usage, requestId: 'r', missionId: 'm', reported: true }
    const post = async (body: object) =>
      (
        await fetch(`${url}/finops/budget`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: `Bearer ${await token()}` },
          body: JSON.stringify(body),
        })
      ).status
    expect(await post(told)).toBe(200)
    expect(callers).toHaveLength(1)
    const { missionId, ...ofNone } = told
    expect(await post(ofNone)).toBe(404)
    home = 'ada/other'
    expect(await post(told)).toBe(404)
    home = 'ada/engine'
    for (const body of [
      { ...told, reported: false },
      { ...told, scope: 'organisation:ada' },
      { ...told, person: 'ada' },
      { ...told, repository: 'ada/other' },
      { total: 1e6 },
      { usd: 1, missionId, requestId: 'r' },
      { reserve: 1, missionId, requestId: 'r' },
      { release: true, requestId: 'r' },
    ])
      expect([body, await post(body)]).toEqual([body, 403])
    expect(callers).toHaveLength(1)
  })

  it('may report, and nothing else', async () => {
    const { url, token, callers } = await start()
    const good = await token()
    // Of a mission that is none of its repository's it does not even learn that there is one.
    const answers: Partial<Record<RouteName, number>> = { 'orchestrator.report': 200, 'evidence.export': 404 }
    home = undefined
    for (const name of routeNames)
      expect([name, (await send(url, name, good)).status]).toEqual([name, answers[name] ?? 403])
    expect(callers).toEqual([
      {
        login: 'github-actions[bot]',
        type: 'agent',
        scopes: ['report'],
        run: {
          repository: 'ada/engine',
          sha: 'c'.repeat(40),
          jobWorkflowRef: workflowRef,
          trusted: true,
          runUrl: 'https://github.com/ada/engine/actions/runs/42',
        },
      },
    ])
  })

  it('is trusted from the pinned workflow only', async () => {
    const { url, token, callers } = await start()
    for (const ref of [
      'ada/engine/.github/workflows/verify.yml@refs/heads/x',
      `${workflowRef}.1`,
      workflowRef.replace('v1', 'v2'),
    ])
      expect((await send(url, 'orchestrator.report', await token({ job_workflow_ref: ref }))).status).toBe(200)
    expect(callers.map((caller) => caller.run?.trusted)).toEqual([false, false, false])
  })

  it('is refused with another audience, issuer, key, time or without its claims', async () => {
    const { url, token } = await start()
    const status = async (t: Promise<string>) => (await send(url, 'orchestrator.report', await t)).status
    expect(await status(token({}, { audience: 'https://github.com/ada' }))).toBe(401)
    expect(await status(token({}, { iss: 'https://token.actions.githubusercontent.com' }))).toBe(401)
    expect(await status(token({}, { key: other.privateKey }))).toBe(401)
    expect(await status(token({}, { expires: '-1m' }))).toBe(401)
    expect(await status(token({ sha: undefined }))).toBe(401)
    expect(await status(token({ job_workflow_ref: undefined }))).toBe(401)
    expect(await status(token({ repository: 'eve/elsewhere' }))).toBe(403)
    const [head = '', claims = ''] = (await token()).split('.')
    expect(await status(Promise.resolve(`${head}.${claims}.AAAA`))).toBe(401)
    const none = Buffer.from('{"alg":"none"}').toString('base64url')
    expect(await status(Promise.resolve(`${none}.${claims}.AAAA`))).toBe(401)
  })
})
