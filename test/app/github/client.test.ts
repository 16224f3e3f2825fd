import nock from 'nock'
import { Octokit } from 'octokit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { clients, orAbsent } from '../../../app/github/client.ts'

const github = await clients(
  async () =>
    new Octokit({
      retry: { enabled: false },
      throttle: { enabled: false },
      log: { debug() {}, info() {}, warn() {}, error() {} },
    }),
)()
const read = () => github.request('GET /repos/{owner}/{repo}', { owner: 'acme', repo: 'shop' })

beforeAll(() => nock.disableNetConnect())
afterAll(() => {
  nock.enableNetConnect()
  nock.restore()
})

test.each([
  [403, { 'retry-after': '7' }, {}, 'RATE_LIMITED', 7],
  [429, {}, {}, 'RATE_LIMITED', 60],
  [
    403,
    { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1700000030', date: 'Tue, 14 Nov 2023 22:13:20 GMT' },
    {},
    'RATE_LIMITED',
    30,
  ],
  [403, {}, { message: 'You have exceeded a secondary rate limit' }, 'RATE_LIMITED', 60],
  [403, { 'x-ratelimit-remaining': '42' }, {}, 'NOT_ALLOWED', undefined],
  [401, {}, {}, 'UPSTREAM_FAILED', undefined],
  [404, {}, {}, 'NOT_FOUND', undefined],
  [422, {}, {}, 'INVALID_REQUEST', undefined],
  [502, {}, {}, 'UPSTREAM_FAILED', undefined],
])('REST that answers %i %j %j is %s', async (status, headers, body, code, retryAfter) => {
  nock('https://api.github.com').get('/repos/acme/shop').reply(status, body, headers)
  await expect(read()).rejects.toMatchObject({ code, retryAfter })
})

test('a connection that ends is tried again later; what is not there is absent', async () => {
  nock('https://api.github.com').get('/repos/acme/shop').replyWithError('reset')
  await expect(read()).rejects.toMatchObject({ code: 'UPSTREAM_FAILED' })
  nock('https://api.github.com').get('/repos/acme/shop').reply(404, {})
  expect(await orAbsent(read())).toBeUndefined()
})

test.each([
  [{ type: 'NOT_FOUND' }, 'NOT_FOUND'],
  [{ type: 'FORBIDDEN' }, 'NOT_ALLOWED'],
  [{ type: 'RATE_LIMITED' }, 'RATE_LIMITED'],
  [{ type: 'STALE_DATA' }, 'INVALID_REQUEST'],
  [{}, 'UPSTREAM_FAILED'],
])('GraphQL that answers %j is %s', async (error, code) => {
  nock('https://api.github.com')
    .post('/graphql')
    .reply(200, { data: null, errors: [{ message: 'm', ...error }] })
  await expect(github.graphql('query { viewer { login } }', {})).rejects.toMatchObject({ code })
})
