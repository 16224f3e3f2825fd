import { afterEach, describe, expect, test } from 'vitest'
import { tellPullRequests } from '../../../app/github/budget-news.ts'
import { systemClock as clock } from '../../../core/platform/clock.ts'
import { type Rig, startRig } from './rig.ts'

let rig: Rig
afterEach(() => rig.github.assertValid())
const ctx = { caller: { login: 'ada', type: 'human' as const, scopes: [] }, correlationId: 'c' }

describe('a budget that a mission exceeds', () => {
  const setUp = async () => {
    rig = await startRig()
    const { finops } = rig.life
    const number = await rig.open()
    const { missionId } = (await rig.mission(number)).mission
    const runs = () => rig.repo.checkRuns(rig.repo.pull(number).headSha).filter((run) => run.name === 'atomic/budget')
    const comments = () => rig.own(number).filter((body) => body.includes('atomic:budget:'))
    return { finops, missionId, number, runs, comments, scope: `mission:${missionId}` }
  }

  test('fails a check run and is told in a comment, once', async () => {
    const { finops, missionId, runs, comments, scope } = await setUp()
    await finops.consume({ body: { scope, total: 1 } }, ctx)
    await finops.consume({ body: { usd: 0.9, missionId } }, ctx)
    await rig.settled()
    expect([runs().length, comments().length]).toEqual([0, 0])
    await finops.consume({ body: { usd: 0.35, missionId, requestId: 'r1' } }, ctx)
    await finops.consume({ body: { usd: 0.35, missionId, requestId: 'r1' } }, ctx)
    await finops.consume({ body: { usd: 2, missionId } }, ctx)
    await rig.settled()
    expect(runs()).toMatchObject([{ conclusion: 'failure', output: { title: 'Budget exceeded: $1.25 of $1.00' } }])
    expect(comments()).toHaveLength(1)
    expect(comments()[0]).toContain('until somebody raises it')
    expect(comments()[0]).toContain('[Costs](https://atomic.test/costs/view)')
  })

  test('is told once even where the work is cut off and done again', async () => {
    const { finops, missionId, runs, comments, scope } = await setUp()
    await finops.consume({ body: { scope, total: 1, limit: 'soft' } }, ctx)
    rig.github.faults.clear()
    await finops.consume({ body: { usd: 1.5, missionId } }, ctx)
    await rig.settled()
    const [run] = runs()
    expect(run).toMatchObject({ conclusion: 'neutral' })
    // The same job once more, as after a crash before its end was noted.
    const key = /atomic:budget:(\S+)/.exec(comments()[0]!)![1]!
    const { store, jobs } = rig.life
    const row = { total: '1', consumed: '1.5', limit: 'soft' as const }
    await store.commit(tellPullRequests(jobs, clock).writes({ type: 'budget.breached', scope, row, missionId }, key))
    jobs.wake()
    await rig.settled()
    expect([runs().length, comments().length]).toEqual([1, 1])
  })

  test('is told to be over when the budget is raised, and anew when it is exceeded again', async () => {
    const { finops, missionId, runs, comments, scope } = await setUp()
    await finops.consume({ body: { scope, total: 1 } }, ctx)
    await finops.consume({ body: { usd: 1.25, missionId } }, ctx)
    await rig.settled()
    await finops.consume({ body: { scope, total: 1.1 } }, ctx)
    await rig.settled()
    expect(runs()).toMatchObject([{ conclusion: 'failure' }])
    await finops.consume({ body: { scope, total: 5 } }, ctx)
    await rig.settled()
    expect(runs()).toMatchObject([{ conclusion: 'success', output: { title: 'Budget kept: $1.25 of $5.00' } }])
    expect(comments()).toHaveLength(1)
    expect(comments()[0]).toContain('It is kept again: $1.25 of $5.00 are spent.')
    await finops.consume({ body: { usd: 4, missionId } }, ctx)
    await rig.settled()
    expect(runs().map((run) => run.conclusion)).toEqual(['success', 'failure'])
    expect(comments()).toHaveLength(2)
  })

  test('raised before it could be told, is told to nobody; its period over, it is kept again', async () => {
    const { finops, missionId, runs, comments, scope } = await setUp()
    const { store, jobs } = rig.life
    const writes = tellPullRequests(jobs, clock).writes
    await finops.consume({ body: { scope, total: 9 } }, ctx)
    await store.commit(writes({ type: 'budget.breached', scope, row: { total: '1', consumed: '2' }, missionId }, 'k1'))
    jobs.wake()
    await rig.settled()
    expect([runs(), comments()]).toEqual([[], []])

    const row = { total: '1', consumed: '2', period: 'month', periodStart: '2026-01-01T00:00:00.000Z' } as const
    const at = Date.parse('2026-01-31T23:59:00Z')
    const put = tellPullRequests(
      { write: (kind, key, payload, options) => ({ kind, key, payload, options }) as never, wake() {} },
      { now: () => at },
    )
    expect(put.writes({ type: 'budget.breached', scope, row, missionId }, 'k2')).toMatchObject([
      { kind: 'github.budget', options: undefined },
      { kind: 'github.budget-kept', payload: { scope }, options: { delayMs: 60_000 } },
    ])
  })

  test('is nothing to tell GitHub where the mission has no pull request', async () => {
    const { finops, runs } = await setUp()
    await finops.consume({ body: { scope: 'mission:elsewhere', total: 1 } }, ctx)
    await finops.consume({ body: { usd: 2, missionId: 'elsewhere' } }, ctx)
    await finops.consume({ body: { scope: 'alone', total: 1 } }, ctx)
    await finops.consume({ body: { scope: 'alone', usd: 2 } }, ctx)
    await rig.settled()
    expect(runs()).toEqual([])
  })
})
