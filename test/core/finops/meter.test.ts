import { extractUsage, findProvider } from '@pydantic/genai-prices'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CallContext } from '../../../core/contracts/index.ts'
import { Content, type Services } from '../../../core/contracts/service.ts'
import { createMeter, type Meter } from '../../../core/finops/meter.ts'
import { priceUsage } from '../../../core/finops/prices.ts'
import { readProviderUsage } from '../../../core/finops/provider-usage.ts'
import { createFinopsService } from '../../../core/finops/service.ts'
import { openSqliteStore } from '../../../core/storage/sqlite/open.ts'
import type { Store } from '../../../core/storage/store.ts'
import { temporaryPlace } from '../storage/candidate.ts'

const now = Date.UTC(2026, 10, 20, 12)
const ctx: CallContext = { caller: { login: 'ada', type: 'human', scopes: ['finops:write'] }, correlationId: 'c' }
const anthropic = {
  input_tokens: 3,
  cache_creation_input_tokens: 1_000,
  cache_creation: { ephemeral_5m_input_tokens: 800, ephemeral_1h_input_tokens: 200 },
  cache_read_input_tokens: 6_000,
  output_tokens: 500,
  service_tier: 'standard',
}
const chat = {
  prompt_tokens: 2_000,
  completion_tokens: 300,
  total_tokens: 2_300,
  prompt_tokens_details: { cached_tokens: 1_500, audio_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: 200 },
}
const responses = {
  input_tokens: 2_000,
  output_tokens: 300,
  input_tokens_details: { cached_tokens: 1_500 },
  output_tokens_details: { reasoning_tokens: 200 },
}

describe('usage as providers tell it', () => {
  it('holds every part in its whole: Anthropic', () => {
    expect(readProviderUsage(anthropic)).toEqual({
      inputTokens: 7_003,
      outputTokens: 500,
      cachedInputTokens: 6_000,
      cacheWriteTokens: 1_000,
      cacheWrite1hTokens: 200,
    })
  })

  it('is the same of OpenAI’s two kinds of answers', () => {
    const usage = { inputTokens: 2_000, outputTokens: 300, cachedInputTokens: 1_500, reasoningTokens: 200 }
    expect([readProviderUsage(chat), readProviderUsage(responses)]).toEqual([usage, usage])
  })

  it.each([
    ['anthropic', anthropic, 'default', 'claude-haiku-4-5'],
    ['openai', chat, 'chat', 'gpt-5'],
    ['openai', responses, 'responses', 'gpt-5'],
  ] as const)('is read as the price list’s own reader does: %s', (providerId, usage, flavour, model) => {
    const theirs = extractUsage(findProvider({ providerId })!, { model, usage }, flavour).usage
    const ours = readProviderUsage(usage)
    expect(ours.inputTokens).toBe(theirs.input_tokens)
    expect(ours.outputTokens).toBe(theirs.output_tokens)
    expect(ours.cachedInputTokens ?? 0).toBe(theirs.cache_read_tokens ?? 0)
    expect(ours.cacheWriteTokens ?? 0).toBe(theirs.cache_write_tokens ?? 0)
  })

  it.each([undefined, null, 'x', [], {}, { input_tokens: -1 }, { prompt_tokens: '5' }, { input_tokens: 0.5 }])(
    'is refused where it is none: %j',
    (usage) => {
      expect(() => readProviderUsage(usage)).toThrow(expect.objectContaining({ code: 'INVALID_REQUEST' }))
    },
  )
})

