import { generateKeyPairSync, sign } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ConfigError, readConfig } from '../../app/config.ts'

const mistakes = (env: Record<string, string>): string[] => {
  try {
    readConfig(env)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return [...error.mistakes]
    throw error
  }
}

describe('ATOMIC_PRICES', () => {
  const text = JSON.stringify({
    version: 1,
    date: '2026-10-01',
    models: [{ provider: 'acme', model: 'house-1', usdPerMillion: { input: 1, output: 2 } }],
  })
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
  let dir: string
  const file = async (name: string, content: string): Promise<string> => {
    await writeFile(join(dir, name), content)
    return join(dir, name)
  }
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'atomic prices '))
  })
  afterAll(() => rm(dir, { recursive: true }))

  it('names a file of own prices', async () => {
    const { prices } = readConfig({ ATOMIC_PRICES: await file('plain.json', text) })
    expect(prices?.find('house-1', 'acme', new Date())).toMatchObject({ prices: { inputTokens: { base: 1 } } })
  })

  it('is refused with the place that does not fit', async () => {
    expect(
      mistakes({ ATOMIC_PRICES: await file('wrong.json', '{"version":1,"date":"2026-10-01","model":[]}') }),
    ).toEqual([expect.stringMatching(/^ATOMIC_PRICES: .*model/)])
    expect(mistakes({ ATOMIC_PRICES: join(dir, 'none.json') })).toEqual([expect.stringMatching(/cannot be read/)])
  })

  it('must be signed where a key is named', async () => {
    const path = await file('signed.json', text)
    expect(mistakes({ ATOMIC_PRICES: path, ATOMIC_PRICES_KEY: pem })).toEqual([expect.stringMatching(/no FILE\.sig/)])
    await file('signed.json.sig', sign(null, Buffer.from(`${text} `), privateKey).toString('base64'))
    expect(mistakes({ ATOMIC_PRICES: path, ATOMIC_PRICES_KEY: pem })).toEqual([
      expect.stringMatching(/not a signature/),
    ])
    await file('signed.json.sig', sign(null, Buffer.from(text), privateKey).toString('base64'))
    expect(mistakes({ ATOMIC_PRICES: path, ATOMIC_PRICES_KEY: pem.replaceAll('\n', '\\n') })).toEqual([])
    expect(mistakes({ ATOMIC_PRICES_KEY: 'AAAA' })).toEqual([expect.stringMatching(/^ATOMIC_PRICES_KEY/)])
  })
})

describe('ATOMIC_WEBHOOKS', () => {
  const secret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`
  const hook = (more: object) => JSON.stringify([{ name: 'ops', url: 'https://hooks.example/', secret, ...more }])

  it('go to https, in development to the loopback too', () => {
    expect(readConfig({ ATOMIC_WEBHOOKS: hook({}) }).webhooks).toEqual([
      { name: 'ops', url: 'https://hooks.example/', secret },
    ])
    const local = hook({ url: 'http://127.0.0.1:9/' })
    expect(mistakes({ ATOMIC_WEBHOOKS: local })).toEqual([expect.stringMatching(/"ops" is not an https address/)])
    expect(mistakes({ ATOMIC_WEBHOOKS: local, NODE_ENV: 'development' })).toEqual([])
    expect(mistakes({ ATOMIC_WEBHOOKS: hook({ url: 'http://10.0.0.1/' }), NODE_ENV: 'development' })).toHaveLength(1)
  })

  it.each([hook({ secret: 'whsec_short' }), hook({ url: 'ftp://x/' }), hook({ events: ['other'] }), '{}', 'x'])(
    'are refused where they do not fit, without their secret: %s',
    (value) => {
      expect(mistakes({ ATOMIC_WEBHOOKS: value })).toEqual([expect.not.stringContaining('whsec_short')])
    },
  )
})
