import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkpointNames } from '../../../core/contracts/index.ts'
import { boundTo, checkpoint, counting, quorum } from '../../../core/orchestrator/approvals/counting.ts'
import { decided, withdrawn } from '../../../core/orchestrator/approvals/decide.ts'
import {
  batchApplied,
  began,
  cancelled,
  closing,
  created,
  emptyCheckpoints,
  headMoved,
  packed,
  plainPolicy,
  planned,
  retried,
  unplanned,
  verified,
} from '../../../core/orchestrator/mission.ts'
import type { Outcome } from '../../../core/orchestrator/outcome.ts'
import type { MissionRecord, PlanDetail } from '../../../core/orchestrator/types.ts'
import { canonicalDigest } from '../../../core/platform/canonical.ts'
import { isAtomicError } from '../../../core/platform/errors.ts'

const time = '2026-01-01T00:00:00.000Z'
const hex = (n: number, length: number): string => n.toString(16).padStart(length, '0')
const digest = (n: number): string => `sha256:${hex(n, 64)}`
const spec = {
  version: 1 as const,
  title: 'T',
  risk: 'low' as const,
  operations: [{ op: 'moveModule' as const, from: 'a.ts', to: 'b.ts' }],
}

const plan = (n: number, batches = 2): PlanDetail => ({
  digest: digest(n),
  engine: 'e/1',
  baseTree: hex(n, 40),
  resultTree: hex(n + 1, 40),
  derivation: digest(n + 100),
  batches: Array.from({ length: batches }, (_, index) => ({
    index,
    title: `b${index}`,
    operations: [index],
    paths: ['a.ts'],
    baseTree: hex(n, 40),
    resultTree: hex(n + 1, 40),
  })),
  operations: [],
  warnings: [],
  stats: { files: 1, insertions: 1, deletions: 1 },
  plannedAt: time,
})

const fresh = (options: { pull?: boolean; required?: number } = {}): MissionRecord => {
  const policy = plainPolicy(canonicalDigest)
  policy.approvals.plan.required = options.required ?? 1
  return created(
    {
      mission: {
        missionId: 'msn_1',
        title: 'T',
        risk: 'low',
        status: 'open',
        checkpoints: emptyCheckpoints(),
        changeSpec: spec,
        createdAt: time,
        version: 1,
      },
      drive: options.pull ? 'auto' : 'caller',
      batchChanges: {},
      proposer: { login: 'author', type: 'human' },
      ...(options.pull
        ? {
            pull: {
              installationId: 1,
              owner: 'o',
              repo: 'r',
              number: 1,
              headOwner: 'o',
              headRepo: 'r',
              headRef: 'f',
              baseRef: 'main',
              headSha: hex(7, 40),
              specPath: '.atomic/a.json',
            },
          }
        : {}),
      policy,
      approvals: [],
      verification: {},
      events: 0,
      recorded: 0,
    },
    { kind: 'files' },
  ).record
}

const approval = (
  record: MissionRecord,
  name: (typeof checkpointNames)[number],
  login = 'reviewer',
  type: 'human' | 'agent' = 'human',
) => ({
  checkpoint: name,
  decision: 'approve' as const,
  actor: { login, type },
  at: time,
  via: 'rest' as const,
  ...boundTo(record, name),
})
const applyOne = (record: MissionRecord): Outcome => {
  const ready = began(record)
  const n = checkpoint(record, 'execute').batches!.length + 1
  const batch = { batchId: `batch-${n}`, status: 'applied' as const, files: [], createdAt: time }
  const out = batchApplied(
    ready.record,
    batch,
    digest(n),
    { tree: hex(n, 40), ...(record.pull ? { headSha: hex(100 + n, 40) } : {}) },
    { payload: {} },
  )
  return { ...out, events: [...ready.events, ...out.events] }
}
const statuses = (r: MissionRecord): string[] => r.mission.checkpoints.map((c) => c.status)
const code = (run: () => unknown): string | undefined => {
  try {
    run()
    return undefined
  } catch (e) {
    return isAtomicError(e) ? e.code : String(e)
  }
}

