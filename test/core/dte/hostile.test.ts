import { afterAll, describe, expect, test } from 'vitest'
import type { ChangeSpec, Operation } from '../../../core/contracts/index.ts'
import { checkChangeSpec, parseChangeSpec } from '../../../core/dte/changespec.ts'
import { deriveInChild } from '../../../core/dte/derive-in-child.ts'
import { derive } from '../../../core/dte/engine.ts'
import { stopRunners } from '../../../core/dte/runner.ts'
import { blobEntry, type Tree, treeFromFiles } from '../../../core/dte/tree.ts'
import { isAtomicError } from '../../../core/platform/errors.ts'
import { specOf } from './derived.ts'

afterAll(stopRunners)

async function codeOf(work: () => unknown): Promise<string> {
  try {
    await work()
    return 'done'
  } catch (error) {
    if (!isAtomicError(error)) throw error
    return error.code
  }
}

const head = '{"version":1,"title":"t","risk":"low","operations":['
const deep = (depth: number): unknown => JSON.parse('['.repeat(depth) + ']'.repeat(depth))
const json = (text: string) => () => parseChangeSpec(text, { format: 'json' })
const yaml = (text: string) => () => parseChangeSpec(text, { format: 'yaml' })

describe('malformed and enormous specs are refused, and soon', () => {
  test.each<[string, () => unknown]>([
    ['more than 10 MB', json(`${head}${' '.repeat(10 * 1024 * 1024)}]}`)],
    ['more than 10 MB of YAML', yaml(`# ${'x'.repeat(10 * 1024 * 1024)}`)],
    [
      '10,001 operations',
      json(`${head}${Array.from({ length: 10_001 }, () => '{"op":"deleteNode","target":"a.ts#a"}').join()}]}`),
    ],
    ['a hundred thousand arrays in arrays', json('['.repeat(100_000))],
    ['the same in YAML', yaml('['.repeat(100_000))],
    ['maps in maps, in block style', yaml(Array.from({ length: 3_000 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'))],
    ['maps in maps', json(`${head}${'{"a":'.repeat(500)}1${'}'.repeat(500)}]}`)],
    [
      'a rule that is nested deeply, as a value',
      () =>
        checkChangeSpec({
          ...specOf({ op: 'moveModule', from: 'a.ts', to: 'b.ts' }),
          invariants: [{ type: 'semanticRule', rule: { all: deep(50_000) }, language: 'typescript', expect: 'absent' }],
        }),
    ],
    ['aliases by the hundred', yaml(`a: &a [x,x]\n${Array.from({ length: 200 }, (_, i) => `b${i}: *a`).join('\n')}\n`)],
    [
      'aliases of aliases',
      yaml(
        `a0: &a0 [x]\n${Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]`).join('\n')}\n`,
      ),
    ],
    ['an alias of what it stands in', yaml('a: &a [*a]\n')],
    ['a key that stands twice', json('{"version":1,"version":1}')],
    ['a key of the prototype', json('{"__proto__":{"version":1},"version":1}')],
    ['nothing', json('')],
    ['bytes', yaml('\u0000\u0001')],
  ])('%s', async (_, read) => {
    const started = performance.now()
    expect(await codeOf(read)).toBe('INVALID_CHANGESPEC')
    expect(performance.now() - started).toBeLessThan(15_000)
  })

  test('just under 10 MB is read', () => {
    const code = `// ${'x'.repeat(9 * 1024 * 1024)}`
    const operation = { op: 'insertNode', target: 'a.ts', position: 'last', code }
    const text = `${head}${JSON.stringify(operation)}]}`
    expect(json(text)()).toMatchObject({ spec: { operations: [operation] } })
  })
})

describe('10,000 operations end in their result or in a limit', () => {
  const lines = (name: string, n: number): string =>
    Array.from({ length: n }, (_, i) => `export const ${name}${i} = ${i}\n`).join('')
  const patch = (path: string, line: number, was: string, is: string): Operation => ({
    op: 'patch',
    diff: `--- a/${path}\n+++ b/${path}\n@@ -${line} +${line} @@\n-${was}\n+${is}\n`,
  })
  test('of small files: their result', { timeout: 120_000 }, async () => {
    const files = Object.fromEntries(Array.from({ length: 100 }, (_, f) => [`src/m${f}.ts`, lines(`a${f}_`, 100)]))
    const operations = Array.from({ length: 10_000 }, (_, k) => {
      const [f, i] = [Math.floor(k / 100), k % 100]
      return patch(`src/m${f}.ts`, i + 1, `export const a${f}_${i} = ${i}`, `export const a${f}_${i} = -1`)
    })
    const spec: ChangeSpec = { ...specOf(...operations), batching: { by: 'size' } }
    const { answer } = await deriveInChild(spec, treeFromFiles(files))
    expect(answer.operations).toHaveLength(10_000)
    expect(Object.keys(answer.files)).toHaveLength(100)
    expect(answer.files['src/m7.ts']).toBe(files['src/m7.ts']?.replace(/= \d+/g, '= -1'))
  })
  test('that each make a large file anew: a limit', () => {
    const line = (i: number): string => `${i} ${'x'.repeat(400)}`
    const text = Array.from({ length: 10_000 }, (_, i) => `${line(i)}\n`).join('')
    const operations = Array.from({ length: 10_000 }, (_, i) => patch('a.md', i + 1, line(i), `${i}`))
    const spec = specOf(...operations)
    expect(() => derive(spec, spec, treeFromFiles({ 'a.md': text }))).toThrow(
      expect.objectContaining({ code: 'RESOURCE_LIMIT', operation: expect.any(Number) as number }),
    )
  })
  test('that move one large file to and fro: a limit', () => {
    const operations = Array.from({ length: 10_000 }, (_, i) => ({
      op: 'patch' as const,
      diff: `diff --git a/${i % 2 ? 'b' : 'a'}.md b/${i % 2 ? 'a' : 'b'}.md\nsimilarity index 100%\nrename from ${i % 2 ? 'b' : 'a'}.md\nrename to ${i % 2 ? 'a' : 'b'}.md\n`,
    }))
    const spec = specOf(...operations)
    expect(() => derive(spec, spec, treeFromFiles({ 'a.md': 'x\n'.repeat(500_000) }))).toThrow(
      expect.objectContaining({ code: 'RESOURCE_LIMIT' }),
    )
  })
  test('that take long: the limit of time, with the operation that was reached', { timeout: 60_000 }, async () => {
    const operations = Array.from({ length: 10_000 }, (_, i) => ({
      op: 'renameSymbol' as const,
      symbol: `a.ts#a${i}`,
      to: `b${i}`,
    }))
    const tree = treeFromFiles({ 'a.ts': lines('a', 10_000) })
    const refused = await deriveInChild(specOf(...operations), tree, { limits: { timeMs: 3_000 } }).catch(
      (error: unknown) => error,
    )
    expect(refused).toMatchObject({
      code: 'RESOURCE_LIMIT',
      message: expect.stringMatching(/longer than 3 s. It was at operation \d+ of 10000/) as string,
      operation: expect.any(Number) as number,
    })
  })
})

describe('code and templates that are nested deeply end in a limit, not in a crash', () => {
  const many = 20_000
  test.each<[string, Record<string, string>, Operation]>([
    [
      'a template',
      { 'a.ts': 'export function f(a: number) { return a }\nf(1)\n' },
      { op: 'replaceAPI', target: 'a.ts#f', replacement: `${'('.repeat(many)}$0${')'.repeat(many)}` },
    ],
    [
      'inserted code',
      { 'a.ts': 'export {}\n' },
      { op: 'insertNode', target: 'a.ts', position: 'last', code: `x = ${'['.repeat(many)}${']'.repeat(many)}` },
    ],
    [
      'a file of the tree',
      { 'a.ts': `export const a = ${'['.repeat(many)}${']'.repeat(many)}\n` },
      { op: 'renameSymbol', symbol: 'a.ts#a', to: 'b' },
    ],
    [
      'a sum of many terms',
      { 'a.ts': `export const a = 1\nexport const b = ${'a + '.repeat(many)}a\n` },
      { op: 'renameSymbol', symbol: 'a.ts#a', to: 'c' },
    ],
  ])('%s', { timeout: 60_000 }, async (_, files, operation) => {
    const limits = { timeMs: 2_000 }
    const code = await codeOf(() => deriveInChild(specOf(operation), treeFromFiles(files), { limits }))
    expect(['RESOURCE_LIMIT', 'done']).toContain(code)
  })
})

describe('paths that lead out, and places that are not ours', () => {
  const tree: Tree = new Map([
    ...treeFromFiles({ 'a.ts': 'export const a = 1\n', 'b.ts': '', 'bad.ts': 'const = = {{{ ( known\n' }),
    ['out', blobEntry('../../etc', '120000')],
    ['link.ts', blobEntry('a.ts', '120000')],
    ['sub', { mode: '160000', oid: '1'.repeat(40) }],
  ])
  const run = (...operations: Operation[]): Promise<string> => {
    const spec = specOf(...operations)
    return codeOf(() => derive(spec, spec, tree))
  }
  test.each([
    ['..', '../x.ts', 'PATH_ESCAPES'],
    ['.. further in', 'src/../../x.ts', 'PATH_ESCAPES'],
    ['a path from the root', '/etc/x.ts', 'PATH_ESCAPES'],
    ['a drive', 'C:/x.ts', 'PATH_ESCAPES'],
    ['.git in any letters', 'src/.GIT/x.ts', 'PATH_ESCAPES'],
    ['a backslash', 'src\\x.ts', 'PATH_ESCAPES'],
    ['through a link that leads out', 'out/x.ts', 'PATH_ESCAPES'],
    ['over a link', 'link.ts', 'PATH_TAKEN'],
    ['into a submodule', 'sub/x.ts', 'PATH_ESCAPES'],
    ['under a file', 'b.ts/x.ts', 'PATH_TAKEN'],
    ['over a file', 'b.ts', 'PATH_TAKEN'],
  ])('a move %s', async (_, to, code) => {
    expect(await run({ op: 'moveModule', from: 'a.ts', to })).toBe(code)
  })
  test.each(['../a.ts', '/a.ts', '.git/a.ts', 'out/a.ts', 'link.ts', 'node_modules/a.ts'])(
    'a symbol in %s is none of the tree',
    async (path) => {
      expect(await run({ op: 'renameSymbol', symbol: `${path}#a`, to: 'z' })).toMatch(
        /^(SYMBOL_NOT_FOUND|PATH_ESCAPES)$/,
      )
    },
  )
  test('node_modules is not moved into, nor patched', async () => {
    expect(await run({ op: 'moveModule', from: 'a.ts', to: 'node_modules/x/a.ts' })).toBe('PATH_ESCAPES')
    const diff = '--- /dev/null\n+++ b/node_modules/x.ts\n@@ -0,0 +1 @@\n+x\n'
    expect(await run({ op: 'patch', diff })).toBe('PATCH_FAILS')
  })
  test('a file that does not parse is left alone, and what would not parse is refused', async () => {
    expect(await run({ op: 'renameSymbol', symbol: 'a.ts#a', to: 'b' })).toBe('done')
    expect(await run({ op: 'renameSymbol', symbol: 'bad.ts#nobody', to: 'b' })).toBe('SYMBOL_NOT_FOUND')
    expect(await run({ op: 'insertNode', target: 'a.ts', position: 'last', code: 'function (' })).toBe('SYNTAX_ERROR')
    expect(await run({ op: 'insertNode', target: 'bad.ts', position: 'last', code: 'const c = 1' })).toMatch(
      /^(SYNTAX_ERROR|done)$/,
    )
  })
})
