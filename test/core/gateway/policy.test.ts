import { describe, expect, it } from 'vitest'
import type { CallContext, PreflightContext } from '../../../core/contracts/index.ts'
import { addToBaseline, newBaseline, parseBaseline, valueDigest } from '../../../core/gateway/allow.ts'
import { cedarJudge } from '../../../core/gateway/policy/cedar.ts'
import { ContentPolicyInput, contentPolicy } from '../../../core/gateway/policy/schema.ts'
import { createPreflight, type PreflightPorts } from '../../../core/gateway/preflight.ts'
import { keysOf, redact } from '../../../core/gateway/redactor.ts'
import { readYaml } from '../../../core/platform/strict-yaml.ts'

const secret = 's'.repeat(32)
const ctx: CallContext = { caller: { login: 'ada', type: 'human', scopes: [] }, correlationId: 'c' }
const token = 'ghp_16C7e42F292c6912E7710c838347Ae178B4a'
const ask = (
  content: string,
  input: ContentPolicyInput = {},
  context: PreflightContext = {},
  ports: Partial<PreflightPorts> = {},
) => {
  const policy = contentPolicy(input)
  return createPreflight({ secret, policy: () => policy, ...ports })({ content, context }, ctx)
}
const rules = async (...args: Parameters<typeof ask>) => (await ask(...args)).violations.map((v) => v.rule)
const types = (text: string, options: Parameters<typeof redact>[1]) =>
  redact(text, { secret, ...options }).findings.map((f) => f.type)

describe('what a policy says', () => {
  it('of single kinds, before their kind', async () => {
    expect(await rules(`x ${token}`, { kinds: { 'github-token': 'mask' } })).toEqual([])
    expect(await rules('bob@acme.org', { kinds: { email: 'deny' } })).toEqual(['pii'])
    const answer = await ask('bob@acme.org 93.184.216.34', { kinds: { email: 'allow' } })
    expect(answer.sanitized).toMatch(/^bob@acme.org REDACTED_IP_ADDRESS_\w+$/)
  })
  it('of file types, licences and phrases', async () => {
    const policy = contentPolicy({
      fileTypes: { deny: ['pem', 'tar.gz', '.env'.slice(1)] },
      licences: { deny: ['AGPL-*', 'SSPL-1.0'] },
      phrases: { deny: ['Strictly  internal'] },
    })
    const of = async (path: string, content = '') =>
      (await createPreflight({ secret, policy: () => policy })({ files: [{ path, content }] }, ctx)).violations.map(
        (v) => v.rule,
      )
    expect(await of('keys/a.PEM')).toEqual(['fileTypes.deny'])
    expect(await of('a.tar.gz')).toEqual(['fileTypes.deny'])
    expect(await of('a.gz')).toEqual([])
    expect(await of('a.ts', '// SPDX-License-Identifier: MIT OR AGPL-3.0-only')).toEqual(['licences.deny'])
    expect(await of('package.json', '{"license": "SSPL-1.0"}')).toEqual(['licences.deny'])
    expect(await of('LICENSE', '   GNU AFFERO GENERAL PUBLIC LICENSE\n Version 3')).toEqual(['licences.deny'])
    expect(await of('a.ts', '// SPDX-License-Identifier: MIT')).toEqual([])
    expect(await of('a.md', 'this is STRICTLY\n   internal')).toEqual(['phrases.deny'])
  })
  it('by environment, repository, destination and caller; later over earlier', async () => {
    const input: ContentPolicyInput = {
      when: [
        { environment: ['prod*'], use: { pii: 'deny' } },
        { repository: ['acme/**'], caller: ['ada'], use: { secrets: 'mask' } },
        { repository: ['acme/vault'], use: { secrets: 'deny' } },
      ],
    }
    expect(await rules('bob@acme.org', input)).toEqual([])
    expect(await rules('bob@acme.org', input, { environment: 'production' })).toEqual(['pii'])
    expect(await rules(token, input)).toEqual(['secrets'])
    expect(await rules(token, input, { repository: 'acme/site' })).toEqual([])
    expect(await rules(token, input, { repository: 'acme/vault' })).toEqual(['secrets'])
  })
  it('keeps people’s words as evidence, without the secret in them', async () => {
    const answer = await ask(`No: ${token} is in it`, {}, { destination: 'evidence' })
    expect(answer).toMatchObject({
      decision: 'allow',
      sanitized: expect.stringMatching(/^No: REDACTED_GITHUB_TOKEN_\w+ is in it$/),
    })
    expect(
      await rules(
        token,
        { when: [{ destination: ['evidence'], use: { secrets: 'deny' } }] },
        { destination: 'evidence' },
      ),
    ).toEqual(['secrets'])
  })
  it('and why, rule by rule', async () => {
    const { trace } = await ask(token, {}, { explain: true })
    expect(trace).toContainEqual({
      policy: 'repository',
      rule: 'secrets',
      verdict: 'deny',
      detail: 'github-token at 1:1.',
    })
    expect(trace!.filter((t) => t.verdict === 'pass').map((t) => t.rule)).toContain('maxBytes')
    expect(JSON.stringify(trace)).not.toContain(token)
  })
  it('of the operator, which no repository loosens', async () => {
    const operator = contentPolicy({ kinds: { email: 'deny' }, inlineAllow: 'deny' })
    const open: ContentPolicyInput = { secrets: 'allow', pii: 'allow', allow: { rules: ['email', 'github-token'] } }
    expect(await rules('bob@acme.org', open, {}, { operatorPolicy: () => operator })).toEqual(['pii'])
    expect(await rules(token, open, {}, { operatorPolicy: () => operator })).toEqual(['secrets'])
  })
  it('is denied where anything in it fails', async () => {
    const fails = () => {
      throw new Error(`disk ${token}`)
    }
    await expect(ask('x', {}, {}, { operatorPolicy: fails })).rejects.toMatchObject({
      code: 'POLICY_DENIED',
      message: expect.not.stringContaining(token),
    })
    await expect(ask(token, {}, {}, { record: async () => fails() })).rejects.toThrow()
    expect(await rules('x', {}, {}, { judges: [{ name: 'own', judge: fails }] })).toEqual(['own'])
  })
  it('is refused with the place of each mistake', () => {
    const text =
      'secrets: mask\nkinds:\n  email: perhaps\npatterns:\n  - { name: own, pattern: "(a" }\npaths: { deny: ["[a"] }\n'
    try {
      readYaml(ContentPolicyInput, text, 'p.yml')
      expect.unreachable()
    } catch (error) {
      const { errors } = error as { errors: { message: string }[] }
      expect(errors.map((e) => e.message.split(': ')[0]).sort()).toEqual(['p.yml:3:3', 'p.yml:5:18', 'p.yml:6:17'])
    }
  })
})