describe('the way of a mission', () => {
  test('plan → execute → verify → finalize, each in its turn', () => {
    let r = planned(fresh(), plan(1), { payload: {} }).record
    expect(statuses(r)).toEqual(['pending', 'pending', 'pending', 'pending'])
    r = decided(r, approval(r, 'plan')).record
    expect(statuses(r)).toEqual(['approved', 'approved', 'pending', 'pending'])
    r = applyOne(r).record
    expect(statuses(r)).toEqual(['completed', 'approved', 'pending', 'pending'])
    const second = applyOne(r)
    expect(statuses(second.record)).toEqual(['completed', 'completed', 'approved', 'pending'])
    expect(second.work).toEqual(['verify'])
    const done = verified(second.record, {}, 'passed', { payload: {} })
    expect(statuses(done.record)).toEqual(['completed', 'completed', 'completed', 'approved'])
    expect(done.work).toEqual(['finalize'])
    r = closing(done.record, {}).record
    r = packed(r, { digest: digest(9), size: 1, at: time }, 5).record
    expect(statuses(r)).toEqual(['completed', 'completed', 'completed', 'completed'])
    expect(r.mission.status).toBe('completed')
  })

  test('an approval names what it approves', () => {
    const r = planned(fresh({ pull: true }), plan(1), { payload: {} }).record
    const good = approval(r, 'plan')
    const { planDigest: _, ...withoutDigest } = good
    const { headSha: __, ...withoutHead } = good
    expect(code(() => decided(r, withoutDigest))).toBe('INVALID_REQUEST')
    expect(code(() => decided(r, withoutHead))).toBe('INVALID_REQUEST')
    expect(code(() => decided(r, { ...good, planDigest: digest(2) }))).toBe('PLAN_CHANGED')
    expect(code(() => decided(r, { ...good, headSha: hex(8, 40) }))).toBe('PLAN_CHANGED')
    expect(code(() => decided(fresh(), approval(fresh(), 'plan')))).toBe('PLAN_CHANGED')
  })

  test('order, actors, and what is closed', () => {
    const r = planned(fresh(), plan(1), { payload: {} }).record
    expect(code(() => decided(r, approval(r, 'execute')))).toBe('CHECKPOINT_ORDER')
    expect(code(() => decided(r, approval(r, 'plan', 'bot', 'agent')))).toBe('NOT_ALLOWED')
    expect(code(() => began(r))).toBe('CHECKPOINT_ORDER')
    const ended = decided(r, { ...approval(r, 'plan'), decision: 'reject' }).record
    expect(ended.mission.status).toBe('rejected')
    expect(code(() => decided(ended, approval(ended, 'plan')))).toBe('MISSION_CLOSED')
    expect(code(() => planned(ended, plan(2), { payload: {} }))).toBe('MISSION_CLOSED')
  })

  test('one person counts once, and a quorum of two needs two', () => {
    let r = planned(fresh({ required: 2 }), plan(1), { payload: {} }).record
    r = decided(r, approval(r, 'plan', 'ann')).record
    r = decided(r, approval(r, 'plan', 'Ann')).record
    expect(checkpoint(r, 'plan').status).toBe('pending')
    expect(r.approvals).toHaveLength(1)
    r = decided(r, approval(r, 'plan', 'ben')).record
    expect(checkpoint(r, 'plan').status).toBe('approved')
  })

  test('a withdrawn approval, another plan and a foreign push each reopen the plan', () => {
    const first = planned(fresh({ pull: true }), plan(1), { payload: {} }).record
    const approved = decided(first, approval(first, 'plan')).record
    const gone = withdrawn(
      approved,
      { login: 'reviewer' },
      { login: 'reviewer', type: 'human' },
      'changed my mind',
      time,
    )
    expect(statuses(gone.record).slice(0, 2)).toEqual(['pending', 'pending'])
    expect(gone.events.map((e) => e.type)).toEqual(['approval.withdrawn'])
    const moved = headMoved(approved, hex(8, 40), time)
    expect(statuses(moved.record).slice(0, 2)).toEqual(['pending', 'pending'])
    expect(moved.work).toEqual(['plan'])
    expect(moved.record.pull?.headSha).toBe(hex(8, 40))
    const respecced = unplanned(approved, { changeSpec: { ...spec, title: 'Other' } }, time)
    expect(counting(respecced.record, 'plan')).toHaveLength(0)
    const again = planned(respecced.record, plan(2), { payload: {} }).record
    expect(counting(again, 'plan')).toHaveLength(0)
  })

  test('an approval taken back in the middle stops the batches that are left; another lets them land', () => {
    const pull = planned(fresh({ pull: true }), plan(1), { payload: {} }).record
    const half = applyOne(decided(pull, approval(pull, 'plan')).record).record
    const by = { login: 'reviewer', type: 'human' as const }
    const stopped = withdrawn(half, { login: 'reviewer' }, by, 'too soon', time).record
    expect(statuses(stopped)).toEqual(['completed', 'pending', 'pending', 'pending'])
    expect(stopped.problem).toMatchObject({ checkpoint: 'execute', code: 'NOT_ALLOWED' })
    expect(code(() => began(stopped))).toBe('NOT_ALLOWED')
    expect(code(() => retried(stopped, 'execute'))).toBe('NOT_ALLOWED')
    expect(code(() => decided(stopped, { ...approval(stopped, 'plan'), planDigest: digest(2) }))).toBe('PLAN_CHANGED')
    const again = decided(stopped, approval(stopped, 'plan', 'second'))
    expect(again.events.map((e) => e.type)).toEqual(['checkpoint.approved', 'checkpoint.approved'])
    expect(again.work).toEqual(['execute'])
    expect(again.record.problem).toBeUndefined()
    expect(statuses(applyOne(again.record).record).slice(0, 3)).toEqual(['completed', 'completed', 'approved'])
  })

  test.each([
    ['repository', { pull: { owner: 'p' } }],
    ['pull request', { pull: { number: 2 } }],
    ['base branch', { pull: { baseRef: 'release' } }],
    ['head', { pull: { headSha: hex(8, 40) } }],
    ['base tree', { plan: { baseTree: hex(50, 40) } }],
    ['plan digest', { mission: { planDigest: digest(2) } }],
    ['policy digest', { policy: { digest: digest(3) } }],
    ['checkpoint', undefined],
  ] as const)('an approval is stale when the %s alone is another', (_, change) => {
    const r = planned(fresh({ pull: true }), plan(1), { payload: {} }).record
    const given = { ...approval(r, 'plan'), policyDigest: r.policy.digest }
    const approved = decided(r, given).record
    expect(counting(approved, 'plan')).toHaveLength(1)
    if (change === undefined) return expect(counting(approved, 'finalize')).toHaveLength(0)
    const other = structuredClone(approved)
    for (const [part, fields] of Object.entries(change)) Object.assign(other[part as 'pull'] as object, fields)
    expect(counting(other, 'plan')).toHaveLength(0)
    // Nor is it taken where it comes late.
    const late = structuredClone(r)
    for (const [part, fields] of Object.entries(change)) Object.assign(late[part as 'pull'] as object, fields)
    expect(code(() => decided(late, given))).toBe('PLAN_CHANGED')
  })

  test('a foreign push after execution has begun stops the mission and says so', () => {
    let r = planned(fresh({ pull: true }), plan(1), { payload: {} }).record
    r = applyOne(decided(r, approval(r, 'plan')).record).record
    expect(headMoved(r, r.landed!.headSha!, time).record.stale).toBeUndefined()
    const moved = headMoved(r, hex(9, 40), time).record
    expect(moved.problem?.code).toBe('HEAD_MOVED')
    expect(code(() => began(moved))).toBe('HEAD_MOVED')
  })

  test('a failed verification leaves the checkpoint rejected and the mission open; retry puts it on again', () => {
    let r = planned(fresh(), plan(1, 1), { payload: {} }).record
    r = applyOne(decided(r, approval(r, 'plan')).record).record
    const bad = verified(
      r,
      {},
      'failed',
      { payload: {} },
      { checkpoint: 'verify', code: 'X', detail: 'd', next: 'n', at: time },
    ).record
    expect(checkpoint(bad, 'verify').status).toBe('rejected')
    expect(bad.mission.status).toBe('open')
    const again = retried(bad, 'verify')
    expect(again.work).toEqual(['verify'])
    expect(again.record.problem).toBeUndefined()
  })
})

