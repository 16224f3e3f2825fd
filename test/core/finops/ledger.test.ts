import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Ledger, openLedger } from '../../../core/finops/ledger.ts'
import { periodStart, periods } from '../../../core/finops/periods.ts'
import type { Posting } from '../../../core/finops/posting.ts'
import { openSqliteStore } from '../../../core/storage/sqlite/open.ts'
import type { Store } from '../../../core/storage/store.ts'
import { temporaryPlace } from '../storage/candidate.ts'
import { ledgerCrash } from './ledger-crash.ts'
import { audit, ledgerTrial } from './ledger-trial.ts'

const actor = { login: 'ada', type: 'human' as const }

describe('the ledger', () => {
  let place: { at: string; remove(): Promise<void> }
  let store: Store
  let now: number
  let ledger: Ledger
  const clock = { now: () => now }
  const told: string[] = []
  const tell = {
    writes: ({ type, scope, share }: { type: string; scope: string; share?: number }) => {
      told.push(`${type} ${scope}${share === undefined ? '' : ` ${share}`}`)
      return []
    },
    wake: () => {},
  }

  beforeEach(async () => {
    place = await temporaryPlace()
    store = await openSqliteStore(place.at)
    now = Date.UTC(2026, 4, 31, 23, 0)
    told.length = 0
    ledger = openLedger({ store, clock, emit: async () => {}, tell })
  })
  afterEach(async () => {
    expect(await audit(store)).toEqual([])
    await store.close()
    await place.remove()
  })
  const set = async (scope: string, total: string, more: object = {}) =>
    (await ledger.post({ kind: 'set', scope, total, actor, ...more })).row
  const reserve = (usd: string, requestId: string, more: object = {}, scope = 's'): Promise<unknown> =>
    ledger.post({ kind: 'reserve', scope, usd, actor, ttlMs: 60_000, entry: { requestId, ...more } })
  const consume = async (usd: string, requestId?: string, more: object = {}, scope = 's') => {
    const entry = { ...(requestId === undefined ? {} : { requestId }), ...more }
    return (await ledger.post({ kind: 'consume', scope, usd, actor, entry })).row
  }
  const refused = { code: 'BUDGET_BREACHED', status: 402 }

  it('grants what fits, and not a cent more, to 1,000 who race', async () => {
    await set('s', '5')
    const race = await Promise.allSettled(Array.from({ length: 1_000 }, (_, i) => reserve('0.1', `r${i}`)))
    expect(race.filter((r) => r.status === 'fulfilled')).toHaveLength(50)
    expect(await ledger.read('s')).toMatchObject({ held: '5', consumed: '0' })
    await expect(reserve('0.000001', 'more')).rejects.toMatchObject(refused)
  })

  it.each([false, true])(
    'takes turns for a while after a lost race, where there are any: none to be had %s',
    async (none) => {
      let turns = 0
      const shared: Store = {
        ...store,
        async alone(_name, run) {
          turns++
          if (none) throw new Error('no connection is free')
          return run()
        },
      }
      const ours = openLedger({ store: shared, clock, emit: async () => {} })
      const spend = (of: Ledger) => of.post({ kind: 'consume', scope: 's', usd: '1', actor, entry: {} })
      await spend(ours)
      expect(turns).toBe(0)
      // Another process writes what this one remembers.
      await spend(ledger)
      expect((await spend(ours)).row).toMatchObject({ consumed: '3' })
      expect(turns).toBe(1)
      for (let i = 0; i < 30; i++) await spend(ours)
      expect(turns).toBe(20)
    },
  )

  it('grants what fits to two processes that race', async () => {
    const other = await openSqliteStore(place.at)
    const second = openLedger({ store: other, clock, emit: async () => {} })
    await set('s', '5')
    const one = (i: number): Posting => ({
      kind: 'reserve',
      scope: 's',
      usd: '0.1',
      actor,
      ttlMs: 60_000,
      entry: { requestId: `r${i}` },
    })
    const race = await Promise.allSettled(Array.from({ length: 300 }, (_, i) => (i % 2 ? ledger : second).post(one(i))))
    expect(race.filter((r) => r.status === 'fulfilled')).toHaveLength(50)
    // What one of them lets go, the other can have at once.
    await ledger.post({ kind: 'consume', scope: 's', usd: '0', actor, entry: { requestId: grantedOf(race) } })
    await second.post(one(1_000))
    await other.close()
  })
  const grantedOf = (race: PromiseSettledResult<unknown>[]): string =>
    `r${race.findIndex((r) => r.status === 'fulfilled')}`

  it('settles what was reserved, once, for what it really cost', async () => {
    await set('s', '10')
    await reserve('4', 'a')
    await reserve('4', 'a')
    expect(await ledger.read('s')).toMatchObject({ held: '4' })
    await expect(reserve('5', 'a')).rejects.toMatchObject({ code: 'IDEMPOTENCY_MISMATCH' })
    expect(await consume('1.5', 'a')).toMatchObject({ held: '0', consumed: '1.5' })
    expect(await consume('1.5', 'a')).toMatchObject({ held: '0', consumed: '1.5' })
    await expect(consume('2', 'a')).rejects.toMatchObject({ code: 'IDEMPOTENCY_MISMATCH' })
    await expect(reserve('4', 'a')).rejects.toMatchObject({ code: 'IDEMPOTENCY_MISMATCH' })
  })

  it('lets go of what nobody settles, and still records what comes late', async () => {
    await set('s', '1')
    await reserve('1', 'a')
    now += 59_999
    await expect(reserve('1', 'b')).rejects.toMatchObject(refused)
    now += 1
    expect(await ledger.read('s')).toMatchObject({ held: '0' })
    await reserve('1', 'b')
    expect(await consume('0.9', 'a')).toMatchObject({ held: '1', consumed: '0.9' })
  })

  it('lets go of what another process held, for who needs its room or holds under its name again', async () => {
    const other = openLedger({ store, clock: { now: () => now }, emit: async () => {} })
    const elsewhere = (requestId: string, ttlMs: number) =>
      other.post({ kind: 'reserve', scope: 's', usd: '0.4', ttlMs, actor, entry: { requestId } })
    await set('s', '1')
    await reserve('0.1', 'mine')
    await elsewhere('theirs', 50)
    await elsewhere('again', 50)
    now += 50
    // Not one of them was seen here, and nobody has looked for a while that is too short to look anew.
    await reserve('0.8', 'new')
    expect(await elsewhere('again', 50).catch((error: unknown) => error)).toMatchObject(refused)
    expect(await ledger.read('s')).toMatchObject({ held: '0.9' })
  })

  it('holds to every budget above: organisation, repository, mission, person, model', async () => {
    const where = { repository: 'acme/shop', missionId: 'm1', model: 'gpt-6-sol' }
    for (const scope of ['organisation:acme', 'repository:acme/shop', 'mission:m1', 'person:ada', 'model:gpt-6-sol']) {
      await set(scope, '1')
      await expect(reserve('1.1', 'a', where)).rejects.toMatchObject({
        ...refused,
        message: expect.stringContaining(scope) as string,
      })
      await set(scope, '100')
    }
    await reserve('1.1', 'a', where)
    await consume('1', 'a', where)
    for (const scope of [
      'organisation:acme',
      'repository:acme/shop',
      'mission:m1',
      'person:ada',
      'model:gpt-6-sol',
      's',
    ])
      expect(await ledger.read(scope)).toMatchObject({ consumed: '1', held: '0' })
    // Another mission of the same organisation.
    await set('organisation:acme', '1.5')
    await expect(reserve('0.6', 'b', { repository: 'acme/other', missionId: 'm2' })).rejects.toMatchObject(refused)
  })

  it('begins each calendar period anew, with what is held kept', async () => {
    await consume('3')
    await set('s', '5', { period: 'month' })
    expect(await ledger.read('s')).toMatchObject({ consumed: '3', periodStart: '2026-05-01T00:00:00.000Z' })
    await ledger.post({ kind: 'reserve', scope: 's', usd: '2', actor, ttlMs: 7_200_000, entry: { requestId: 'a' } })
    now += 3_600_000
    expect(await ledger.read('s')).toMatchObject({ consumed: '0', held: '2', periodStart: '2026-06-01T00:00:00.000Z' })
    await expect(reserve('3.1', 'b')).rejects.toMatchObject(refused)
    expect(await consume('1', 'a')).toMatchObject({ consumed: '1', held: '0' })
    // A clock that goes back does not bring the old month back.
    now -= 7_200_000
    expect(await ledger.read('s')).toMatchObject({ consumed: '1' })
    now += 7_200_000
    // Since the beginning of the year, or ever.
    expect(await set('s', '5', { period: 'year' })).toMatchObject({ consumed: '4' })
    expect(await set('s', '5', { period: 'none' })).toMatchObject({ consumed: '4' })
    expect(await set('s', '5', { period: 'day' })).toMatchObject({ consumed: '1' })
  })

  it('only tells where a total is soft', async () => {
    await set('s', '1', { limit: 'soft' })
    await reserve('3', 'a')
    await consume('3', 'a')
    expect(told).toEqual(['budget.breached s', 'budget.alert s 1'])
    await set('s', '4', { limit: 'hard' })
    await expect(reserve('1.1', 'b')).rejects.toMatchObject(refused)
  })

  it('tells each share once, in each period', async () => {
    await set('s', '10', { period: 'day', alerts: [0.25, 0.75] })
    for (const usd of ['2.4', '0.1', '1', '6', '1']) await consume(usd)
    expect(told).toEqual(['budget.alert s 0.25', 'budget.alert s 0.75', 'budget.breached s'])
    now += 86_400_000
    await consume('9')
    expect(told.slice(3)).toEqual(['budget.alert s 0.75'])
    // A higher total is news when it is reached.
    await set('s', '20')
    await consume('6')
    expect(told.slice(4)).toEqual(['budget.alert s 0.75'])
  })

  it('finds random histories linearizable, exact and never over', { timeout: 120_000 }, async () => {
    const result = await ledgerTrial(store, { count: 10_000, seed: 7 })
    expect(result.faults).toEqual([])
    for (const part of ['granted', 'settled', 'late', 'expired', 'killed', 'repeated'] as const)
      expect(result[part], part).toBeGreaterThan(10)
    expect(Object.keys(result.denied).length).toBeGreaterThan(2)
  })
})

