import { expect, test } from 'vitest'
import { tamperTrials } from './trials.ts'

test('of 100 packs tampered with none is accepted, and each says what is wrong', async () => {
  const { ran, accepted, unnamed, genuine } = await tamperTrials(100, 20260101)
  expect(genuine.ok).toBe(true)
  expect({ ran, accepted, unnamed }).toEqual({ ran: 100, accepted: [], unnamed: [] })
})
