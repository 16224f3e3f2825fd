import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parseChangeSpec } from '../../../core/dte/changespec.ts'
import { changeSpecJsonSchema } from '../../../scripts/changespec-schema.ts'

const good = { version: 1, title: 't', risk: 'low', operations: [{ op: 'moveModule', from: 'a.ts', to: 'b.ts' }] }
const fault = (text: string, format?: 'json' | 'yaml'): string => {
  try {
    parseChangeSpec(text, format === undefined ? {} : { format })
    return 'fine'
  } catch (e) {
    const { code, errors } = e as { code: string; errors: { path: string; message: string }[] }
    return `${code} ${errors.map((x) => `${x.path}: ${x.message}`).join(' | ')}`
  }
}

describe('a ChangeSpec is read', () => {
  test('from JSON and YAML, byte order mark or not', () => {
    expect(parseChangeSpec(`\ufeff${JSON.stringify(good)}`).spec).toEqual(good)
    const yaml = 'version: 1\ntitle: t\nrisk: low\noperations:\n  - {op: moveModule, from: a.ts, to: b.ts}\n'
    expect(parseChangeSpec(yaml).raw).toEqual(good)
    expect(parseChangeSpec(JSON.stringify(good), { format: 'yaml' }).raw).toEqual(good)
  })
  test('or refused, with the place of each error', () => {
    const bad = {
      ...good,
      extra: 1,
      operations: [...good.operations, { op: 'renameSymbol', symbol: 'nowhere', to: '' }],
    }
    const text = fault(JSON.stringify(bad))
    expect(text).toMatch(/^INVALID_CHANGESPEC /)
    for (const path of ['extra: unknown key', 'operations[1].symbol: ', 'operations[1].to: '])
      expect(text).toContain(path)
  })
  test.each([
    ['not JSON', '{', 'json'],
    ['a key twice in JSON', '{"version":1,"version":1}', 'json'],
    ['a key twice in YAML', 'version: 1\nversion: 1\n', 'yaml'],
    ['too many aliases', `a: &a [x]\nb: [${'*a,'.repeat(200)}]\n`, 'yaml'],
    [
      'a bomb of aliases',
      `a: &a [x,x,x]\n${'bcdefghij'
        .split('')
        .map((k, i) => `${k}: &${k} [${`*${'abcdefghi'[i]},`.repeat(9)}]`)
        .join('\n')}\n`,
      'yaml',
    ],
    ['several documents', 'version: 1\n---\nversion: 1\n', 'yaml'],
    ['deep nesting', '['.repeat(10_000), 'json'],
    ['deep nesting in an object', `{"a":${'['.repeat(100)}${']'.repeat(100)}}`, 'json'],
    ['nothing', '', 'yaml'],
    ['a tag that makes code', 'a: !!js/function "x"\n', 'yaml'],
    ['too long', ' '.repeat(11 * 1024 * 1024), 'yaml'],
  ] as const)('refused: %s', (_, text, format) => {
    expect(fault(text, format)).toMatch(/^INVALID_CHANGESPEC /)
  })
})

test('changespec.schema.json is what the code says', () => {
  expect(readFileSync('changespec.schema.json', 'utf8')).toBe(changeSpecJsonSchema())
})
