import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { effectiveConfig, parseConfig } from '../../../../core/orchestrator/approvals/config.ts'
import { evaluateApprovals, mayApprove } from '../../../../core/orchestrator/approvals/evaluate.ts'
import { explain } from '../../../../core/orchestrator/approvals/explain.ts'
import type { ApprovalFact, Facts, Person } from '../../../../core/orchestrator/approvals/facts.ts'
import { missionPolicy } from '../../../../core/orchestrator/approvals/policy.ts'
import { renderTree } from '../../../../core/orchestrator/approvals/tree.ts'

const config = (approvals: string, rest = '') =>
  effectiveConfig(parseConfig(`version: 1\napprovals: ${approvals}\n${rest}`))
const policyOf = (approvals: string, rest = '') => missionPolicy(config(approvals, rest), { risk: 'low', paths: [] })
const facts = (more: Partial<Facts> = {}): Facts => ({
  risk: 'low',
  paths: ['src/a.ts'],
  proposer: 'alice',
  approvals: [],
  ...more,
})
const bob: Person = { login: 'bob', role: 'write' }
const by = (person: Person, more: Partial<ApprovalFact> = {}): ApprovalFact => ({ checkpoint: 'plan', person, ...more })
const plain = policyOf('{}')

describe('mayApprove', () => {
  it.each<[string, Person, Partial<Facts>, boolean]>([
    ['a writer', bob, {}, true],
    ['a reader', { login: 'rea', role: 'read' }, {}, false],
    ['somebody without a role', { login: 'no' }, {}, false],
    ['the proposer', { login: 'Alice', role: 'admin' }, {}, false],
    ['a commit author', bob, { authors: ['x', 'BOB'] }, false],
    ['the dispatcher', bob, { dispatcher: 'bob' }, false],
    ['a bot', { login: 'renovate[bot]', role: 'write' }, {}, false],
    ['an app', { login: 'helper', app: 'helper', role: 'admin' }, {}, false],
    ['a flagged bot', { ...bob, bot: true }, {}, false],
    ['an agent', { ...bob, type: 'agent' }, {}, false],
  ])('%s', (_, person, more, allowed) => {
    const answer = mayApprove(plain, 'plan', person, facts(more))
    expect(answer.allowed).toBe(allowed)
    expect(answer.reason).not.toBe('')
    expect(answer.tree.verdict).toBe(allowed ? 'yes' : 'no')
  })

  it('lets the author approve under solo, and says so', () => {
    const solo = policyOf('{ solo: true }')
    expect(mayApprove(solo, 'plan', { login: 'alice', role: 'admin' }, facts())).toMatchObject({
      allowed: true,
      selfApproved: true,
    })
    expect(mayApprove(solo, 'plan', { login: 'alice', role: 'read' }, facts())).toMatchObject({
      allowed: false,
      selfApproved: false,
    })
    expect(mayApprove(solo, 'plan', bob, facts())).toMatchObject({ allowed: true, selfApproved: false })
  })

  it('lets the author reject', () => {
    expect(mayApprove(plain, 'plan', { login: 'alice', role: 'write' }, facts(), 'reject').allowed).toBe(true)
    expect(mayApprove(plain, 'plan', { login: 'rea', role: 'read' }, facts(), 'reject').allowed).toBe(false)
  })

  it('knows teams, users and custom roles', () => {
    const policy = policyOf('{ plan: { from: { roles: [security], teams: [acme/core, Docs], users: ["@Carol"] } } }')
    const f = facts({ organisation: 'acme' })
    const may = (p: Person) => mayApprove(policy, 'plan', p, f).allowed
    expect(may({ login: 'x', role: 'Security' })).toBe(true)
    expect(may({ login: 'x', role: 'admin' })).toBe(false)
    expect(may({ login: 'x', teams: ['ACME/core'] })).toBe(true)
    expect(may({ login: 'x', teams: ['acme/docs'] })).toBe(true)
    expect(may({ login: 'x', teams: ['other/docs'] })).toBe(false)
    expect(may({ login: 'carol' })).toBe(true)
  })

  it('lets a listed app fill what is for agents, where policy asks for no person', () => {
    const policy = policyOf('{ verify: { required: 1 } }', 'agents: [helper]')
    const app: Person = { login: 'helper[bot]', type: 'agent', app: 'helper' }
    expect(mayApprove(policy, 'plan', app, facts()).allowed).toBe(false)
    expect(mayApprove(policy, 'execute', app, facts()).allowed).toBe(true)
    expect(mayApprove(policy, 'verify', app, facts()).allowed).toBe(false)
    expect(mayApprove(policy, 'finalize', app, facts()).allowed).toBe(true)
  })
})

