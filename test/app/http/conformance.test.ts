import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createClient } from '../../../app/http/client.ts'
import { Problem } from '../../../core/contracts/problem.ts'
import { groups, type RouteName, type RouteSpec, routeNames, routes } from '../../../core/contracts/routes.ts'
import { type CallContext, Content, type Services } from '../../../core/contracts/service.ts'
import { AtomicError } from '../../../core/platform/errors.ts'
import { reasons } from '../../../core/platform/reasons.ts'
import { type Call, type Handler, inputOf, sampleAnswer, servicesOf, startServer, type TestServer } from './support.ts'

type Method = (request: unknown, ctx: CallContext) => Promise<unknown>

const ctx: CallContext = { caller: { login: 'local', type: 'human', scopes: ['admin'] }, correlationId: 'c-1' }
const spec = (name: RouteName): RouteSpec => routes[name]
const methodOf = (services: Partial<Services>, name: RouteName): Method => {
  const [group = '', method = ''] = name.split('.')
  return (services as unknown as Record<string, Record<string, Method>>)[group]![method]!
}
const clientsOf = (baseUrl: string): Services =>
  Object.fromEntries(groups.map((group) => [group, createClient(group, { baseUrl })])) as Services

/** What a caller sees of an answer, whichever way it came. */
async function seen(answer: unknown): Promise<unknown> {
  if (!(answer instanceof Content)) return answer
  const { body, contentType } = answer
  const read = body instanceof Readable ? await text(body) : Buffer.from(body).toString()
  return { type: contentType.split(';')[0], text: read.replace(/^: open\n\n/, '') }
}

let handler: Handler = sampleAnswer
const switched: Handler = (call) => handler(call)
const ends: (() => Promise<void>)[] = []
let server: TestServer
beforeAll(async () => {
  server = await startServer({ handler: switched, bodyLimit: 2_000 }, (step) => ends.unshift(step))
})
afterAll(async () => {
  for (const step of ends) await step()
})

/** Both ways to a service: in process, and over HTTP. */
const bothWays = (): Services[] => [servicesOf(switched), clientsOf(server.url)]

describe('a service in process and over HTTP is the same', () => {
  it.each(routeNames)('%s answers', async (name) => {
    const calls: Call[] = []
    handler = async (call) => {
      calls.push(call)
      return sampleAnswer(call)
    }
    const answers: unknown[] = []
    for (const services of bothWays()) answers.push(await seen(await methodOf(services, name)(inputOf(name), ctx)))
    const [near, far] = answers
    expect(far).toEqual(near)
    expect(calls[1]!.request).toEqual(calls[0]!.request)
    expect(calls[1]!.ctx.correlationId).toBe('c-1')
    expect(calls[1]!.ctx.caller.login).toBe('local')
  })

  it.each(routeNames)('%s refuses', async (name) => {
    for (const code of [...spec(name).codes, 'NOT_FOUND'] as const) {
      handler = async () => {
        throw new AtomicError(code, { detail: 'told so', place: 'a.ts:1:2', operation: 3, retryAfter: 7 })
      }
      for (const services of bothWays()) {
        const refusal: unknown = await methodOf(services, name)(inputOf(name), ctx).catch((error: unknown) => error)
        expect(refusal).toMatchObject({ code, message: 'told so', place: 'a.ts:1:2', operation: 3, retryAfter: 7 })
      }
    }
  })
})

const jsonType = { 'content-type': 'application/json' }
const addressOf = (name: RouteName): string =>
  spec(name)
    .path.replace(/:id|:batchId/g, 'x')
    .replace(':name', 'plan')
    .replace('*', '0/000')

async function problemOf(response: Response, code: keyof typeof reasons): Promise<Problem> {
  expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/)
  const problem = Problem.parse(await response.json())
  expect(problem.code).toBe(code)
  expect(response.status).toBe(reasons[code].status)
  expect(problem.status).toBe(response.status)
  expect(problem.correlationId).toBe(response.headers.get('x-correlation-id'))
  return problem
}

