import { afterEach, beforeEach, expect, it } from 'vitest'
import { ForecastsAnswer, type ModelPolicyInput, ShadowAnswer } from '../../../core/contracts/finops.ts'
import type { Service } from '../../../core/contracts/index.ts'
import { priceUsage } from '../../../core/finops/prices.ts'
import { createFinopsService } from '../../../core/finops/service.ts'
import { ruling } from '../../../core/gateway/routing.ts'
import { openSqliteStore } from '../../../core/storage/sqlite/open.ts'
import type { Store } from '../../../core/storage/store.ts'
import { temporaryPlace } from '../storage/candidate.ts'

const now = Date.UTC(2026, 10, 20)
const ctx = { caller: { login: 'ada', type: 'human' as const, scopes: [] }, correlationId: 'c' }
const usage = { inputTokens: 20_000, outputTokens: 4_000, cachedInputTokens: 5_000 }
const price = (model: string) => Number(priceUsage({ model, usage, at: new Date(now) }).usd)
let store: Store
let place: Awaited<ReturnType<typeof temporaryPlace>>
let finops: Service<'finops'>

beforeEach(async () => {
  place = await temporaryPlace()
  store = await openSqliteStore(place.at)
  finops = createFinopsService({ store, clock: { now: () => now }, emit: async () => {}, judge: ruling })
})
afterEach(async () => {
  await store.close()
  await place.remove()
})

const call = (model: string, requestId: string, more: object = {}) =>
  finops.consume({ body: { model, usage, requestId, ...more } }, ctx)
const under = async (policy: ModelPolicyInput, more: object = {}) =>
  ShadowAnswer.parse(await finops.shadowModels({ body: { policy, ...more } }, ctx))

it('says what calls would have cost under another policy, and changes nothing', async () => {
  for (let i = 0; i < 3; i++) await call('claude-opus-5-5', `o${i}`)
  await call('claude-haiku-4-5', 'h')
  await finops.consume({ body: { usd: 7 } }, ctx)
  const [opus, haiku] = [price('claude-opus-5-5'), price('claude-haiku-4-5')]
  const before = await finops.report({ query: {} }, ctx)
  const answer = await under({ rules: [{ allow: ['claude-haiku-*'], prefer: 'cheapest' }], default: 'deny' })
  expect(answer).toMatchObject({ calls: 4, denied: 0 })
  expect(answer.actualUsd).toBeCloseTo(3 * opus + haiku, 6)
  expect(answer.shadowUsd).toBeCloseTo(4 * haiku, 6)
  expect(answer.moves).toHaveLength(1)
  expect(answer.moves[0]).toMatchObject({
    from: 'anthropic/claude-opus-5-5',
    to: 'anthropic/claude-haiku-4-5',
    calls: 3,
  })
  expect(await finops.report({ query: {} }, ctx)).toEqual(before)
  expect(await finops.models({}, ctx)).toMatchObject({ version: 0 })
})

it('follows preference, task, and what a policy forbids', async () => {
  await call('claude-haiku-4-5', 'a', { step: 'plan', missionId: 'm' })
  await call('claude-haiku-4-5', 'b', { step: 'verify', missionId: 'm' })
  const answer = await under({
    rules: [
      { task: 'plan', allow: ['anthropic/*'], prefer: 'quality' },
      { task: 'verify', allow: [], deny: ['**'], prefer: 'cheapest' },
    ],
    default: 'deny',
  })
  expect(answer).toMatchObject({ calls: 1, denied: 1 })
  expect(answer.moves).toMatchObject([{ to: 'anthropic/claude-opus-5-5' }])
  const allowed = await under({
    rules: [{ allow: ['claude-haiku-*'], maxUsd: 0.000001, prefer: 'cheapest' }],
    default: 'deny',
  })
  expect(allowed).toMatchObject({ calls: 0, denied: 2, actualUsd: 0, shadowUsd: 0 })
  expect(await under({ rules: [], default: 'deny' }, { from: '2026-12-01T00:00:00Z' })).toMatchObject({
    calls: 0,
    denied: 0,
  })
})

it('keeps what was agreed for a call that stays with its model', async () => {
  await call('claude-haiku-4-5', 'a')
  const answer = await under({ rules: [{ allow: ['claude-haiku-4-5'], prefer: 'cheapest' }], default: 'deny' })
  expect(answer).toMatchObject({ calls: 1, moves: [] })
  expect(answer.shadowUsd).toBe(answer.actualUsd)
})

it('tells forecasts against actual costs, where nothing was spent too', async () => {
  await finops.forecast({ body: { tokens: 10_000, model: 'claude-haiku-4-5', missionId: 'm1' } }, ctx)
  await finops.forecast({ body: { tokens: 10_000, model: 'claude-haiku-4-5', missionId: 'm2' } }, ctx)
  await finops.consume({ body: { usd: 5, missionId: 'm1' } }, ctx)
  const { items } = ForecastsAnswer.parse(await finops.forecasts({}, ctx))
  expect(items.map((m) => [m.missionId, m.actualUsd, m.verdict])).toEqual([
    ['m2', 0, 'nothing spent'],
    ['m1', 5, 'above'],
  ])
})