/** Any order of commands, sensible or not. */
const commands = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('planned' as const), n: fc.integer({ min: 1, max: 3 }) }),
    fc.record({
      kind: fc.constant('decide' as const),
      name: fc.constantFrom(...checkpointNames),
      login: fc.constantFrom('ann', 'ben', 'bot'),
      type: fc.constantFrom('human' as const, 'agent' as const),
      stale: fc.boolean(),
      reject: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
    }),
    fc.record({ kind: fc.constant('batch' as const) }),
    fc.record({
      kind: fc.constant('verified' as const),
      verdict: fc.constantFrom('passed' as const, 'failed' as const, 'waiting' as const),
    }),
    fc.record({ kind: fc.constant('close' as const) }),
    fc.record({ kind: fc.constant('pack' as const) }),
    fc.record({ kind: fc.constant('withdraw' as const), login: fc.constantFrom('ann', 'ben') }),
    fc.record({ kind: fc.constant('push' as const), n: fc.integer({ min: 7, max: 9 }) }),
    fc.record({ kind: fc.constant('retry' as const) }),
    fc.record({ kind: fc.constant('cancel' as const), really: fc.integer({ min: 0, max: 9 }).map((n) => n === 0) }),
  ),
  { maxLength: 40 },
)
type Command = typeof commands extends fc.Arbitrary<(infer C)[]> ? C : never

