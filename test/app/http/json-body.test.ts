import Fastify from 'fastify'
import { describe, expect, it } from 'vitest'
import { registerJsonBody } from '../../../app/http/json-body.ts'

async function post(payload: string | Buffer) {
  const app = Fastify()
  registerJsonBody(app)
  app.setErrorHandler((error: { code: string; status: number }, _request, reply) =>
    reply.code(error.status).send({ code: error.code }),
  )
  app.post('/', async ({ body }) => ({ body }))
  const answer = await app.inject({
    method: 'POST',
    url: '/',
    headers: { 'content-type': 'application/json' },
    payload,
  })
  await app.close()
  return { status: answer.statusCode, ...(answer.json() as { body?: unknown; code?: string }) }
}
const refused = { status: 400, code: 'INVALID_REQUEST' }

describe('a body of JSON', () => {
  it.each([
    '{"a":[1,{"b":"constructor __proto__ prototype"}]}',
    '[]',
    'null',
    '"x"',
    '0',
    '{"constructor":"house","proto":{"__proto":1}}',
    '{"prototype":{"constructor":[]}}',
    '{"é":"漢\\u0000"}',
  ])('is what it says: %s', async (text) => {
    expect(await post(text)).toEqual({ status: 200, body: JSON.parse(text) as unknown })
    expect(await post(`\ufeff${text}`)).toMatchObject({ status: 200 })
  })

  it.each([
    '',
    '{',
    '{"a":1}x',
    "{'a':1}",
    '{"__proto__":{}}',
    '{"a":[[{"\\u005f_proto__":null}]]}',
    '{"a":{"constructor":{"prototype":{"x":1}}}}',
    '{"constr\\u0075ctor":{"prototype":1}}',
  ])('is refused where it is broken, or would reach a prototype: %j', async (text) => {
    expect(await post(text)).toEqual(refused)
  })

  it('is looked through to the bottom', async () => {
    expect(await post(`${'['.repeat(5_000)}{"__proto__":1}${']'.repeat(5_000)}`)).toEqual(refused)
  })
})
