import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse as parseYaml } from 'yaml'
import { redact } from '../../../core/gateway/redactor.ts'
import { places, random, tokenSamples } from './samples.ts'

const values = [
  ...tokenSamples(11).map((s) => s.value),
  'bob@acme.org',
  '4539578763621486',
  '93.184.216.34',
  '+49 30 901820',
  'DE89370400440532013000',
  '536-22-8726',
]
const secret = 'k'.repeat(32)
const value = fc.constantFrom(...values)

describe('redact', () => {
  it('answers as preflight does', () => {
    const answer = redact('x bob@acme.org', { secret })
    expect(answer).toMatchObject({ decision: 'allow', violations: [], digest: expect.stringMatching(/^[0-9a-f]{64}$/) })
    expect(answer.latencyMs).toBeGreaterThan(0)
    expect(answer.sanitized).toBe(`x ${answer.findings[0]!.placeholder}`)
    expect(Object.keys(answer.findings[0]!).sort()).toEqual([
      'column',
      'end',
      'kind',
      'line',
      'placeholder',
      'start',
      'type',
    ])
  })

  it('is idempotent', () => {
    const filler = fc.oneof(
      fc.constantFrom(' ', '\n', '=', ': ', '"', ',', '/', '-', '.', '@', 'password=', 'token: ', '{', '}'),
      fc.string({ maxLength: 6 }),
    )
    fc.assert(
      fc.property(fc.array(fc.oneof(value, filler), { maxLength: 20 }), (parts) => {
        const once = redact(parts.join(''), { secret }).sanitized as string
        const twice = redact(once, { secret })
        expect(twice.sanitized).toBe(once)
        expect(twice.findings).toEqual([])
      }),
      { seed: 2, numRuns: 800 },
    )
  })

  it('never lets a finding, a violation or a digest tell the value', () => {
    for (const put of Object.values(places))
      for (const v of values.filter((_, i) => i % 7 === 0)) {
        const { sanitized: _, ...rest } = redact(put(v), { secret })
        expect(JSON.stringify(rest)).not.toContain(v)
      }
  })

  it('gives one value one placeholder in a mission, and another in another', () => {
    const of = (missionId: string, s = secret) =>
      redact('bob@acme.org', { secret: s, missionId }).findings[0]!.placeholder
    expect(of('m1')).toBe(of('m1'))
    expect(of('m1')).not.toBe(of('m2'))
    expect(of('m1')).not.toBe(of('m1', 'other'.repeat(8)))
    const { findings } = redact('bob@acme.org, ann@acme.org, bob@acme.org', { secret })
    expect(findings[0]!.placeholder).toBe(findings[2]!.placeholder)
    expect(findings[0]!.placeholder).not.toBe(findings[1]!.placeholder)
  })

  it('keeps JSON and YAML readable, with their keys', () => {
    const pick = random(9)
    for (let i = 0; i < 200; i++) {
      const document = {
        password: `aB3${values[pick(values.length)]}`,
        list: [values[pick(values.length)], 4539578763621486, 1],
        nested: { api_key: values[pick(values.length)], card: 4539578763621486 },
      }
      const text = redact(JSON.stringify(document, null, i % 3), { secret }).sanitized as string
      const back = JSON.parse(text)
      expect(Object.keys(back)).toEqual(['password', 'list', 'nested'])
      expect(back.nested.card).toMatch(/^REDACTED_CREDIT_CARD_/)
      expect(
        parseYaml(
          redact(`a: ${values[pick(values.length)]}\ncard: 4539578763621486\n`, { secret }).sanitized as string,
        ),
      ).toHaveProperty('card')
    }
  })

  it('survives anything', () => {
    const hostile = [
      '\0'.repeat(1000),
      '\ud800'.repeat(1000),
      'H4sIAAAAAAAA'.repeat(10),
      '-----BEGIN RSA PRIVATE KEY-----'.repeat(50),
      'eyJ'.repeat(5000),
      '%41'.repeat(3000),
      '1 '.repeat(5000),
      '://a:'.repeat(2000),
      'password='.repeat(2000),
      'a@'.repeat(5000),
      '+1('.repeat(2000),
      '\\u0041\\'.repeat(1000),
    ]
    for (const text of hostile) expect(() => redact(text)).not.toThrow()
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        redact(text, { secret })
      }),
      { seed: 8, numRuns: 500 },
    )
  })
})
