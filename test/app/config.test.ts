import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { type Config, ConfigError, readConfig } from '../../app/config.ts'
import { sha256Hex } from '../../core/platform/canonical.ts'

const key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
const pkcs1 = key.export({ type: 'pkcs1', format: 'pem' }).toString()
const tokens = JSON.stringify([{ sha256: sha256Hex('t'), login: 'ada', type: 'human', scopes: ['admin'] }])
const github = { APP_ID: '7', PRIVATE_KEY: pkcs1, WEBHOOK_SECRET: 'long and random' }

const mistakes = (env: Record<string, string>): string[] => {
  try {
    readConfig(env)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.mistakes.map((m) => m.split(':', 1)[0]!)
    throw error
  }
}

it('needs nothing: the loopback, everything in one process', () => {
  expect(readConfig({})).toMatchObject({
    port: 3000,
    host: '127.0.0.1',
    services: ['gateway', 'orchestrator', 'dte', 'finops', 'evidence'],
    dataDir: '.atomic-data',
    tokens: [],
    logLevel: 'info',
    rateLimit: 0,
    bodyLimit: 10_485_760,
  } satisfies Partial<Config>)
})

it('reads LOG_LEVEL in any letter case', () => {
  expect(['DEBUG', 'Warn', 'error'].map((LOG_LEVEL) => readConfig({ LOG_LEVEL }).logLevel)).toEqual([
    'debug',
    'warn',
    'error',
  ])
  expect(mistakes({ LOG_LEVEL: 'trace' })).toEqual(['LOG_LEVEL'])
})

describe('where it listens', () => {
  it('without credentials on the loopback alone', () => {
    for (const HOST of ['127.0.0.1', 'localhost', '::1', '127.1.2.3']) expect(readConfig({ HOST }).host).toBe(HOST)
    for (const HOST of ['0.0.0.0', '::', '10.0.0.1', 'example.org', '127.0.0.1.example'])
      expect([HOST, mistakes({ HOST })]).toEqual([HOST, ['HOST']])
    expect(mistakes({ HOST: '0.0.0.0', ATOMIC_TOKENS: '[]' })).toEqual(['HOST'])
  })

  it('with credentials anywhere', () => {
    expect(readConfig({ ATOMIC_TOKENS: tokens })).toMatchObject({ host: '0.0.0.0', rateLimit: 100 })
    expect(readConfig({ ATOMIC_TOKENS: tokens, HOST: '10.0.0.1' }).host).toBe('10.0.0.1')
  })
})

describe('ATOMIC_TOKENS', () => {
  const one = (change: object) =>
    mistakes({
      ATOMIC_TOKENS: JSON.stringify([{ sha256: sha256Hex('t'), login: 'a', type: 'human', scopes: [], ...change }]),
    })
  it('is refused where it does not fit', () => {
    expect(mistakes({ ATOMIC_TOKENS: 'not json' })).toEqual(['ATOMIC_TOKENS'])
    for (const change of [{ sha256: 'abc' }, { scopes: ['gateway:all'] }, { type: 'bot' }, { extra: 1 }, { login: '' }])
      expect(one(change)).toEqual(['ATOMIC_TOKENS'])
    expect(one({ scopes: ['gateway:read', 'approve', 'act-for', 'service', 'report', 'admin'] })).toEqual([])
  })
})

