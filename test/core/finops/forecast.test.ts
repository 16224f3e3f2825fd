import { describe, expect, it } from 'vitest'
import { ForecastAnswer } from '../../../core/contracts/finops.ts'
import { forecast } from '../../../core/finops/forecast.ts'

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
