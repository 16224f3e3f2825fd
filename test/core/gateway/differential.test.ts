import { describe, expect, it } from 'vitest'
import { redact } from '../../../core/gateway/redactor.ts'
import { namedRules, tokenRules } from '../../../core/gateway/secrets/index.ts'
import { compare, differentialFault, variants } from './differential.ts'
import sources from './format-sources.json' with { type: 'json' }
import { namedSamples, places, random, tokenSamples } from './samples.ts'

it('a second engine agrees on random texts of tokens, half tokens and what is between (the soak tries more)', () => {
  for (let seed = 1; seed <= 1_500; seed++) expect(differentialFault(seed)).toBeUndefined()
})

const encoded = new Set(['escaped line breaks', 'base 64', 'hex', 'percent escapes', 'unicode escapes'])
const plain = Object.entries(places).filter(([place]) => !encoded.has(place))

describe('each kind told by its shape, and what nearly is one', () => {
  const pick = random(41)
  const samples = tokenSamples(43).map(({ value }) => [value, ...variants(value, pick)])
  it.each(plain)('in: %s', (_place, put) => {
    for (let i = 0; i < samples.length; i += 20)
      expect(
        compare(
          samples
            .slice(i, i + 20)
            .flat()
            .map((v) => put(v))
            .join('\n \n'),
        ),
      ).toBeUndefined()
  })
})

describe('each kind told by a name: not with another length, another name, or the name of another thing', () => {
  const ways: Record<string, (n: string, v: string) => string> = {
    '.env': (n, v) => `export ${n}=${v}\n`,
    JSON: (n, v) => JSON.stringify({ [n.toLowerCase()]: v }),
    'JSON in JSON': (n, v) => JSON.stringify(JSON.stringify({ [n]: v })),
    YAML: (n, v) => `  ${n}: ${v}\n`,
    'YAML quoted': (n, v) => `- ${n}: '${v}'\n`,
    TOML: (n, v) => `${n} = "${v}"\n`,
    code: (n, v) => `const ${n}: string = '${v}'`,
    'object key': (n, v) => `{ ['${n}']: \`${v}\` }`,
    header: (n, v) => `${n.replace('_API_TOKEN', '-Api-Token')}: ${v}\r\n`,
    element: (n, v) => `<${n}>${v}</${n}>`,
    query: (n, v) => `https://h/p?${n}=${v}&b=1`,
    flag: (n, v) => `tool --${n.toLowerCase()} ${v}`,
    Ruby: (n, v) => `:${n} => "${v}"`,
    'added line': (n, v) => `+${n}=${v}\n`,
  }
  const samples = namedSamples(47)
  /** Without the other rules: a wrong Datadog key may be a right one of somebody else. */
  const alone = new Map(
    namedRules.map(({ type }) => [type, namedRules.filter((r) => r.type !== type).map((r) => r.type)]),
  )
  it.each(Object.entries(ways))('in: %s', (_way, put) => {
    for (const { type, name, value } of samples) {
      const found = (n: string, v: string): boolean =>
        redact(put(n, v), { pii: false, without: alone.get(type)! }).findings.some((f) => f.type === type)
      const { findings, sanitized } = redact(put(name, value), { pii: false })
      expect([type, value, findings.length, String(sanitized).includes(value)]).toEqual([type, value, 1, false])
      expect([type, value, found(name, value)]).toEqual([type, value, true])
      expect([type, 'name', found('SOMETHING_ELSE_API_TOKEN', value)]).toEqual([type, 'name', false])
      expect([type, 'thing', found(name.replace('_API_TOKEN', '_COMMIT_SHA'), value)]).toEqual([type, 'thing', false])
      expect([type, 'place', found(name, `${value}!${value}`)]).toEqual([type, 'place', false])
    }
  })
})

it('tells for each kind which public source of its format was opened, and whether that agrees', () => {
  const kinds = [...tokenRules, ...namedRules].map((rule) => rule.type)
  expect(Object.keys(sources.kinds).sort()).toEqual([...new Set(kinds)].sort())
  const opened = Object.values(sources.kinds).filter((s) => s !== null)
  // Confirmed where a published pattern takes values made from our shape, or our rule finds values made from the pattern.
  const confirmed = opened.filter((s) => s.agrees)
  expect([kinds.length, opened.length, confirmed.length]).toEqual([447, 341, 309])
  for (const { source } of opened) expect(source).toMatch(/^https:\/\/github\.com\/.+\/blob\/[0-9a-f]{40}\//)
})
