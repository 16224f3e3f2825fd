import fc from 'fast-check'
import { expect, test } from 'vitest'
import { histories, play } from './approvals/history.ts'

test('no approval where the model has none, and no write after a withdrawal, in 1,000 histories', async () => {
  const seen = { approved: 0, writes: 0, middle: 0 }
  await fc.assert(
    fc.asyncProperty(histories, async (history) => {
      const { approved, writes, withdrawnInTheMiddle } = await play(history)
      if (approved) seen.approved++
      seen.writes += writes
      if (withdrawnInTheMiddle) seen.middle++
    }),
    { seed: 20260101, numRuns: 1_000 },
  )
  // The histories are worth something only where approvals are given, and taken back at bad moments.
  expect(seen.approved).toBeGreaterThan(200)
  expect(seen.writes).toBeGreaterThan(300)
  expect(seen.middle).toBeGreaterThan(0)
}, 120_000)

test('an approval given while the base was another is none, though the base is back', async () => {
  // Turned and turned back, seconds apart, between two calls of the app, which never sees it.
  for (let during = 0; during < 8; during++)
    await play({
      approvedBy: ['rita'],
      required: 2,
      steps: [
        { act: { kind: 'base', to: 'release' }, during, delivery: 'late', order: 0, pause: 2 },
        { act: { kind: 'approve', who: 'rob', sha: 'none' }, during, delivery: 'now', order: 0, pause: 2 },
        { act: { kind: 'base', to: 'main' }, during, delivery: 'late', order: 0, pause: 2 },
      ],
    })
})

test('nor is one given while the base was another in the very second of it, or while the head was', async () => {
  // What waits for a call that never comes happens in the end, all in one second.
  const step = { during: 10_000, delivery: 'late', order: 99, pause: 2 } as const
  const yes = { act: { kind: 'approve', who: 'rob', sha: 'none' }, ...step } as const
  const turned = (to: 'main' | 'release') => ({ act: { kind: 'base', to }, ...step }) as const
  const pushed = (what: 'code' | 'back') => ({ act: { kind: 'push', who: 'ada', what }, ...step }) as const
  for (const steps of [
    [turned('release'), yes, turned('main')],
    [pushed('code'), yes, pushed('back')],
  ])
    await play({ approvedBy: ['rita'], required: 2, steps })
  // A mission that ended leaves a plan that may have been meant.
  const first = { delivery: 'now', order: 0 } as const
  const closed = { act: { kind: 'close', open: false }, during: undefined, pause: 2, ...first } as const
  const opened = { act: { kind: 'close', open: true }, ...step, ...first } as const
  await play({
    approvedBy: [],
    required: 1,
    steps: [closed, { ...yes, ...first }, opened, { ...pushed('code'), ...first }],
  })
})

test('an approval of one base is none of another, however close together they come', async () => {
  await play({
    approvedBy: [],
    required: 1,
    steps: [
      { act: { kind: 'approve', who: 'rob', sha: 'none' }, during: 0, delivery: 'now', order: 0, pause: 2 },
      { act: { kind: 'base', to: 'release' }, during: 0, delivery: 'now', order: 0, pause: 2 },
    ],
  })
})