const run = (r: MissionRecord, c: Command): Outcome | undefined => {
  switch (c.kind) {
    case 'planned':
      return planned(r, plan(c.n), { payload: {} })
    case 'decide': {
      const given = {
        ...approval(r, c.name, c.login, c.type),
        decision: c.reject ? ('reject' as const) : ('approve' as const),
      }
      return decided(r, c.stale ? { ...given, planDigest: digest(99) } : given)
    }
    case 'batch':
      return applyOne(r)
    case 'verified':
      return checkpoint(r, 'verify').status === 'approved' ? verified(r, {}, c.verdict, { payload: {} }) : undefined
    case 'close':
      return closing(r, {})
    case 'pack':
      return r.closing ? packed(r, { digest: digest(5), size: 1, at: time }, 1) : undefined
    case 'withdraw':
      return withdrawn(r, { login: c.login }, { login: c.login, type: 'human' }, 'why', time)
    case 'push':
      return headMoved(r, hex(c.n, 40), time)
    case 'retry':
      return retried(r)
    case 'cancel':
      return c.really ? cancelled(r, { login: 'ann', type: 'human' }, 'why') : undefined
  }
}

describe('whatever happens, in whatever order', () => {
  test.each([{ pull: false }, { pull: true }])(
    'no step is taken that the ones before it do not allow ($pull)',
    ({ pull }) => {
      let ends = 0
      fc.assert(
        fc.property(commands, fc.integer({ min: 1, max: 2 }), (list, required) => {
          let r = fresh({ pull, required })
          for (const c of list) {
            const before = structuredClone(r)
            let out: Outcome | undefined
            try {
              out = run(r, c)
            } catch (e) {
              if (!isAtomicError(e)) throw e
              expect(r).toEqual(before)
              continue
            }
            expect(r).toEqual(before)
            if (!out) continue
            const batches = (m: MissionRecord): number => checkpoint(m, 'execute').batches!.length
            if (batches(out.record) > batches(r)) {
              expect(checkpoint(r, 'plan').status).not.toBe('pending')
              expect(counting(r, 'plan').length).toBeGreaterThanOrEqual(quorum(r, 'plan'))
            }
            for (const [i, point] of out.record.mission.checkpoints.entries()) {
              const previous = out.record.mission.checkpoints[i - 1]
              if (previous && point.status !== 'pending' && out.record.mission.status === 'open')
                expect(['approved', 'completed', 'rejected']).toContain(previous.status)
              if (r.mission.checkpoints[i]!.status === 'completed') expect(point.status).toBe('completed')
            }
            if (r.mission.status !== 'open') {
              expect(statuses(out.record)).toEqual(statuses(r))
              expect(out.work).toEqual([])
            }
            if (out.record.mission.status === 'completed')
              expect(new Set(statuses(out.record))).toEqual(new Set(['completed']))
            if (out.record.mission.status !== 'open') ends++
            r = out.record
          }
        }),
        { seed: 20260101, numRuns: 1500 },
      )
      expect(ends).toBeGreaterThan(50)
    },
  )
})
