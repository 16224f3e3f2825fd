import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Budget, CostReport, ModelPolicy } from '../../../core/contracts/finops.ts'
import { AppendEvent, type CallContext, Content, type Service } from '../../../core/contracts/index.ts'
import { createFinopsService } from '../../../core/finops/service.ts'
import { AtomicError } from '../../../core/platform/errors.ts'
import { openSqliteStore } from '../../../core/storage/sqlite/open.ts'
import type { Store } from '../../../core/storage/store.ts'
import { temporaryPlace } from '../storage/candidate.ts'

const ctx = (login = 'ada', more: Partial<CallContext> = {}): CallContext => ({
  caller: { login, type: 'human', scopes: ['finops:write'] },
  correlationId: 'test',
  ...more,
})

describe('the finops service', () => {
  let place: { at: string; remove(): Promise<void> }
  let store: Store
  let now: number
  let service: Service<'finops'>
  let emitted: { event: AppendEvent; key: string }[]
  const make = (emit?: (event: AppendEvent, key: string) => Promise<void>): Service<'finops'> =>
    createFinopsService({
      store,
      clock: { now: () => now },
      emit: emit ?? (async (event, key) => void emitted.push({ event, key })),
      repositoryOf: async (missionId) => (missionId === 'm1' ? 'acme/shop' : undefined),
    })

  beforeEach(async () => {
    place = await temporaryPlace()
    store = await openSqliteStore(place.at)
    now = Date.UTC(2026, 4, 3, 10, 30)
    emitted = []
    service = make()
  })
  afterEach(async () => {
    await store.close()
    await place.remove()
  })
  const consume = (usd: number, more: object = {}, who?: string) =>
    service.consume({ body: { usd, ...more } }, ctx(who))
  const sent = (type: string) => emitted.filter((e) => e.event.type === type)
  const unsent = async () => (await store.list('finops.outbox')).length

  describe('budgets', () => {
    it('begin with nothing', async () => {
      expect(await service.budget({ query: {} }, ctx())).toEqual({
        scope: 'default',
        total: 0,
        consumed: 0,
        remaining: 0,
        breached: false,
      })
    })

    it('count what was spent, also beyond the total', async () => {
      expect(await service.consume({ body: { scope: 's', total: 1 } }, ctx())).toMatchObject({
        total: 1,
        breached: false,
      })
      expect(await consume(1, { scope: 's' })).toEqual({
        scope: 's',
        total: 1,
        consumed: 1,
        remaining: 0,
        breached: false,
      })
      const beyond = await consume(0.000001, { scope: 's' })
      expect(beyond).toEqual({ scope: 's', total: 1, consumed: 1.000001, remaining: -0.000001, breached: true })
      expect(Budget.parse(beyond)).toEqual(beyond)
      expect((await service.budget({ query: {} }, ctx())).consumed).toBe(0)
    })

    it('are exact: a tenth ten times is one', async () => {
      await service.consume({ body: { total: 1 } }, ctx())
      for (let i = 0; i < 10; i++) await consume(0.1)
      expect(await consume(0)).toMatchObject({ consumed: 1, breached: false })
      expect((await store.get<{ consumed: string }>('finops.budgets', 'default'))?.value.consumed).toBe('1')
    })

    it('lose nothing of a thousand that race, from two processes', async () => {
      const other = await openSqliteStore(place.at)
      const second = createFinopsService({ store: other, clock: { now: () => now }, emit: async () => {} })
      await Promise.all(
        Array.from({ length: 1000 }, (_, i) =>
          (i % 2 ? service : second).consume({ body: { usd: 0.001, requestId: `r${i}` } }, ctx()),
        ),
      )
      expect(await service.budget({ query: {} }, ctx())).toMatchObject({ consumed: 1 })
      const report = CostReport.parse(await service.report({ query: { by: 'scope' } }, ctx()))
      expect(report).toMatchObject({ total: 1, rows: [{ key: 'default', entries: 1000 }] })
      await vi.waitFor(async () => expect(await unsent()).toBe(0), 20_000)
      await other.close()
    })

    it('consume a request once, however often it comes', async () => {
      await Promise.all(Array.from({ length: 20 }, () => consume(2, { requestId: 'same' })))
      expect(await consume(2, { requestId: 'same' })).toMatchObject({ consumed: 2 })
      expect(await consume(2, { requestId: 'same', scope: 'other' })).toMatchObject({ consumed: 2 })
      await expect(consume(3, { requestId: 'same' })).rejects.toMatchObject({ code: 'IDEMPOTENCY_MISMATCH' })
      const mixed = await Promise.allSettled([consume(1), consume(3, { requestId: 'same' }), consume(1)])
      expect(mixed.map((m) => m.status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
      expect((await service.budget({ query: {} }, ctx())).consumed).toBe(4)
    })

    it('refuse what is not an amount or a name, and nothing beside it', async () => {
      const bad = [
        { usd: -1 },
        { usd: Number.NaN },
        { usd: 1, scope: 'a\0b' },
        { usd: 1, scope: '\ud800' },
        { usd: 1, missionId: '' },
      ]
      const results = await Promise.allSettled([...bad.map((body) => service.consume({ body }, ctx())), consume(1)])
      expect(results.map((r) => (r.status === 'rejected' ? (r.reason as AtomicError).code : 'ok'))).toEqual([
        ...bad.map(() => 'INVALID_REQUEST'),
        'ok',
      ])
    })

    it('tell each consumption, and each breach once', async () => {
      await service.consume({ body: { total: 1 } }, ctx())
      for (let i = 0; i < 4; i++) await consume(0.5, { missionId: 'm1', model: 'gpt-5', tokens: 10 })
      await service.consume({ body: { total: 5 } }, ctx())
      await service.consume({ body: { total: 1.5 } }, ctx())
      await vi.waitFor(async () => expect(await unsent()).toBe(0))
      expect(sent('budget.consumed')).toHaveLength(4)
      expect(sent('budget.consumed')[0]?.event.payload).toMatchObject({ model: 'gpt-5', provider: 'openai', usd: 0.5 })
      expect(sent('budget.breached')).toHaveLength(2)
      expect(sent('budget.breached')[0]?.event).toMatchObject({
        missionId: 'm1',
        actor: { login: 'ada', type: 'human' },
        payload: { scope: 'default', total: 1, consumed: 1.5 },
      })
      expect(new Set(emitted.map((e) => e.key)).size).toBe(6)
      for (const { event } of emitted) expect(AppendEvent.parse(event)).toEqual(event)
    })

    it('raise no alarm where nobody set a budget', async () => {
      expect(await consume(5)).toMatchObject({ breached: true })
      await vi.waitFor(() => expect(emitted).toHaveLength(1))
      expect(sent('budget.breached')).toHaveLength(0)
    })

    it('send after a restart what could not be sent, and hold back no other event', async () => {
      let failing = true
      service = make(async (event, key) => {
        if (failing && event.payload.usd === 1) throw new AtomicError('UNAVAILABLE', 'down')
        emitted.push({ event, key })
      })
      await consume(1)
      await consume(2)
      await vi.waitFor(() => expect(emitted).toHaveLength(1))
      expect(await unsent()).toBe(1)
      failing = false
      make()
      await vi.waitFor(async () => expect(await unsent()).toBe(0))
      expect(emitted.map((e) => e.event.payload.usd)).toEqual([2, 1])
    })
  })

  describe('metered calls', () => {
    const usage = { inputTokens: 10_000, outputTokens: 500, cachedInputTokens: 6_000 }
    const call = { model: 'claude-haiku-4-5', usage, requestId: 'call-1', missionId: 'm1', latencyMs: 900 }

    it('cost what the price lists say, once, whatever they say later', async () => {
      // $1, $0.10 (cached) and $5 a million.
      expect(await service.consume({ body: call }, ctx())).toMatchObject({ consumed: 0.0071 })
      now += 400 * 86_400_000
      expect(await service.consume({ body: call }, ctx())).toMatchObject({ consumed: 0.0071 })
      const body = { ...call, usage: { ...usage, outputTokens: 501 } }
      await expect(service.consume({ body }, ctx())).rejects.toMatchObject({ code: 'IDEMPOTENCY_MISMATCH' })
      const report = CostReport.parse(await service.report({ query: { by: 'repository' } }, ctx()))
      expect(report.rows).toEqual([{ key: 'acme/shop', usd: 0.0071, tokens: 10_500, entries: 1 }])
    })

    it('settle what was reserved for them', async () => {
      await service.consume({ body: { total: 1 } }, ctx())
      expect(await service.consume({ body: { reserve: 0.5, requestId: 'call-1' } }, ctx())).toMatchObject({
        held: 0.5,
        consumed: 0,
      })
      const more = { reserve: 0.6, requestId: 'call-2' }
      await expect(service.consume({ body: more }, ctx())).rejects.toMatchObject({ code: 'BUDGET_BREACHED' })
      expect(await service.consume({ body: call }, ctx())).not.toHaveProperty('held')
      expect(await service.consume({ body: more }, ctx())).toMatchObject({ held: 0.6, consumed: 0.0071 })
    })

    it('teach how long calls take, and which step costs what', async () => {
      for (let i = 0; i < 40; i++) {
        const body = { ...call, requestId: `c${i}`, latencyMs: 1000 + 10 * i, step: i % 4 ? 'plan' : 'verify' } as const
        await service.consume({ body }, ctx())
      }
      const body = { model: 'claude-haiku-4-5', tokens: 10_000, outputTokens: 500 }
      const answer = await service.forecast({ body }, ctx())
      expect(answer).toMatchObject({ p95Latency: 1380 })
      expect(answer.byStep?.map(({ step, share }) => [step, share])).toEqual([
        ['plan', 0.75],
        ['verify', 0.25],
      ])
    })

    it('are never free: a model without a price is refused', async () => {
      const body = { ...call, model: 'nobody-1' }
      await expect(service.consume({ body }, ctx())).rejects.toMatchObject({ code: 'UNKNOWN_MODEL' })
      expect((await service.budget({ query: {} }, ctx())).consumed).toBe(0)
    })
  })

  describe('the routing policy', () => {
    const policy = {
      rules: [{ task: 'review', allow: ['openai/*'], prefer: 'cheapest' as const }],
      default: 'deny' as const,
    }

    it('is replaced by those who know its version', async () => {
      const first = await service.models({}, ctx())
      expect(ModelPolicy.parse(first)).toEqual({ rules: [], default: 'allow', version: 0 })
      expect(await service.putModels({ body: policy }, ctx('ada', { ifMatch: '"0"' }))).toEqual({
        ...policy,
        version: 1,
      })
      await expect(service.putModels({ body: policy }, ctx('bob', { ifMatch: '"0"' }))).rejects.toMatchObject({
        code: 'STALE_VERSION',
        status: 412,
      })
      expect(await service.putModels({ body: policy }, ctx('bob', { ifMatch: 'W/"7", "1"' }))).toMatchObject({
        version: 2,
      })
      expect(await service.putModels({ body: policy }, ctx('bob', { ifMatch: '*' }))).toMatchObject({ version: 3 })
      expect(await service.putModels({ body: policy }, ctx('bob'))).toMatchObject({ version: 4 })
      expect(await service.models({}, ctx())).toEqual({ ...policy, version: 4 })
    })

    it('is written by one of many who read the same version', async () => {
      const race = await Promise.allSettled(
        Array.from({ length: 10 }, () => service.putModels({ body: policy }, ctx('ada', { ifMatch: '"0"' }))),
      )
      expect(race.filter((r) => r.status === 'fulfilled')).toHaveLength(1)
    })

    it('is refused with the path of what does not fit', async () => {
      const body = { ...policy, rules: [{ ...policy.rules[0]!, prefer: 'luck' }] } as unknown as typeof policy
      await expect(service.putModels({ body }, ctx())).rejects.toMatchObject({
        code: 'INVALID_REQUEST',
        errors: [{ path: 'rules.0.prefer' }],
      })
    })
  })

  describe('reports', () => {
    beforeEach(async () => {
      await consume(1, { missionId: 'm1', model: 'gpt-5', tokens: 100 })
      now += 86_400_000
      await consume(3, { missionId: 'm2', model: 'claude-sonnet-5', tokens: 50, scope: 'team' }, 'bob')
      await consume(0.5, { model: '=1+1' }, 'bob')
    })
    const rows = async (query: object) => CostReport.parse(await service.report({ query }, ctx())).rows

    it('group by what is asked for', async () => {
      expect(await service.report({ query: {} }, ctx())).toEqual({
        by: 'mission',
        from: null,
        to: null,
        total: 4.5,
        rows: [
          { key: 'm2', usd: 3, tokens: 50, entries: 1 },
          { key: 'm1', usd: 1, tokens: 100, entries: 1 },
          { key: '(none)', usd: 0.5, tokens: 0, entries: 1 },
        ],
      })
      const keys = async (by: string) => (await rows({ by })).map((r) => `${r.key} ${r.usd}`)
      expect(await keys('person')).toEqual(['bob 3.5', 'ada 1'])
      expect(await keys('repository')).toEqual(['(none) 3.5', 'acme/shop 1'])
      expect(await keys('model')).toEqual(['claude-sonnet-5 3', 'gpt-5 1', '=1+1 0.5'])
      expect(await keys('day')).toEqual(['2026-05-03 1', '2026-05-04 3.5'])
      expect(await keys('scope')).toEqual(['team 3', 'default 1.5'])
    })

    it('take a time from its first moment to before its last', async () => {
      const at = '2026-05-04T10:30:00Z'
      expect((await rows({ from: at })).map((r) => r.key)).toEqual(['m2', '(none)'])
      expect((await rows({ to: at })).map((r) => r.key)).toEqual(['m1'])
      expect(await rows({ from: at, to: at })).toEqual([])
    })

    it('are written as CSV that a spreadsheet does not run', async () => {
      const answer = await service.report({ query: { by: 'model', format: 'csv' } }, ctx())
      expect(answer).toBeInstanceOf(Content)
      expect((answer as Content).contentType).toBe('text/csv; charset=utf-8')
      expect((answer as Content).body).toBe(
        "model,usd,tokens,entries\r\nclaude-sonnet-5,3,50,1\r\ngpt-5,1,100,1\r\n'=1+1,0.5,0,1\r\n",
      )
    })

    it('are written as FOCUS, an amount a row', async () => {
      const answer = (await service.report({ query: { format: 'focus' } }, ctx())) as Content
      const [header, first, , last] = String(answer.body).split('\r\n')
      const names = header!.split(',')
      // Feature level "Mandatory" in FOCUS 1.4.
      for (const name of [
        'BilledCost',
        'BillingAccountId',
        'BillingAccountName',
        'BillingCurrency',
        'BillingPeriodEnd',
        'BillingPeriodStart',
        'ChargeCategory',
        'ChargeClass',
        'ChargeDescription',
        'ChargePeriodEnd',
        'ChargePeriodStart',
        'ContractedCost',
        'EffectiveCost',
        'HostProviderName',
        'InvoiceIssuerName',
        'ListCost',
        'PricingQuantity',
        'PricingUnit',
        'ServiceCategory',
        'ServiceName',
        'ServiceProviderName',
      ])
        expect(names).toContain(name)
      const cells = Object.fromEntries(first!.split(',').map((value, i) => [names[i], value]))
      expect(cells).toMatchObject({
        BilledCost: '1',
        BillingPeriodStart: '2026-05-01T00:00:00Z',
        BillingPeriodEnd: '2026-06-01T00:00:00Z',
        ChargePeriodStart: '2026-05-03T10:00:00Z',
        ChargePeriodEnd: '2026-05-03T11:00:00Z',
        ServiceProviderName: 'openai',
        ServiceName: 'gpt-5',
        PricingQuantity: '1',
        PricingUnit: 'Requests',
        ConsumedQuantity: '100',
        ConsumedUnit: 'Tokens',
        SubAccountId: 'default',
      })
      expect(last).toContain(',Unknown,')
      expect(last).toContain(",'=1+1,")
    })
  })
})
