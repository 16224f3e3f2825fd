import { generateKeyPairSync, sign } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { calcPrice } from '@pydantic/genai-prices'
import Big from 'big.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { knownModels } from '../../../core/finops/catalogue.ts'
import { modelFacts } from '../../../core/finops/model-facts.ts'
import { genaiPrices, genaiProviders } from '../../../core/finops/price-sources/genai-prices.ts'
import { isSignedBy, parseOwnPrices } from '../../../core/finops/price-sources/own.ts'
import { createPrices, priceTable, priceUsage, publishedPrices } from '../../../core/finops/prices.ts'

const { find: findModel, list } = createPrices()

describe('what a call costs', () => {
  it('is exact where floating point is not', () => {
    // $1.25 and $10 a million: 0.00125 + 0.001.
    expect(priceUsage({ model: 'gpt-5', usage: { inputTokens: 1000, outputTokens: 100 } })).toEqual({
      usd: '0.00225',
      parts: { inputTokens: '0.00125', outputTokens: '0.001' },
      source: {
        table: priceTable,
        provider: 'openai',
        model: 'gpt-5',
        unitPrices: { inputTokens: '1.25', outputTokens: '10' },
      },
    })
  })

  it('bills what was cached once, at its own price', () => {
    // The usage in the README of the price table. $3, $3.75 (write) and $15 a million:
    // 5 × 3 + 4,735 × 3.75 + 255 × 15, in millionths.
    const usage = { inputTokens: 4740, cachedInputTokens: 0, cacheWriteTokens: 4735, outputTokens: 255 }
    expect(priceUsage({ provider: 'anthropic', model: 'claude-sonnet-4-20250514', usage }).usd).toBe('0.02159625')
    // $1, $0.10 (read), $1.25 (write), $2 (write for an hour), $5 a million:
    // 3,000 × 1 + 6,000 × 0.1 + 800 × 1.25 + 200 × 2 + 500 × 5, in millionths.
    const haiku = {
      inputTokens: 10_000,
      cachedInputTokens: 6000,
      cacheWriteTokens: 1000,
      cacheWrite1hTokens: 200,
      outputTokens: 500,
    }
    const priced = priceUsage({ model: 'claude-haiku-4-5', usage: haiku })
    expect(priced.usd).toBe('0.0075')
    expect(priced.parts).toEqual({
      inputTokens: '0.003',
      cachedInputTokens: '0.0006',
      cacheWriteTokens: '0.001',
      cacheWrite1hTokens: '0.0004',
      outputTokens: '0.0025',
    })
  })

  it('takes reasoning for output, once', () => {
    const usd = (reasoningTokens: number): string =>
      priceUsage({ model: 'gpt-5', usage: { inputTokens: 0, outputTokens: 1000, reasoningTokens } }).usd
    expect([usd(0), usd(400), usd(1000)]).toEqual(['0.01', '0.01', '0.01'])
  })

  it('uses the higher tier for the whole of a long request', () => {
    const usd = (inputTokens: number): string =>
      priceUsage({ model: 'gpt-5.5', usage: { inputTokens, outputTokens: 1000 } }).usd
    // $5 and $30 a million, from 272,000 tokens of input on $10 and $45.
    expect(usd(271_999)).toBe('1.389995')
    expect(usd(272_000)).toBe('2.765')
  })

  it('adds what is billed by the thousand', () => {
    const usage = { inputTokens: 0, outputTokens: 0, webSearches: 3 }
    expect(priceUsage({ model: 'gpt-5', usage }).usd).toBe('0.03')
  })

  it('uses the prices of the time', () => {
    const usage = { inputTokens: 1_000_000, outputTokens: 0 }
    // OpenAI cut o3 from $10 to $2 a million on 10 June 2025.
    expect(priceUsage({ model: 'o3', usage, at: '2025-05-01T00:00:00Z' }).usd).toBe('10')
    expect(priceUsage({ model: 'o3', usage, at: '2025-07-01T00:00:00Z' }).usd).toBe('2')
    expect(priceUsage({ model: 'o3', usage }, { now: () => Date.UTC(2025, 4, 1) }).usd).toBe('10')
  })

  it('agrees with the price table’s own arithmetic', () => {
    const models = knownModels.map((m) => m.model)
    fc.assert(
      fc.property(
        fc.constantFrom(...models),
        fc.nat(600_000),
        fc.nat(50_000),
        fc.nat(100),
        fc.nat(100),
        (model, inputTokens, outputTokens, readPercent, writePercent) => {
          const cachedInputTokens = Math.floor((inputTokens * readPercent) / 100)
          const cacheWriteTokens = Math.floor(((inputTokens - cachedInputTokens) * writePercent) / 100)
          const usage = { inputTokens, outputTokens, cachedInputTokens, cacheWriteTokens }
          const priced = priceUsage({ model, usage })
          const theirs = calcPrice(
            {
              input_tokens: inputTokens,
              output_tokens: outputTokens,
              cache_read_tokens: cachedInputTokens,
              cache_write_tokens: cacheWriteTokens,
            },
            model,
          )
          expect(Number(priced.usd)).toBeCloseTo(theirs!.total_price, 9)
          const sum = Object.values(priced.parts).reduce((total, part) => total.plus(part), new Big(0))
          expect(sum.toFixed()).toBe(priced.usd)
        },
      ),
      { numRuns: 200, seed: 1 },
    )
  })

  it.each(['gpt-5-nonexistent', 'claude-unknown', '', '__proto__', 'x'.repeat(5000), 'openai/nothing', '/'])(
    'has no price for %.40s, rather than none to pay',
    (model) => {
      expect(() => priceUsage({ model, usage: { inputTokens: 1, outputTokens: 1 } })).toThrow(
        expect.objectContaining({ code: 'UNKNOWN_MODEL' }),
      )
    },
  )

  it('does not take for free what a model has no price for', () => {
    const usage = { inputTokens: 1, outputTokens: 1 }
    const embedding = { provider: 'openai', model: 'text-embedding-3-small' }
    for (const request of [{ model: 'devstral-small:free' }, embedding])
      expect(() => priceUsage({ ...request, usage })).toThrow(expect.objectContaining({ code: 'UNKNOWN_MODEL' }))
    expect(priceUsage({ ...embedding, usage: { inputTokens: 1_000_000, outputTokens: 0 } }).usd).toBe('0.02')
    expect(() => priceUsage({ model: 'gpt-5', provider: 'nobody', usage })).toThrow(
      expect.objectContaining({ code: 'UNKNOWN_MODEL' }),
    )
  })

  it.each([
    { inputTokens: 10, outputTokens: 0, cachedInputTokens: 11 },
    { inputTokens: 10, outputTokens: 0, cachedInputTokens: 6, cacheWriteTokens: 5 },
    { inputTokens: 10, outputTokens: 1, reasoningTokens: 2 },
    { inputTokens: -1, outputTokens: 0 },
    { inputTokens: 1.5, outputTokens: 0 },
    { inputTokens: Number.NaN, outputTokens: 0 },
    { inputTokens: 1, outputTokens: 0, inputTonkens: 4 },
  ])('refuses usage that does not add up: %j', (usage) => {
    expect(() => priceUsage({ model: 'gpt-5', usage })).toThrow(expect.objectContaining({ code: 'INVALID_REQUEST' }))
  })

  it('finds a model behind its provider’s name', () => {
    expect(findModel('openai/gpt-5')).toMatchObject({ provider: 'openai', model: 'gpt-5', contextTokens: 400_000 })
    for (const { provider, model } of knownModels) expect(findModel(model)).toMatchObject({ provider, model })
  })

  it.each(publishedPrices)('names the list that is installed: $name', async ({ name, licence }) => {
    const at = name.lastIndexOf(' ')
    const text = await readFile(`node_modules/${name.slice(0, at)}/package.json`, 'utf8')
    const { version, license } = JSON.parse(text) as { version: string; license?: string }
    expect(name.slice(at + 1)).toBe(version)
    if (license !== undefined) expect(license).toBe(licence)
  })
})

