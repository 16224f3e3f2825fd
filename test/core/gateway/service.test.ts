import { describe, expect, it } from 'vitest'
import type { CallContext, ForecastAnswer, ModelPolicy } from '../../../core/contracts/index.ts'
import { contentPolicy } from '../../../core/gateway/policy/schema.ts'
import type { Denial } from '../../../core/gateway/preflight.ts'
import { createGatewayService, type GatewayPorts } from '../../../core/gateway/service.ts'

const ctx: CallContext = { caller: { login: 'x', type: 'human', scopes: ['gateway:write'] }, correlationId: 'c' }
const model = (
  provider: string,
  name: string,
  usdEstimate: number,
  p95Latency: number,
): ForecastAnswer['byModel'][number] => ({
  provider,
  model: name,
  usdEstimate,
  low: usdEstimate,
  high: usdEstimate,
  tokens: { input: 1000, output: 100 },
  p95Latency,
})
const byModel = [model('a', 'big', 1, 900), model('a', 'small', 0.1, 300), model('b', 'fast', 0.2, 100)]
const forecast: ForecastAnswer = {
  usdEstimate: 1,
  tokens: { input: 1000, output: 100 },
  p95Latency: 1,
  low: 1,
  high: 1,
  byModel,
  basis: '',
}
const open: ModelPolicy = { rules: [], default: 'allow', version: 0 }
const service = (ports: Partial<GatewayPorts> = {}) =>
  createGatewayService({
    secret: 's'.repeat(32),
    forecast: async () => forecast,
    modelPolicy: async () => open,
    ...ports,
  })
const token = 'ghp_16C7e42F292c6912E7710c838347Ae178B4a'

describe('preflight', () => {
  it('denies secrets, without a sanitized text and without the value', async () => {
    const denials: Denial[] = []
    const answer = await service({ record: async (d) => void denials.push(d) }).preflight(
      { body: { content: `a ${token}` } },
      ctx,
    )
    expect(answer).toMatchObject({
      decision: 'deny',
      violations: [{ rule: 'secrets', message: 'github-token at 1:3.' }],
    })
    expect(answer).not.toHaveProperty('sanitized')
    expect(JSON.stringify([answer, denials])).not.toContain(token)
    expect(denials).toMatchObject([{ rules: ['secrets'], findings: { 'github-token': 1 } }])
  })
  it('masks personal data and allows', async () => {
    const body = {
      files: [
        { path: 'a.md', content: 'bob@acme.org' },
        { path: 'b.md', content: 'plain' },
      ],
    }
    const answer = await service().preflight({ body }, ctx)
    expect(answer.decision).toBe('allow')
    expect(answer.sanitized).toEqual([
      { path: 'a.md', content: answer.findings[0]!.placeholder },
      { path: 'b.md', content: 'plain' },
    ])
    expect(answer.findings).toMatchObject([{ kind: 'pii', type: 'email', path: 'a.md' }])
  })
  it('does as the policy of the context says', async () => {
    const policy = contentPolicy({
      secrets: 'mask',
      pii: 'allow',
      maxFiles: 2,
      maxBytes: 100,
      paths: { deny: ['db/**'] },
      patch: 'deny',
    })
    const gateway = service({ policy: () => policy })
    const preflight = (files: Record<string, string>) =>
      gateway.preflight({ body: { files: Object.entries(files).map(([path, content]) => ({ path, content })) } }, ctx)
    const masked = await preflight({ a: `${token} bob@acme.org` })
    expect(masked).toMatchObject({ decision: 'allow', findings: [{ kind: 'secret' }, { kind: 'pii' }] })
    expect(masked.sanitized![0]).toMatchObject({
      content: expect.stringMatching(/^REDACTED_GITHUB_TOKEN_\w+ bob@acme.org$/),
    })
    const rules = async (files: Record<string, string>) => (await preflight(files)).violations.map((v) => v.rule)
    expect(await rules({ a: '', b: '', c: '' })).toEqual(['maxFiles'])
    expect(await rules({ a: 'é'.repeat(51) })).toEqual(['maxBytes'])
    for (const path of ['db/.hidden/x', './db/x', 'db//x', 'db\\\\x', 'db/./x'])
      expect(await rules({ [path]: '' })).toEqual(['paths.deny'])
    expect(await rules({ 'changespec.json': '{"operations":[{"op":"patch"}]}' })).toEqual(['patch'])
  })
  it('denies where the policy cannot be read', async () => {
    const gateway = service({
      policy: () => {
        throw new Error('disk')
      },
    })
    await expect(gateway.preflight({ body: { content: '' } }, ctx)).rejects.toMatchObject({ code: 'POLICY_DENIED' })
  })
  it('denies workflows by default', async () => {
    const answer = await service().preflight(
      { body: { files: [{ path: '.github/workflows/x.yml', content: '' }] } },
      ctx,
    )
    expect(answer.violations).toEqual([
      { rule: 'paths.deny', message: '.github/workflows/x.yml is denied by ".github/workflows/**".' },
    ])
  })
  it('digests with a key, over what was asked', async () => {
    const digest = async (content: string, secret = 's'.repeat(32)) =>
      (await service({ secret }).preflight({ body: { content } }, ctx)).digest
    expect(await digest('a')).toBe(await digest('a'))
    expect(await digest('a')).not.toBe(await digest('b'))
    expect(await digest('a')).not.toBe(await digest('a', 't'.repeat(32)))
  })
})