describe('evaluateApprovals', () => {
  it('waits, then is satisfied', () => {
    expect(evaluateApprovals(plain, 'plan', facts())).toMatchObject({ satisfied: false, have: 0, need: 1 })
    expect(evaluateApprovals(plain, 'plan', facts({ approvals: [by(bob)] }))).toMatchObject({
      satisfied: true,
      have: 1,
      by: ['bob'],
    })
  })
  it('asks for nobody where nobody is required', () => {
    expect(evaluateApprovals(plain, 'finalize', facts())).toMatchObject({ satisfied: true, have: 0, need: 0 })
  })
  it('counts a person once', () => {
    const two = policyOf('{ plan: { required: 2 } }')
    const approvals = [by(bob), by({ login: 'BOB', role: 'admin' })]
    expect(evaluateApprovals(two, 'plan', facts({ approvals })).have).toBe(1)
  })
  it.each<[string, Partial<ApprovalFact>]>([
    ['withdrawn', { withdrawn: true }],
    ['stale', { stale: true }],
    ['another checkpoint', { checkpoint: 'execute' }],
    ['a review', { via: 'review' }],
    ['another head', { headSha: 'b' }],
    ['another plan', { planDigest: 'b' }],
    ['another policy', { policyDigest: 'b' }],
    ['no head named', { headSha: undefined as never }],
  ])('does not count %s', (_, more) => {
    const current = { headSha: 'a', planDigest: 'a', policyDigest: 'a' }
    const good = by(bob, { headSha: 'a', planDigest: 'a', policyDigest: plain.digest })
    const f = facts({ current: { ...current, policyDigest: plain.digest }, approvals: [good] })
    expect(evaluateApprovals(plain, 'plan', f).satisfied).toBe(true)
    expect(evaluateApprovals(plain, 'plan', { ...f, approvals: [{ ...good, ...more }] }).satisfied).toBe(false)
  })
  it('counts reviews where policy says so', () => {
    const policy = policyOf('{ plan: { reviews: true } }')
    expect(evaluateApprovals(policy, 'plan', facts({ approvals: [by(bob, { via: 'review' })] })).satisfied).toBe(true)
  })
  it('is not satisfied once somebody who may has rejected', () => {
    const approvals = [by(bob), by({ login: 'eve', role: 'read' }, { decision: 'reject' })]
    expect(evaluateApprovals(plain, 'plan', facts({ approvals })).satisfied).toBe(true)
    approvals.push(by({ login: 'carol', role: 'write' }, { decision: 'reject' }))
    expect(evaluateApprovals(plain, 'plan', facts({ approvals }))).toMatchObject({
      satisfied: false,
      tree: { verdict: 'no' },
    })
  })
  it('wants an owner of each touched file that has owners', () => {
    const policy = policyOf('{ plan: { required: 1, from: { codeowners: true } } }')
    const f = (approvals: ApprovalFact[]) =>
      facts({ paths: ['src/a.ts', 'docs/b.md', 'free'], codeowners: 'src/ @dev\ndocs/ @acme/docs', approvals })
    const writer = { login: 'docsy', role: 'read', teams: ['acme/docs'] }
    expect(evaluateApprovals(policy, 'plan', f([by(bob)]))).toMatchObject({ satisfied: false, have: 1 })
    expect(evaluateApprovals(policy, 'plan', f([by({ login: 'dev' })]))).toMatchObject({ satisfied: false, have: 1 })
    const both = evaluateApprovals(policy, 'plan', f([by({ login: 'Dev' }), by(writer)]))
    expect(both).toMatchObject({ satisfied: true, have: 2 })
    expect(renderTree(both.tree)).toContain('✓ code owners')
  })
  it('never counts anybody involved, a bot, or somebody without a place', () => {
    const login = fc.constantFrom('alice', 'bob', 'carol', 'dave', 'x[bot]')
    const person = fc.record({ login, role: fc.constantFrom('read', 'write', 'admin'), bot: fc.boolean() })
    fc.assert(
      fc.property(
        fc.array(person, { maxLength: 8 }),
        fc.array(login, { maxLength: 2 }),
        login,
        (people, authors, dispatcher) => {
          const f = facts({ authors, dispatcher, approvals: people.map((p) => by(p)) })
          const { by: counted } = evaluateApprovals(plain, 'plan', f)
          expect(new Set(counted).size).toBe(counted.length)
          for (const c of counted) {
            expect(['alice', dispatcher, ...authors, 'x[bot]']).not.toContain(c)
            expect(people.some((p) => p.login === c && p.role !== 'read' && !p.bot)).toBe(true)
          }
        },
      ),
      { seed: 5, numRuns: 500 },
    )
  })
})

describe('explain', () => {
  it('says who must approve what, and why', () => {
    const answer = explain(config('{ plan: { required: 2 } }'), {
      ...facts({ approvals: [by(bob)] }),
      people: [{ login: 'alice', role: 'admin' }],
    })
    const plan = answer.checkpoints[0]!
    expect(plan).toMatchObject({ name: 'plan', satisfied: false, have: 1, need: 2 })
    expect(plan.people).toEqual([
      { login: 'alice', allowed: false, reason: 'alice proposed the change and cannot approve it.' },
    ])
    expect(answer.text).toContain('… plan: waits for 1 more')
    expect(answer.text).toContain('    ✓ bob (comment): counts')
  })
  it('refuses facts that do not fit', () => {
    expect(() => explain(effectiveConfig(), { risk: 'low' })).toThrow(
      expect.objectContaining({ code: 'INVALID_REQUEST' }),
    )
  })
})