describe('the price lists', () => {
  const at = new Date('2026-11-01T12:00:00Z')

  it('know at least 1,000 models, each with what it costs and where that is from', () => {
    const models = list(at)
    expect(new Set(models.map((m) => `${m.provider}/${m.model}`)).size).toBe(models.length)
    const priced = models.filter((m) => m.prices.inputTokens && m.prices.outputTokens)
    expect(priced.length).toBeGreaterThanOrEqual(1_000)
    for (const { prices } of priced) expect(Object.keys(prices)).toContain('reasoningTokens')
    const tables = new Set(models.map((m) => m.table))
    expect([...tables].sort()).toEqual(publishedPrices.map((p) => p.name).sort())
    for (const { date } of publishedPrices) expect(Date.parse(date)).toBeGreaterThan(Date.parse('2026-09-01'))
  })

  it('are asked of every provider that the package has', async () => {
    const text = await readFile('node_modules/@pydantic/genai-prices/dist/index.js', 'utf8')
    const all = [...text.matchAll(/^ {4}id: "([^"]+)",\n {4}name:/gm)].map(([, id]) => id)
    expect([...genaiProviders].sort()).toEqual(all.sort())
    expect(genaiPrices.list(at).length).toBeGreaterThan(1_000)
  })

  it('show where they differ', () => {
    expect(findModel('deepseek-v4-flash', 'deepseek', at).disagreements).toContainEqual({
      part: 'inputTokens',
      usdPerMillion: '0.22',
      other: '0.15',
      table: 'llm-zoo 1.37.0',
    })
    expect(findModel('gpt-6-sol', 'openai', at).disagreements).toEqual([])
  })

  it('fill each other’s gaps', () => {
    // Only the second list knows this one; only it knows how long answers can be.
    expect(findModel('grok-4.7', undefined, at)).toMatchObject({ provider: 'x-ai', table: 'llm-zoo 1.37.0' })
    expect(findModel('claude-opus-5-5', undefined, at)).toMatchObject({
      table: priceTable,
      maxOutputTokens: 128_000,
      contextTokens: 1_000_000,
    })
  })

  it('say since when a price holds, and until when', () => {
    expect(findModel('o3', 'openai', new Date('2025-05-01'))).toMatchObject({ validTo: '2025-06-10T00:00:00Z' })
    expect(findModel('o3', 'openai', new Date('2025-07-01'))).toMatchObject({ validFrom: '2025-06-10T00:00:00Z' })
  })

  it('know no price of what a list leaves out: writing to the cache, by the second list', () => {
    const usage = { inputTokens: 10, outputTokens: 1, cacheWriteTokens: 5 }
    expect(() => priceUsage({ model: 'claude-mythos-5-1', usage })).toThrow(
      expect.objectContaining({ code: 'UNKNOWN_MODEL' }),
    )
  })
})

