import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { effectiveConfig, parseConfig } from '../../../../core/orchestrator/approvals/config.ts'
import { missionPolicy } from '../../../../core/orchestrator/approvals/policy.ts'
import { AtomicError } from '../../../../core/platform/errors.ts'

const contract = `version: 1
approvals:
  plan:     { required: 1, from: { roles: [write, maintain, admin], teams: [], users: [], codeowners: false }, reviews: false }
  finalize: { required: 0 }
  byRisk:   { high: { plan: { required: 2, from: { codeowners: true } } } }
  solo: false                # the author may approve; evidence and pack say SELF_APPROVED
agents: []                   # slugs of apps that may act as agent
policy:   { maxFiles: 2000, maxBytes: 10485760, paths: { deny: [".github/workflows/**"] }, secrets: deny, pii: mask, patch: allow }
budget:   { total: 50, period: month }
verify:   { required: true, test: "npm test", mutation: { minScore: 80, scope: changed, maxMutants: 50 } }
`
const refusal = (text: string): AtomicError => {
  try {
    parseConfig(text)
  } catch (e) {
    if (e instanceof AtomicError) return e
  }
  throw new Error('no refusal')
}

describe('parseConfig', () => {
  it('reads the configuration of the contract', () => {
    const config = effectiveConfig(parseConfig(contract))
    expect(config.policy).toEqual(effectiveConfig().policy)
    expect(config.budget).toEqual({ total: 50, period: 'month' })
    const low = missionPolicy(config, { risk: 'low', paths: [] })
    expect(low.approvals).toEqual(missionPolicy(effectiveConfig(), { risk: 'low', paths: [] }).approvals)
    const high = missionPolicy(config, { risk: 'high', paths: [] })
    expect(high.approvals.plan).toEqual({
      required: 2,
      from: { roles: ['write', 'maintain', 'admin'], teams: [], users: [], codeowners: true },
      reviews: false,
    })
    expect(low.verify).toEqual({ required: true, test: 'npm test', mutation: { minScore: 80, maxMutants: 50 } })
  })

  it('names every mistake with its place', () => {
    const error = refusal('version: 1\napprovals:\n  plan:\n    required: many\n    form: {}\nagents: none\n')
    expect(error.code).toBe('INVALID_REQUEST')
    expect(error.place).toMatch(/^\.github\/atomic\.yml:\d+:\d+$/)
    const found = Object.fromEntries(error.errors!.map((e) => [e.path, e.message]))
    expect(found['approvals.plan.required']).toMatch(/atomic\.yml:4:5: /)
    expect(found['approvals.plan.form']).toBe('.github/atomic.yml:5:5: unknown key')
    expect(found.agents).toMatch(/atomic\.yml:6:1: /)
  })

  it.each([
    ['version: 2\n', 1],
    ['approvals: {}\n', 1],
    ['version: 1\nversion: 1\n', 2],
    ['version: 1\npolicy: { paths: { deny: ["a{b"] } }\n', 2],
    ['version: 1\na: &a [1]\n', 2],
    ['version: 1\n\t- x', 2],
    ['[]', 1],
  ])('refuses %j', (text, line) => {
    expect(refusal(text).place).toMatch(new RegExp(`:${line}:\\d+$`))
  })

  it('caps aliases', () => {
    const bomb = [
      'a0: &a0 [x]',
      ...Array.from({ length: 20 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}, *a${i}]`),
    ].join('\n')
    expect(refusal(bomb).code).toBe('INVALID_REQUEST')
  })

  it('throws nothing but refusals', () => {
    const piece = fc.constantFrom(
      'version: 1\n',
      'approvals:\n',
      '  plan: ',
      '{ ',
      '}',
      '[',
      ']',
      '&a ',
      '*a',
      '- ',
      '!!js ',
      '? ',
      ': ',
      '\t',
      '\0',
      '__proto__: 1\n',
      '"',
      '|\n',
      '<<: ',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        try {
          parseConfig(pieces.join(''))
        } catch (e) {
          expect(e).toBeInstanceOf(AtomicError)
        }
      }),
      { seed: 3, numRuns: 500 },
    )
  })
})

describe('effectiveConfig', () => {
  it('lays the repository over the organisation, key by key', () => {
    const organisation = parseConfig(
      'version: 1\napprovals: { plan: { required: 2, reviews: true }, solo: true }\nagents: [Helper]\n',
    )
    const repository = parseConfig('version: 1\napprovals: { plan: { required: 3 }, solo: false }\n')
    const config = effectiveConfig(repository, organisation)
    expect(config.approvals.plan).toEqual({ required: 3, reviews: true })
    expect(config.approvals.solo).toBe(false)
    expect(config.agents).toEqual(['helper'])
  })
})

describe('missionPolicy', () => {
  const config = effectiveConfig(
    parseConfig(
      'version: 1\napprovals:\n  byPath:\n    - paths: ["db/**"]\n      plan: { required: 2, from: { teams: [dba] } }\n    - paths: ["**"]\n      plan: { required: 0 }\n',
    ),
  )
  it('asks for more where a path says so, never for less', () => {
    expect(missionPolicy(config, { risk: 'low', paths: ['db/a.sql'] }).approvals.plan).toMatchObject({
      required: 2,
      from: { teams: ['dba'] },
    })
    expect(missionPolicy(config, { risk: 'low', paths: ['src/a.ts'] }).approvals.plan.required).toBe(1)
  })
  it('has a digest that any change moves', () => {
    const a = missionPolicy(config, { risk: 'low', paths: ['db/a.sql'] })
    expect(a.digest).toMatch(/^sha256:[0-9a-f]{64}$/)
    expect(missionPolicy(config, { risk: 'low', paths: ['db/b.sql'] }).digest).toBe(a.digest)
    expect(missionPolicy(config, { risk: 'low', paths: [] }).digest).not.toBe(a.digest)
    expect(missionPolicy({ ...config, agents: ['x'] }, { risk: 'low', paths: ['db/a.sql'] }).digest).not.toBe(a.digest)
  })
})
