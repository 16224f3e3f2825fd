import { readFile } from 'node:fs/promises'
import Big from 'big.js'
import { describe, expect, it } from 'vitest'
import { priceUsage } from '../../../core/finops/prices.ts'

describe('recorded answers of providers, priced by others', () => {
  interface Recorded {
    at: string
    rows: [string, string, number, number, number, number, number, number, string, string][]
  }
  interface Outdated {
    models: readonly string[]
    rows: number
    /** When what the table says was the price, and is here. */
    at: string
    source: string
  }
  /** The table was priced by a list that had missed what the provider had published by then. */
  const outdated: readonly Outdated[] = [
    {
      // Cut by 20 and 33 % that day.
      models: ['openai/gpt-5.6-sol'],
      rows: 11,
      at: '2026-08-20T15:00:00Z',
      source: 'https://developers.openai.com/api/docs/changelog',
    },
    {
      // Cut by 80 % on 30 July.
      models: ['aws/openai.gpt-5.6-luna'],
      rows: 5,
      at: '2026-07-29T15:00:00Z',
      source: 'https://aws.amazon.com/about-aws/whats-new/2026/07/openai-gpt-terra-luna-pricing-bedrock/',
    },
    {
      // By the hour since 16 August, 16:00 UTC.
      models: ['deepseek/deepseek-v4-flash'],
      rows: 3,
      at: '2026-08-16T15:00:00Z',
      source: 'https://api-docs.deepseek.com/quick_start/pricing',
    },
    {
      // Became the name of Mistral Medium 3.5 on 16 June, which costs $1.50 and $7.50.
      models: ['mistral/mistral-medium-latest'],
      rows: 17,
      at: '2026-06-15T15:00:00Z',
      source: 'https://github.com/mistralai/platform-docs-public/commit/cc58c1186b1ca8ad65658f5dfd3ebd29de778c7f',
    },
  ]
  /** Never the price: what the provider published instead, US dollars a million tokens. */
  const wrong = {
    'google/claude-sonnet-4-5-20250929': {
      // Above 200,000 tokens of input, as all of these are: $6 and $22.50; the table takes $3 and $15.
      rows: 2,
      price: [6, 22.5],
      source: 'https://cloud.google.com/vertex-ai/generative-ai/pricing#partner-models',
    },
    'mistral/ministral-8b-latest': {
      // Ministral 3 8B since 2 December 2025; the table takes $0.10 and $1, which nobody ever asked.
      rows: 1,
      price: [0.15, 0.15],
      source: 'https://github.com/mistralai/platform-docs-public/commit/4975b09514f95978cfeeea814562000348548107',
    },
  } as const
  /** Told as $0, since no price is known (the one is no longer sold, the other was given away to try): refused here. */
  const refused = { 'cerebras/qwen-3-coder-480b': 2, 'openrouter/google/gemini-2.0-flash-exp:free': 1 }

  it('cost the same here, to 1e-9: plain, cached, written to the cache, reasoning', async () => {
    const recorded = JSON.parse(await readFile('test/fixtures/finops/recorded-usage.json', 'utf8')) as Recorded
    const same = { all: 0, cached: 0, written: 0, reasoning: 0 }
    const found: Record<string, number> = {}
    for (const [provider, model, input, output, read, written, hour, reasoning, inputUsd, outputUsd] of recorded.rows) {
      const usage = {
        inputTokens: input,
        outputTokens: output,
        cachedInputTokens: read,
        cacheWriteTokens: written,
        cacheWrite1hTokens: hour,
        reasoningTokens: reasoning,
      }
      const name = `${provider}/${model}`
      const price = (at: string) => priceUsage({ provider, model, usage, at }).usd
      const told = new Big(inputUsd).plus(outputUsd)
      const isTold = (usd: string | number): boolean => told.minus(usd).abs().lte(1e-9)
      if (name in refused) {
        expect(() => price(recorded.at)).toThrow(expect.objectContaining({ code: 'UNKNOWN_MODEL' }))
        expect(told.toNumber()).toBe(0)
      } else if (name in wrong && !isTold(price(recorded.at))) {
        const [inputPrice, outputPrice] = wrong[name as keyof typeof wrong].price
        expect(Number(price(recorded.at))).toBeCloseTo((input * inputPrice + output * outputPrice) / 1e6, 9)
      } else {
        const late = outdated.find(({ models }) => models.includes(name))
        expect({ name, usage, same: isTold(price(late?.at ?? recorded.at)) }).toEqual({ name, usage, same: true })
        if (late) expect(isTold(price(recorded.at))).toBe(false)
        same.all++
        if (read > 0) same.cached++
        if (written > 0) same.written++
        if (reasoning > 0) same.reasoning++
        if (!late) continue
      }
      found[name] = (found[name] ?? 0) + 1
    }
    expect(found).toEqual({
      ...refused,
      ...Object.fromEntries(Object.entries(wrong).map(([name, { rows }]) => [name, rows])),
      ...Object.fromEntries(outdated.flatMap(({ models, rows }) => models.map((name) => [name, rows]))),
    })
    expect(same.all).toBe(2_452)
    expect(same.cached).toBeGreaterThan(80)
    expect(same.written).toBeGreaterThan(30)
    expect(same.reasoning).toBeGreaterThan(500)
  })

  it('cost what Azure asked until September, where the list has only what it asks since', () => {
    const usage = { inputTokens: 300_000, outputTokens: 1_000, cachedInputTokens: 100_000 }
    const sol = { provider: 'azure', model: 'gpt-5.6-sol', usage }
    const august = priceUsage({ ...sol, at: '2026-08-31T23:59:59Z' })
    // $10, $1 and $45 above 272,000 tokens; then $8, $0.80 and $30.
    expect(august).toMatchObject({ usd: '2.145', source: { corrected: expect.stringContaining('azure') as string } })
    expect(priceUsage({ ...sol, at: '2026-09-01T00:00:00Z' }).usd).toBe('1.71')
  })

  it.each([
    // https://api-docs.deepseek.com/quick_start/pricing; $ a million tokens of input of V4 Flash.
    ['2026-08-10T08:00:00Z', '0.14', 'before there were peaks, at an hour of today’s'],
    ['2026-08-16T15:59:00Z', '0.14', 'the last minute without'],
    ['2026-08-16T16:00:00Z', '0.22', 'the first minute with'],
    ['2026-08-17T08:00:00Z', '0.44', 'Monday, peak'],
    ['2026-08-17T05:00:00Z', '0.22', 'Monday, between the peaks'],
    ['2026-08-22T08:00:00Z', '0.44', 'the last Saturday with peaks'],
    ['2026-08-23T08:00:00Z', '0.22', 'the first Sunday without'],
    ['2026-08-28T15:59:00Z', '0.22', 'Friday night in Beijing'],
    ['2026-08-29T02:00:00Z', '0.22', 'Saturday'],
    ['2026-08-31T02:00:00Z', '0.44', 'Monday again'],
  ])('cost what DeepSeek asks by date, hour and weekday: %s $%s (%s)', (at, usd) => {
    const usage = { inputTokens: 1_000_000, outputTokens: 0 }
    expect(priceUsage({ provider: 'deepseek', model: 'deepseek-v4-flash', usage, at }).usd).toBe(usd)
  })

  it.each([
    // https://github.com/pydantic/genai-prices/blob/main/tests/test_price_calc.py: long context, cached
    ['gpt-5.6-terra', 300_000, 100_000, 50_000, 10_000, (4 * 150_000 + 5 * 100_000 + 0.4 * 50_000 + 18 * 10_000) / 1e6],
    ['gpt-5.6-luna', 271_999, 271_999, 0, 0, 0.25 * 0.271999],
    ['gpt-5.6-luna', 272_001, 272_001, 0, 0, 0.5 * 0.272001],
  ] as const)('cost the same in tiers: %s with %i tokens', (model, inputTokens, write, read, outputTokens, usd) => {
    const usage = { inputTokens, outputTokens, cacheWriteTokens: write, cachedInputTokens: read }
    const priced = priceUsage({ provider: 'openai', model, usage, at: '2026-08-01T00:00:00Z' })
    expect(new Big(priced.usd).minus(usd).abs().lte(1e-9)).toBe(true)
  })
})