describe('what is let through', () => {
  it('by digest of the value, path and rule', async () => {
    const { digest } = keysOf({ secret })
    expect(types(token, { allow: { digests: [valueDigest(digest, token)] } })).toEqual([])
    expect(types(token, { allow: { digests: [valueDigest('x', token)] } })).toEqual(['github-token'])
    expect(types(token, { allow: { paths: ['fixtures/**'] }, path: 'fixtures/a' })).toEqual([])
    expect(types(token, { allow: { paths: ['fixtures/**'] }, path: 'src/a' })).toEqual(['github-token'])
    expect(types(`${token} bob@acme.org`, { allow: { rules: ['github-token'] } })).toEqual(['email'])
  })
  it('by a comment beside it with a reason, where policy does not forbid that', async () => {
    const text = `key = "${token}" // atomic:allow github-token revoked long ago\n`
    expect(types(text, {})).toEqual([])
    expect(types(`# atomic:allow github-token revoked\n${token}`, {})).toEqual([])
    expect(types(text.replace('revoked long ago', ''), {})).toEqual(['github-token'])
    expect(types(text.replace('allow github-token', 'allow email'), {})).toEqual(['github-token'])
    expect(types(text, { inlineAllow: false })).toEqual(['github-token'])
    expect(await rules(text)).toEqual([])
    expect(await rules(text, { inlineAllow: 'deny' })).toEqual(['secrets'])
    expect((await ask(text, {}, { destination: 'proxy' })).sanitized).not.toContain(token)
  })
  it('by a baseline, which holds no value', () => {
    const baseline = newBaseline()
    const text = `a ${token}`
    for (const finding of redact(text, { secret }).findings) addToBaseline(baseline, text, finding, 'a.txt')
    const file = JSON.stringify(baseline)
    expect(file).not.toContain(token)
    const read = parseBaseline(file, 'b.json')
    expect(types(text, { baseline: read, path: 'a.txt' })).toEqual([])
    expect(types(text, { baseline: read, path: 'b.txt' })).toEqual(['github-token'])
    expect(types(text.replace('4a', '4b'), { baseline: read, path: 'a.txt' })).toEqual(['github-token'])
    expect(() => parseBaseline('{"version":2}', 'b.json')).toThrow(/b\.json/)
  })
})