describe('route', () => {
  const route = (body: object = {}, ports: Partial<GatewayPorts> = {}) =>
    service(ports).route({ body: { task: 'review', content: 'hello bob@acme.org', ...body } }, ctx)
  const policy = (p: Partial<ModelPolicy>): Partial<GatewayPorts> => ({ modelPolicy: async () => ({ ...open, ...p }) })

  it('takes the cheapest that is allowed, and says why', async () => {
    const answer = await route()
    expect(answer).toMatchObject({
      provider: 'a',
      model: 'small',
      usdEstimate: 0.1,
      sanitized: expect.stringContaining('REDACTED_EMAIL_'),
    })
    expect(answer.candidates.map((c) => c.model)).toEqual(['small', 'fast', 'big'])
  })
  it('follows what a rule prefers, allows and denies', async () => {
    const rules: ModelPolicy['rules'] = [
      { task: 'other', allow: ['*'], prefer: 'cheapest' },
      { task: 'review', allow: ['*'], deny: ['a/*'], prefer: 'fastest' },
    ]
    const answer = await route({}, policy({ rules, default: 'deny' }))
    expect(answer.model).toBe('fast')
    expect(answer.candidates.filter((c) => !c.accepted).map((c) => c.reason)).toEqual([
      'rule 2 denies it',
      'rule 2 denies it',
    ])
    expect((await route({}, policy({ rules: [{ allow: ['*'], prefer: 'quality' }] }))).model).toBe('big')
    expect(
      (await route({}, policy({ rules: [{ dataClass: 'pii', allow: ['big'], prefer: 'cheapest' }], default: 'deny' })))
        .model,
    ).toBe('big')
  })
  it('honours requirements', async () => {
    expect((await route({ requirements: { model: 'big' } })).model).toBe('big')
    expect((await route({ requirements: { provider: 'b' } })).model).toBe('fast')
    await expect(route({ requirements: { maxUsd: 0.01 } })).rejects.toMatchObject({ code: 'NO_ROUTE' })
    await expect(route({ requirements: { minContextTokens: 1 } })).rejects.toMatchObject({ code: 'NO_ROUTE' })
    expect(
      (await route({ requirements: { minContextTokens: 1 } }, { model: () => ({ contextTokens: 5000 }) })).model,
    ).toBe('small')
  })
  it('refuses with the code that tells why', async () => {
    await expect(route({}, policy({ default: 'deny' }))).rejects.toMatchObject({ code: 'POLICY_DENIED' })
    await expect(route({}, { remaining: async () => 0.05 })).rejects.toMatchObject({ code: 'BUDGET_BREACHED' })
    await expect(route({ content: token })).rejects.toMatchObject({ code: 'POLICY_DENIED' })
    expect((await route({}, { remaining: async () => 0.15 })).model).toBe('small')
  })
})
