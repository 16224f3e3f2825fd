import { describe, expect, test } from 'vitest'
import { missingTest, textAt } from '../../../../core/dte/mutators/missing-test.ts'
import { chosen } from '../../../../core/dte/mutators/sample.ts'
import { type Node, untested } from '../../../../core/dte/mutators/untested-code.ts'

const mutant = (id: number, line: number, mutatorName = 'StringLiteral') => ({
  id: String(id),
  fileName: 'a.ts',
  mutatorName,
  location: { start: { line, column: 1 }, end: { line, column: 2 } },
})

describe('which mutants are tested', () => {
  const many = Array.from({ length: 40 }, (_, i) =>
    mutant(i, Math.floor(i / 4) + 1, i % 4 === 3 ? 'BlockStatement' : 'StringLiteral'),
  )
  test('so many of a line, different kinds first', () => {
    const found = chosen(many, { max: 100, perLine: 2 })
    expect(found).toHaveLength(20)
    for (const line of [1, 10]) {
      const kinds = found.filter((m) => m.location.start.line === line).map((m) => m.mutatorName)
      expect(kinds.sort()).toEqual(['BlockStatement', 'StringLiteral'])
    }
  })
  test('so many in all, over all the lines, and the same every time', () => {
    const found = chosen(many, { max: 5, perLine: 4 })
    expect(found.map((m) => m.location.start.line)).toEqual([1, 3, 5, 7, 9])
    expect(chosen([...many], { max: 5, perLine: 4 })).toEqual(found)
    expect(chosen(many, { max: 0, perLine: 4 })).toEqual([])
  })
})

const id = (name: string): Node => ({ type: 'Identifier', name })
const member = (object: Node, name: string): Node => ({ type: 'MemberExpression', object, property: id(name) })
const statement = (callee: Node): Node => ({
  type: 'ExpressionStatement',
  expression: { type: 'CallExpression', callee },
})

test.each([
  ['console.warn(…)', statement(member(id('console'), 'warn')), 'logging'],
  ['this.logger.child().info(…)', statement(member(member({ type: 'ThisExpression' }, 'logger'), 'info')), 'logging'],
  ['debug(…)', statement(id('debug')), 'logging'],
  ['process.emitWarning(…)', statement(member(id('process'), 'emitWarning')), 'logging'],
  ['process.exit(…)', statement(member(id('process'), 'exit')), undefined],
  ['metrics.increment(…)', statement(member(id('metrics'), 'increment')), 'telemetry'],
  ['cart.log(…)', statement(member(id('cart'), 'log')), undefined],
])('no mutants in %s: %s', (_, node, why) => {
  expect(untested(node, undefined)).toBe(why)
})

test('no mutants in the text of an error, and in other text there are', () => {
  const text: Node = { type: 'StringLiteral' }
  expect(untested(text, { type: 'NewExpression', callee: id('RangeError'), arguments: [text] })).toBe(
    'text of an error',
  )
  expect(untested(text, { type: 'NewExpression', callee: id('Label'), arguments: [text] })).toBeUndefined()
})

test.each([
  ['EqualityOperator', 'n > 10', 'n >= 10', 'Add the case at the boundary, where both sides of "n > 10" are equal.'],
  ['EqualityOperator', 'a === b', 'a !== b', 'Add a case on the other side of "a === b".'],
  ['ConditionalExpression', 'ready', 'true', 'Add a case in which "ready" is false, and assert on what follows.'],
  ['SomethingNew', 'x', 'y', 'Add a case that depends on "x".'],
])('%s, %s → %s: the missing test', (mutatorName, original, replacement, said) => {
  expect(missingTest({ mutatorName, replacement, status: 'Survived' }, original)).toBe(said)
  expect(missingTest({ mutatorName, replacement, status: 'NoCoverage' }, original)).toMatch(
    /^Call this code from a test, and /,
  )
})

test('the text at a place, over lines too', () => {
  const source = 'const a = {\n  b: 1,\n}\n'
  expect(textAt(source, { start: { line: 1, column: 11 }, end: { line: 3, column: 2 } })).toBe('{\n  b: 1,\n}')
  expect(textAt(source, { start: { line: 1, column: 7 }, end: { line: 1, column: 8 } })).toBe('a')
})