describe('patterns of one’s own', () => {
  const patterns = [{ name: 'employee', pattern: 'EMP-[0-9]{6}\\b', kind: 'pii' as const }]
  it('are found, also in encodings', () => {
    expect(types('EMP-123456', { patterns })).toEqual(['employee'])
    expect(types(`x ${Buffer.from('this is EMP-123456 in a text').toString('base64')}`, { patterns })).toEqual([
      'employee',
    ])
    expect(types('EMP-12345', { patterns })).toEqual([])
  })
  it('near a keyword alone, where they name one', () => {
    const near = [{ name: 'badge', pattern: '[0-9]{9}', keywords: ['Badge'] }]
    expect(types('badge no. 123456780', { patterns: near })).toEqual(['badge'])
    expect(types(`badge ${'- '.repeat(3_000)}123456780`, { patterns: near })).toEqual([])
  })
  it('run in linear time', () => {
    const slow = [{ name: 'slow', pattern: '(a|aa)+$' }]
    const time = (n: number): number => {
      const started = performance.now()
      redact(`${'a'.repeat(n)}!`, { patterns: slow, pii: false })
      return performance.now() - started
    }
    time(10_000)
    expect(time(100_000) / time(25_000)).toBeLessThan(12)
  })
  it('refuses what RE2 has not', () => {
    for (const pattern of ['(a)\\1', '(?=a)', 'a*', '('])
      expect(ContentPolicyInput.safeParse({ patterns: [{ name: 'x', pattern }] }).success).toBe(false)
  })
})

it('leaves out the numbers of other countries', () => {
  const text = '"cpf": "529.982.247-25", PESEL 44051401359, ssn 536-22-8726, bob@acme.org'
  expect(types(text, {})).toEqual(['br-cpf', 'pl-pesel', 'us-ssn', 'email'])
  expect(types(text, { locales: ['pl'] })).toEqual(['pl-pesel', 'email'])
  expect(types(text, { locales: [], without: ['email'] })).toEqual([])
})

describe('Cedar', () => {
  const policy = `
    permit(principal, action == Action::"send", resource) when { resource.secrets == 0 };
    forbid(principal, action, resource) when { context has environment && context.environment == "production" && resource.pii > 0 };`
  const judged = async (text: string, content: string, context: PreflightContext = {}) =>
    rules(content, { secrets: 'mask' }, context, { judges: [await cedarJudge(text, 'p.cedar')] })
  it('permits, forbids, and denies where nothing is said or something fails', async () => {
    expect(await judged(policy, 'hello')).toEqual([])
    expect(await judged(policy, token)).toEqual(['cedar'])
    expect(await judged(policy, 'bob@acme.org')).toEqual([])
    expect(await judged(policy, 'bob@acme.org', { environment: 'production' })).toEqual(['cedar'])
    expect(await judged('', 'hello')).toEqual(['cedar'])
    expect(await judged(`${policy} forbid(principal, action, resource) when { resource.none > 1 };`, 'hello')).toEqual([
      'cedar',
    ])
    expect(await judged('permit(principal == Actor::"ada", action, resource);', 'hello')).toEqual([])
    expect(await judged('permit(principal == Actor::"eve", action, resource);', 'hello')).toEqual(['cedar'])
  })
  it('refuses mistakes with their place', async () => {
    await expect(cedarJudge('permit(principal, action, resource);\npermit(oops);', 'p.cedar')).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
      message: expect.stringMatching(/^p\.cedar:2:8/),
    })
  })
})
