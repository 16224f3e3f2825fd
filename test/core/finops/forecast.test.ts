import { describe, expect, it } from 'vitest'
import { ForecastAnswer } from '../../../core/contracts/finops.ts'
import { emptyCalibration, interval, learned } from '../../../core/finops/conformal.ts'
import { createExperience, forecastsAgainstActual } from '../../../core/finops/experience.ts'
import { forecast } from '../../../core/finops/forecast.ts'
import { openSqliteStore } from '../../../core/storage/sqlite/open.ts'
import type { Store } from '../../../core/storage/store.ts'
import { seeded } from '../../support/random.ts'
import { temporaryPlace } from '../storage/candidate.ts'

describe('a forecast', () => {
  it('of given tokens is the price, without a range', async () => {
    const answer = await forecast({ model: 'gpt-5', tokens: 1000, outputTokens: 100 })
    expect(ForecastAnswer.parse(answer)).toEqual(answer)
    expect(answer).toMatchObject({
      usdEstimate: 0.00225,
      low: 0.00225,
      high: 0.00225,
      tokens: { input: 1000, output: 100 },
    })
    expect(answer.byModel[0]).toMatchObject({ provider: 'openai', model: 'gpt-5', usdEstimate: 0.00225 })
    expect(answer.basis).toContain('gpt-5')
  })

  it('says how wide it is where it guesses', async () => {
    const answer = await forecast({ content: 'Explain this function. '.repeat(200) })
    expect(answer.low).toBeLessThan(answer.usdEstimate)
    expect(answer.high).toBeGreaterThan(answer.usdEstimate)
    expect(answer.basis).toContain('No model was named')
    for (const model of answer.byModel) {
      expect(model.low).toBeLessThanOrEqual(model.usdEstimate)
      expect(model.high).toBeGreaterThanOrEqual(model.usdEstimate)
      expect(model.p95Latency).toBeGreaterThan(0)
    }
    expect(new Set(answer.byModel.map((m) => m.model)).size).toBe(answer.byModel.length)
  })

  it('grows with what is sent, and takes longer with what comes back', async () => {
    const file = (n: number) => ({ path: 'a.ts', content: 'export const a = 1\n'.repeat(n) })
    const small = await forecast({ files: [file(100)], model: 'gpt-5' })
    const large = await forecast({ files: [file(100), file(200)], model: 'gpt-5' })
    expect(large.tokens.input).toBeGreaterThan(2 * small.tokens.input)
    expect(large.usdEstimate).toBeGreaterThan(small.usdEstimate)
    expect(large.p95Latency).toBeGreaterThan(small.p95Latency)
    expect(small.tokens.output).toBe(small.tokens.input)
  })

  it('refuses a model without a price, and a question about nothing', async () => {
    await expect(forecast({ model: 'nonsense', tokens: 1 })).rejects.toMatchObject({ code: 'UNKNOWN_MODEL' })
    await expect(forecast({ model: 'gpt-5' })).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
  })
})

describe('what settled missions teach', () => {
  const stored = async (
    run: (parts: { store: Store; cost(missionId: string, usd: string): Promise<void> }) => Promise<void>,
  ) => {
    const place = await temporaryPlace()
    const store = await openSqliteStore(place.at)
    const cost = (missionId: string, usd: string) =>
      store.commit([{ put: { collection: 'finops.budgets', key: `mission:${missionId}`, value: { consumed: usd } } }])
    await run({ store, cost })
    await store.close()
    await place.remove()
  }
  const request = { content: 'Explain this. '.repeat(400), model: 'gpt-5' }

  it('becomes the interval, and is said in words', () =>
    stored(async ({ store, cost }) => {
      const ended = new Set<string>()
      const clock = { now: () => 0 }
      const experience = createExperience({ store, clock, ended: async (id) => ended.has(id) })
      expect(await experience.interval('acme/shop')).toBeUndefined()
      const guess = await forecast(request)
      expect(guess.basis).toContain('a guess')
      // Missions here cost from 2 to 3 times what was forecast.
      for (let i = 0; i < 60; i++) {
        await experience.remember(`m${i}`, 'acme/shop', guess)
        await cost(`m${i}`, String(guess.usdEstimate * (2 + (i % 21) / 20)))
        ended.add(`m${i}`)
      }
      await experience.remember('open', 'acme/shop', guess)
      await experience.learn()
      const answer = await forecast({ ...request, repository: 'acme/shop' }, experience)
      expect(answer.low / guess.usdEstimate).toBeGreaterThan(1.9)
      expect(answer.low / guess.usdEstimate).toBeLessThan(2.2)
      expect(answer.high / guess.usdEstimate).toBeGreaterThan(2.8)
      expect(answer.high / guess.usdEstimate).toBeLessThan(3.1)
      expect(answer.basis).toContain('90 % interval from settled missions: 60 of this repository')
      // Another repository has nothing of its own, and takes what there is.
      expect((await forecast({ ...request, repository: 'acme/new' }, experience)).low).toBeGreaterThan(guess.low)
      const { items: missions } = await forecastsAgainstActual(store)
      expect(missions.find((m) => m.missionId === 'm0')).toMatchObject({
        usd: guess.usdEstimate,
        repository: 'acme/shop',
      })
      expect(missions.find((m) => m.missionId === 'open')).toMatchObject({ actualUsd: 0, verdict: 'nothing spent' })
    }))

  it('takes 95 of 100 observed latencies, and shares by step', async () => {
    const answer = await forecast(request, {
      p95Latency: async (model) => (model === 'gpt-5' ? 4321 : undefined),
      steps: async () => [
        { step: 'plan', share: 0.75 },
        { step: 'verify', share: 0.25 },
      ],
    })
    expect(answer.p95Latency).toBe(4321)
    expect(answer.basis).toContain('observed calls')
    expect(answer.byStep?.map((s) => s.usdEstimate)).toEqual([
      Number((answer.usdEstimate * 0.75).toFixed(6)),
      Number((answer.usdEstimate * 0.25).toFixed(6)),
    ])
    expect(ForecastAnswer.parse(answer)).toEqual(answer)
  })
})

describe('the interval', () => {
  it('covers 90 of 100 cases of a repository whose ways change', () => {
    const random = seeded(3)
    const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
    let own = emptyCalibration
    let [covered, count] = [0, 0]
    for (let i = 0; i < 2_000; i++) {
      const score = (i < 1_000 ? 0.2 : 0.6) + 0.4 * normal()
      const bounds = interval(own, [])
      if (bounds) {
        count++
        if (score >= Math.log(bounds.low) && score <= Math.log(bounds.high)) covered++
      }
      own = learned(own, [], score)
    }
    expect(covered / count).toBeGreaterThan(0.87)
    expect(covered / count).toBeLessThan(0.93)
  })
})