it('loses nothing that was acknowledged when its process is killed', async () => {
  const place = await temporaryPlace()
  for (const seed of [1, 2]) expect((await ledgerCrash(place.at, seed)).faults).toEqual([])
  await place.remove()
})

describe('calendar periods', () => {
  it.each([
    ['day', '2026-03-01T00:00:00.000Z', '2026-03-02T00:00:00.000Z'],
    ['week', '2026-02-23T00:00:00.000Z', '2026-03-02T00:00:00.000Z'],
    ['month', '2026-03-01T00:00:00.000Z', '2026-04-01T00:00:00.000Z'],
    ['quarter', '2026-01-01T00:00:00.000Z', '2026-04-01T00:00:00.000Z'],
    ['year', '2026-01-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z'],
  ] as const)('of a Sunday, 1 March: %s', (period, start, next) => {
    const at = new Date('2026-03-01T12:00:00Z')
    expect(periodStart(period, at).toISOString()).toBe(start)
    expect(periodStart(period, at, 1).toISOString()).toBe(next)
  })

  it('follow each other without a gap', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...periods),
        fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true }),
        (period, at) => {
          const [start, next] = [periodStart(period, at), periodStart(period, at, 1)]
          expect(start.getTime()).toBeLessThanOrEqual(at.getTime())
          expect(next.getTime()).toBeGreaterThan(at.getTime())
          expect(periodStart(period, next)).toEqual(next)
          expect(periodStart(period, new Date(next.getTime() - 1))).toEqual(start)
        },
      ),
      { seed: 1, numRuns: 300 },
    )
  })
})
