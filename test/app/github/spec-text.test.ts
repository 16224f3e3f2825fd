import { describe, expect, test } from 'vitest'
import { readSpec } from '../../../app/github/spec-text.ts'
import { atomicBlocks } from '../../../core/orchestrator/commands/atomic-blocks.ts'

const good = { version: 1, title: 't', risk: 'low', operations: [{ op: 'moveModule', from: 'a.ts', to: 'b.ts' }] }
const places = (text: string, format: 'json' | 'yaml') => {
  const reading = readSpec(text, format)
  return reading.kind === 'spec' ? [] : reading.findings.map((f) => `${f.line}:${f.column} ${f.path}`)
}

describe('readSpec', () => {
  test('takes JSON and YAML as they were written', () => {
    expect(readSpec(JSON.stringify(good), 'json')).toMatchObject({ kind: 'spec', raw: good })
    const yaml = 'version: 1\ntitle: t\nrisk: low\noperations:\n  - { op: moveModule, from: a.ts, to: b.ts }\n'
    expect(readSpec(yaml, 'yaml')).toMatchObject({ kind: 'spec', raw: good })
    expect(readSpec(JSON.stringify(good, null, '\t'), 'json').kind).toBe('spec')
  })

  test('names the place of every mistake', () => {
    const text = JSON.stringify({ ...good, risk: 'huge', operations: [{ op: 'moveModule', from: 'a.ts' }] }, null, '\t')
    expect(places(text, 'json')).toEqual(['4:10 risk', '6:3 operations[0].to'])
    expect(places('version: 1\ntitle: x\n  risk: low\n', 'yaml')[0]).toBe('2:8 ')
    expect(places('{"version": 1, "version": 1}', 'json')).toEqual(['1:16 '])
    expect(places('{"version": 1,}', 'json')).toHaveLength(1)
    expect(places('', 'yaml')).toEqual(['1:1 '])
  })

  test('repeats nothing of a text that it cannot read', () => {
    const reading = readSpec("{'token': 's3cr3t'}", 'json')
    expect(JSON.stringify(reading)).not.toContain('s3cr3t')
  })

  test('is not multiplied by aliases', () => {
    const bomb = [
      'a: &a [1,1,1,1,1,1,1,1,1]',
      ...'bcdefg'.split('').map((c, i) => `${c}: &${c} [${`*${'abcdefg'[i]},`.repeat(9)}]`),
    ]
    expect(places(bomb.join('\n'), 'yaml')).toEqual(['1:1 '])
  })
})

test('only fenced blocks of the top level are a ChangeSpec', () => {
  const body =
    '```atomic\na\n```\n\n> ```atomic\n> b\n> ```\n\n- ```atomic\n  c\n  ```\n\n    ```atomic\n    d\n    ```\n\n```ATOMIC\ne\n```\n'
  expect(atomicBlocks(body)).toEqual(['a', 'e'])
})
