import { expect, test } from 'vitest'
import { moments, trial } from './kills.ts'

test('a mission killed at any moment ends as one that was not', { timeout: 900_000 }, async () => {
  const baseline = await trial()
  expect(baseline.state).toMatchObject({ status: 'completed', batches: ['applied', 'applied', 'rolled_back'] })
  for (const moment of moments(5, 20260101, baseline, false)) {
    const { state, killed } = await trial(moment, baseline.state)
    expect(killed, JSON.stringify(moment)).toBe(true)
    expect(state, JSON.stringify(moment)).toEqual(baseline.state)
  }
})
