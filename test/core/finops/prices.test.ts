import { readFile } from 'node:fs/promises'
import { calcPrice } from '@pydantic/genai-prices'
import Big from 'big.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { knownModels } from '../../../core/finops/catalogue.ts'
import { findModel, priceTable, priceUsage } from '../../../core/finops/prices.ts'

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
    expect(findModel('openai/gpt-5')).toMatchObject({ provider: 'openai', model: 'gpt-5', contextWindow: 400_000 })
    for (const { provider, model } of knownModels) expect(findModel(model)).toMatchObject({ provider, model })
  })

  it('names the table that is installed', async () => {
    const { dependencies } = JSON.parse(await readFile('package.json', 'utf8')) as {
      dependencies: Record<string, string>
    }
    expect(priceTable).toBe(`@pydantic/genai-prices ${dependencies['@pydantic/genai-prices']}`)
  })
})