describe('a metered call', () => {
  let store: Store
  let place: Awaited<ReturnType<typeof temporaryPlace>>
  let finops: Services['finops']
  let meter: Meter
  const call = { requestId: 'req-1', provider: 'anthropic', model: 'claude-haiku-4-5', missionId: 'm1' }
  const usd = Number(
    priceUsage({ model: 'claude-haiku-4-5', usage: readProviderUsage(anthropic), at: new Date(now) }).usd,
  )
  const budget = async () => finops.budget({ query: {} }, ctx)
  const set = (total: number) => finops.consume({ body: { total } }, ctx)
  const rows = async (by: 'model' | 'person') => {
    const report = await finops.report({ query: { by } }, ctx)
    return report instanceof Content ? [] : report.rows
  }

  beforeEach(async () => {
    place = await temporaryPlace()
    store = await openSqliteStore(place.at)
    finops = createFinopsService({ store, clock: { now: () => now }, emit: async () => {} })
    meter = createMeter(finops)
  })
  afterEach(async () => {
    await store.close()
    await place.remove()
  })

  it('is held at its upper end before, and settled at what it used after', async () => {
    await set(10)
    const reserved = await meter.reserve({ ...call, content: 'hello '.repeat(500), maxOutputTokens: 1_000 }, ctx)
    expect(reserved.usd).toBeGreaterThan(0.005)
    expect(await budget()).toMatchObject({ held: reserved.usd, consumed: 0 })
    const made = { ...call, usage: anthropic, answeredBy: 'claude-haiku-4-5-20251001', latencyMs: 900, reserved }
    expect(await meter.record(made, ctx)).toEqual({ usd })
    const after = await budget()
    expect(after).toMatchObject({ consumed: usd })
    expect(after).not.toHaveProperty('held')
    expect(await rows('model')).toEqual([{ key: 'claude-haiku-4-5', usd, tokens: 7_503, entries: 1 }])
    expect(await rows('person')).toMatchObject([{ key: 'ada' }])
  })

  it('counts once by its request id, however often and by whomever it is told', async () => {
    const made = { ...call, usage: anthropic }
    const told = await Promise.all(Array.from({ length: 20 }, () => meter.record(made, ctx)))
    expect(new Set(told.map((t) => t.usd))).toEqual(new Set([usd]))
    const body = {
      requestId: call.requestId,
      model: call.model,
      usage: readProviderUsage(anthropic),
      reported: true,
      person: 'run',
    }
    const service = { ...ctx, caller: { ...ctx.caller, scopes: ['service'] } }
    expect(await finops.consume({ body }, service)).toMatchObject({ consumed: usd, charged: usd })
    await expect(meter.record({ ...made, usage: { ...anthropic, output_tokens: 1 } }, ctx)).rejects.toMatchObject({
      code: 'IDEMPOTENCY_MISMATCH',
    })
    expect((await budget()).consumed).toBe(usd)
  })

  it('is not settled by a report of somebody who did not carry it', async () => {
    await set(10)
    const reserved = await meter.reserve({ ...call, content: 'hello' }, ctx)
    const cheap = { requestId: call.requestId, model: call.model, usage: { inputTokens: 1, outputTokens: 1 } }
    expect(await finops.consume({ body: { ...cheap, reported: true } }, ctx)).toMatchObject({
      charged: 0,
      held: reserved.usd,
      consumed: 0,
    })
    expect(await meter.record({ ...call, usage: anthropic, reserved }, ctx)).toEqual({ usd })
  })

  it('is not made where it does not fit, or has no price', async () => {
    await set(0.001)
    const long = { ...call, content: 'hello', maxOutputTokens: 100_000 }
    await expect(meter.reserve(long, ctx)).rejects.toMatchObject({ code: 'BUDGET_BREACHED' })
    await expect(meter.reserve({ ...long, model: 'claude-nobody' }, ctx)).rejects.toMatchObject({
      code: 'UNKNOWN_MODEL',
    })
    expect(await budget()).not.toHaveProperty('held')
  })

  it('is charged what was reserved where nobody knows what it used, and never nothing', async () => {
    await set(10)
    const reserved = await meter.reserve({ ...call, content: 'hello', maxOutputTokens: 1_000 }, ctx)
    expect(await meter.record({ ...call, usage: undefined, reserved }, ctx)).toEqual(reserved)
    expect(await budget()).toMatchObject({ consumed: reserved.usd })
    await expect(meter.record({ ...call, requestId: 'req-2', usage: {} }, ctx)).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
    })
  })

  it('lets go of what was reserved where no answer came, twice too', async () => {
    await set(10)
    await meter.reserve({ ...call, content: 'hello' }, ctx)
    await meter.release(call.requestId, ctx)
    await meter.release(call.requestId, ctx)
    expect(await budget()).toMatchObject({ consumed: 0 })
    expect(await budget()).not.toHaveProperty('held')
  })

  it('is paid by nobody else than the caller, but for services', async () => {
    const body = { usd: 1, person: 'grace' }
    await expect(finops.consume({ body }, ctx)).rejects.toMatchObject({ code: 'NOT_ALLOWED' })
    await finops.consume({ body }, { ...ctx, caller: { ...ctx.caller, scopes: ['service'] } })
    expect(await rows('person')).toMatchObject([{ key: 'grace' }])
  })
})