describe('GitHub', () => {
  it('refuses a webhook secret that anybody knows, but on the loopback in development', () => {
    for (const WEBHOOK_SECRET of ['', 'development']) {
      const env = { ...github, WEBHOOK_SECRET }
      expect(mistakes(env)).toEqual(['WEBHOOK_SECRET'])
      expect(mistakes({ ...env, ATOMIC_TOKENS: tokens, NODE_ENV: 'development' })).toEqual(['WEBHOOK_SECRET'])
      expect(mistakes({ ...env, NODE_ENV: 'production' })).toEqual(['WEBHOOK_SECRET'])
      expect(mistakes({ ...env, NODE_ENV: 'development' })).toEqual([])
    }
    expect(mistakes(github)).toEqual([])
  })

  it('takes the private key in the forms that are around', () => {
    const wanted = key.export({ type: 'pkcs8', format: 'pem' }).toString()
    for (const PRIVATE_KEY of [pkcs1, pkcs1.replaceAll('\n', '\\n'), Buffer.from(pkcs1).toString('base64'), wanted])
      expect(readConfig({ ...github, PRIVATE_KEY }).github?.privateKey).toBe(wanted)
    expect(mistakes({ ...github, PRIVATE_KEY: 'nonsense' })).toEqual(['PRIVATE_KEY'])
    expect(mistakes({ ...github, PRIVATE_KEY_PATH: '/nowhere' })).toEqual(['PRIVATE_KEY_PATH', 'PRIVATE_KEY_PATH'])
    expect(mistakes({ APP_ID: '7', WEBHOOK_SECRET: 'x' })).toEqual(['PRIVATE_KEY'])
    expect(mistakes({ WEBHOOK_SECRET: 'x' })).toEqual(['WEBHOOK_SECRET'])
  })

  it('knows where GitHub is', () => {
    expect(readConfig(github).github).toMatchObject({ apiUrl: 'https://api.github.com', webUrl: 'https://github.com' })
    const ghe = readConfig({ ...github, GHE_HOST: 'ghe.example.org' })
    expect(ghe.github).toMatchObject({ apiUrl: 'https://ghe.example.org/api/v3', webUrl: 'https://ghe.example.org' })
    expect(ghe.oidc.issuer).toBe('https://ghe.example.org/_services/token')
    const tenant = readConfig({ ...github, GHE_HOST: 'acme.ghe.com' })
    expect(tenant.github).toMatchObject({ apiUrl: 'https://api.acme.ghe.com', webUrl: 'https://acme.ghe.com' })
    expect(tenant.oidc.issuer).toBe('https://token.actions.acme.ghe.com')
    expect(readConfig({ ...github, GITHUB_API_URL: 'http://127.0.0.1:99/' }).github?.apiUrl).toBe('http://127.0.0.1:99')
    expect(mistakes({ GITHUB_API_URL: 'http://github.example' })).toEqual(['GITHUB_API_URL'])
    expect(mistakes({ GITHUB_API_URL: 'https://user:pass@github.example' })).toEqual(['GITHUB_API_URL'])
  })
})

describe('ATOMIC_SERVICES', () => {
  it('runs one group, the others by their addresses', () => {
    const config = readConfig({ ATOMIC_SERVICES: 'evidence', PORT: '3005' })
    expect([config.services, config.urls]).toEqual([['evidence'], {}])
    expect(mistakes({ ATOMIC_SERVICES: 'orchestrator, finops' })).toEqual([
      'GATEWAY_URL',
      'DTE_URL',
      'EVIDENCE_URL',
      'EVIDENCE_URL',
    ])
    expect(readConfig({ ATOMIC_SERVICES: 'finops', EVIDENCE_URL: 'http://evidence:3005/' }).urls).toEqual({
      evidence: 'http://evidence:3005',
    })
    expect(mistakes({ ATOMIC_SERVICES: 'evidnce' })).toEqual(['ATOMIC_SERVICES'])
  })
})

it('takes the address of a PostgreSQL database, and repeats none that it refuses', () => {
  const DATABASE_URL = 'postgres://atomic:secret@db.example.org:5432/atomic'
  expect(readConfig({ DATABASE_URL }).databaseUrl).toBe(DATABASE_URL)
  for (const local of ['postgres://atomic@/atomic?host=/run/postgresql', 'postgresql:///atomic'])
    expect(readConfig({ DATABASE_URL: local }).databaseUrl).toBe(local)
  expect(readConfig({}).databaseUrl).toBeUndefined()
  for (const wrong of ['mysql://root:secret@h/d', 'secret', 'postgres://h:secret/d'])
    expect(() => readConfig({ DATABASE_URL: wrong })).toThrow(/DATABASE_URL: expected postgres:\/\/(?!.*secret)/)
})

it('takes webhooks from a channel in development on the loopback alone', () => {
  const WEBHOOK_PROXY_URL = 'https://smee.io/abc'
  expect(readConfig({ WEBHOOK_PROXY_URL, NODE_ENV: 'development' }).webhookProxy).toBe(WEBHOOK_PROXY_URL)
  expect(readConfig({}).webhookProxy).toBeUndefined()
  expect(mistakes({ WEBHOOK_PROXY_URL })).toEqual(['WEBHOOK_PROXY_URL'])
  expect(mistakes({ WEBHOOK_PROXY_URL, NODE_ENV: 'development', ATOMIC_TOKENS: tokens })).toEqual(['WEBHOOK_PROXY_URL'])
  expect(mistakes({ WEBHOOK_PROXY_URL: 'http://smee.io/abc', NODE_ENV: 'development' })).toEqual(['WEBHOOK_PROXY_URL'])
})
