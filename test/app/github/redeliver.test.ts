import { expect, test } from 'vitest'
import { redeliverMissed } from '../../../app/github/redeliver.ts'
import { memoryStore } from './approvals/memory.ts'
import { startRig } from './rig.ts'

const down = 'http://127.0.0.1:9/none'

test('what came while the app was away is asked for once it is back, and not again when it has come', async () => {
  const { github, app, repo, life, octokits, settled, checks } = await startRig()
  const watch = {
    store: memoryStore(),
    octokitFor: async () => octokits.octokit,
    known: async (id: string) => (await life.store.get('github.seen', id)) !== undefined,
  }
  const sweep = () => redeliverMissed(watch, Date.now())
  await sweep()
  await settled()
  app.setWebhook(down)
  await repo.push('topic', { 'docs/a.md': 'a\n' }, { as: 'ada' })
  const { headSha } = await repo.openPull({ head: 'topic', title: 'Docs', as: 'ada' })
  await github.settled()
  expect(repo.checkRuns(headSha)).toEqual([])
  // Still away: what was asked for fails once more, and is not forgotten.
  expect(await sweep()).toBeGreaterThan(0)
  await github.settled()
  app.setWebhook(life.hooks)
  expect(await sweep()).toBeGreaterThan(0)
  await settled()
  expect(checks(headSha)['atomic/plan']).toBe('neutral')
  expect(await sweep()).toBe(0)
  github.assertValid()
})

test('what fails again and again is asked for three times, and a sweep reads no further than the last one', async () => {
  const { github, app, repo, life, octokits, settled } = await startRig()
  const watch = { store: memoryStore(), octokitFor: async () => octokits.octokit, known: async () => false }
  app.setWebhook(down)
  await repo.push('topic', { 'docs/a.md': 'a\n' }, { as: 'ada' })
  const { number } = await repo.openPull({ head: 'topic', title: 'Docs', as: 'ada' })
  for (let i = 0; i < 120; i++) repo.comment(number, `A comment, the ${i}th.`, 'ada')
  await github.settled()
  const sweep = async (now: number): Promise<{ count: number; pages: number }> => {
    const before = github.log.calls.length
    const count = await redeliverMissed(watch, now)
    await github.settled()
    const pages = github.log.calls
      .slice(before)
      .filter((c) => c.path.startsWith('/app/hook/deliveries') && c.method === 'GET')
    return { count, pages: pages.length }
  }
  const now = Date.now()
  const first = await sweep(now)
  expect(first.count).toBeGreaterThanOrEqual(120)
  expect(first.pages).toBeGreaterThan(1)
  expect((await sweep(now)).count).toBe(first.count)
  expect((await sweep(now)).count).toBe(first.count)
  expect((await sweep(now + 3_600_000)).count).toBe(0)
  // The one before was an hour later than anything there is.
  expect(await sweep(now + 3_600_000)).toEqual({ count: 0, pages: 1 })
  app.setWebhook(life.hooks)
  await settled()
})