describe('a batch', () => {
  const usage = { inputTokens: 1_000_000, outputTokens: 100_000, cachedInputTokens: 400_000 }

  it('costs the share that its provider publishes', () => {
    // $3, $0.30 (cached) and $15 a million, all by half.
    expect(
      priceUsage({
        model: 'claude-sonnet-4-5',
        usage: { ...usage, inputTokens: 100_000, cachedInputTokens: 40_000 },
        batch: true,
      }),
    ).toMatchObject({
      usd: '0.846',
      source: { batch: expect.stringContaining('docs.claude.com') as string },
    })
    // $0.30, $0.03 (cached, not by half) and $2.50 a million.
    expect(priceUsage({ model: 'gemini-2.5-flash', usage, batch: true }).usd).toBe('0.227')
  })

  it('has no price where nobody publishes one', () => {
    expect(() => priceUsage({ model: 'grok-4', usage, batch: true })).toThrow(
      expect.objectContaining({ code: 'UNKNOWN_MODEL' }),
    )
  })
})

describe('own prices', () => {
  const text = JSON.stringify({
    version: 1,
    date: '2026-10-01',
    models: [
      {
        provider: 'acme',
        model: 'house-1',
        from: '2026-01-01T00:00:00Z',
        to: '2027-01-01T00:00:00Z',
        usdPerMillion: { input: 1, output: 4, cachedInput: 0.1 },
        above: [{ inputTokens: 1000, usdPerMillion: { input: 2, output: 8 } }],
        batch: 0.25,
        contextTokens: 32_000,
        regions: ['eu'],
      },
    ],
    discounts: [
      { provider: 'openai', models: ['gpt-6-*'], share: 0.15, from: '2026-06-01T00:00:00Z' },
      { provider: 'openrouter', models: ['**'], share: 0.05 },
    ],
  })
  const prices = createPrices({ own: parseOwnPrices(text) })
  const at = '2026-11-01T00:00:00Z'

  it('come before the published ones, with tiers, batches and the time they hold', () => {
    const price = (inputTokens: number, batch = false) =>
      prices.price({ model: 'house-1', usage: { inputTokens, outputTokens: 1000 }, at, batch }).usd
    expect([price(1000), price(1001), price(1000, true)]).toEqual(['0.005', '0.010002', '0.00125'])
    expect(prices.find('acme/house-1', undefined, new Date(at))).toMatchObject({
      table: 'own prices of 2026-10-01',
      contextTokens: 32_000,
      disagreements: [],
    })
    const usage = { inputTokens: 1, outputTokens: 0 }
    for (const outside of ['2025-12-31T23:59:59Z', '2027-01-01T00:00:00Z'])
      expect(() => prices.price({ model: 'house-1', usage, at: outside })).toThrow(
        expect.objectContaining({ code: 'UNKNOWN_MODEL' }),
      )
  })

  it('tell routing what a model can do', () => {
    const now = createPrices({ own: parseOwnPrices(text), clock: { now: () => Date.parse(at) } })
    expect(modelFacts(now, 'acme', 'house-1')).toEqual({ contextTokens: 32_000, regions: ['eu'] })
    expect(modelFacts(now, 'anthropic', 'claude-opus-5-5')).toEqual({ contextTokens: 1_000_000 })
    expect(modelFacts(now, 'acme', 'nobody')).toBeUndefined()
  })

  it('take off what was agreed, and say so', () => {
    const usage = { inputTokens: 100_000, outputTokens: 10_000 }
    const listed = priceUsage({ model: 'gpt-6-sol', usage, at }).usd
    expect(prices.price({ model: 'gpt-6-sol', usage, at })).toMatchObject({
      usd: new Big(listed).times('0.85').toFixed(),
      source: { discount: '0.15', listUsd: listed },
    })
    expect(prices.price({ model: 'gpt-5', usage, at }).source).not.toHaveProperty('discount')
  })

  it.each([
    ['{', 'not JSON'],
    [
      '{"version":1,"date":"2026-10-01","models":[{"provider":"a","model":"b","usdPerMillion":{"input":-1}}]}',
      'models.0.usdPerMillion.input',
    ],
    ['{"version":1,"date":"2026-10-01","discount":[]}', 'discount'],
    ['{"version":2,"date":"yesterday"}', 'version'],
  ])('are refused with the path of what does not fit: %s', (wrong, says) => {
    expect(() => parseOwnPrices(wrong)).toThrow(
      expect.objectContaining({ code: 'INVALID_REQUEST', message: expect.stringContaining(says) as string }),
    )
  })

  it('are accepted as signed by who reviewed them, to the byte', () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519')
    const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
    const signature = sign(null, Buffer.from(text), privateKey).toString('base64')
    expect(isSignedBy(text, signature, pem)).toBe(true)
    expect(isSignedBy(`${text} `, signature, pem)).toBe(false)
    expect(isSignedBy(text, '', pem)).toBe(false)
  })
})