describe('every call answers the errors that all calls share', () => {
  beforeEach(() => {
    handler = sampleAnswer
  })
  const withBody = routeNames.filter((name) => spec(name).body !== undefined)

  it('broken JSON is 400 and is not repeated', async () => {
    const { url } = server
    for (const name of withBody) {
      const response = await fetch(url + addressOf(name), {
        method: spec(name).method,
        headers: jsonType,
        body: '{"s3cret',
      })
      expect(JSON.stringify(await problemOf(response, 'INVALID_REQUEST'))).not.toContain('s3cret')
    }
  })

  it('an empty body is 400', async () => {
    const { url } = server
    for (const name of withBody)
      await problemOf(
        await fetch(url + addressOf(name), { method: spec(name).method, headers: jsonType }),
        'INVALID_REQUEST',
      )
  })

  it('unknown keys are 400 with their path', async () => {
    const { url } = server
    for (const name of withBody) {
      const body = JSON.stringify({ ...(inputOf(name).body as object), zzz: 's3cret' })
      const response = await fetch(url + addressOf(name), { method: spec(name).method, headers: jsonType, body })
      const problem = await problemOf(response, 'INVALID_REQUEST')
      expect(problem.errors).toEqual([{ path: 'zzz', message: 'unknown key' }])
    }
  })

  it('unknown query parameters are 400 where there are any', async () => {
    const { url } = server
    for (const name of routeNames.filter((n) => spec(n).query !== undefined)) {
      const problem = await problemOf(await fetch(`${url}${addressOf(name)}?zzz=1`), 'INVALID_REQUEST')
      expect(problem.errors).toContainEqual({ path: 'zzz', message: 'unknown key' })
    }
  })

  it('names the place in a ChangeSpec', async () => {
    const { url } = server
    const changeSpec = {
      version: 1,
      title: 't',
      risk: 'low',
      operations: [
        { op: 'moveModule', from: 'a.ts', to: 'b.ts' },
        { op: 'patch', diff: 'x' },
        { op: 'renameSymbol', symbol: 'a.ts#a', to: 7, extra: 1 },
      ],
    }
    const body = JSON.stringify({ changeSpec, files: { 'a.ts': '' } })
    const problem = await problemOf(
      await fetch(`${url}/dte/apply`, { method: 'POST', headers: jsonType, body }),
      'INVALID_REQUEST',
    )
    expect(problem.errors).toEqual([
      { path: 'changeSpec.operations[2].to', message: 'Invalid input: expected string, received number' },
      { path: 'changeSpec.operations[2].extra', message: 'unknown key' },
    ])
  })

  it('too large is 413 with the limit', async () => {
    const { url } = server
    for (const name of withBody) {
      const body = JSON.stringify({ content: 'x'.repeat(3_000) })
      const response = await fetch(url + addressOf(name), { method: spec(name).method, headers: jsonType, body })
      expect((await problemOf(response, 'TOO_LARGE')).detail).toContain('2000 bytes')
    }
  })

  it('another media type is 415', async () => {
    const { url } = server
    for (const name of withBody)
      for (const type of ['text/plain', 'application/xml', 'application/x-www-form-urlencoded']) {
        const response = await fetch(url + addressOf(name), {
          method: spec(name).method,
          headers: { 'content-type': type },
          body: 'a',
        })
        await problemOf(response, 'UNSUPPORTED_MEDIA_TYPE')
      }
  })

  it('another method is 405 with Allow, another address 404', async () => {
    const { url } = server
    for (const name of routeNames) {
      const response = await fetch(url + addressOf(name), { method: 'DELETE' })
      await problemOf(response, 'METHOD_NOT_ALLOWED')
      expect(response.headers.get('allow')).toContain(spec(name).method)
      await problemOf(await fetch(`${url}/nowhere${addressOf(name)}`, { method: spec(name).method }), 'NOT_FOUND')
    }
    await problemOf(await fetch(`${url}/missions/%zz`), 'NOT_FOUND')
  })

  it('a fault of ours is 500 and says nothing', async () => {
    handler = async () => {
      throw new Error('password is hunter2 at /srv/atomic/core/x.ts')
    }
    const { url, lines } = server
    for (const name of routeNames) {
      const { body, query } = inputOf(name)
      const search = query === undefined ? '' : `?${new URLSearchParams(query as Record<string, string>)}`
      const response = await fetch(url + addressOf(name) + search, {
        method: spec(name).method,
        ...(body === undefined ? {} : { headers: jsonType, body: JSON.stringify(body) }),
      })
      const problem = await problemOf(response, 'INTERNAL')
      expect(JSON.stringify(problem)).not.toMatch(/hunter2|\.ts|Error/)
      expect(lines.at(-1)).toMatchObject({ level: 'error', correlationId: problem.correlationId, code: 'INTERNAL' })
    }
  })

  it('an answer that does not fit the contract is a fault of ours', async () => {
    handler = async () => ({ items: [{ s3cret: 1 }] })
    const { url } = server
    const problem = await problemOf(await fetch(`${url}/missions`), 'INTERNAL')
    expect(JSON.stringify(problem)).not.toContain('s3cret')
  })
})
