import { describe, expect, test } from 'vitest'
import { refusal, result } from '../derived.ts'

const remove = (target: string, whenReferenced?: 'fail' | 'cascade') => ({
  op: 'deleteNode' as const,
  target,
  ...(whenReferenced === undefined ? {} : { whenReferenced }),
})

describe('a declaration is deleted with what belongs to it', () => {
  test.each([
    [
      'a function and its comments',
      'a.ts#b',
      'const a = 1\n\n/** about b */\nfunction b() {}\n\nconst c = 3\n',
      'const a = 1\n\nconst c = 3\n',
    ],
    ['the first', 'a.ts#a', 'const a = 1\nconst b = 2\n', 'const b = 2\n'],
    ['the last', 'a.ts#b', 'const a = 1\n\nconst b = 2\n', 'const a = 1\n'],
    ['one of several variables', 'a.ts#b', 'let a = 1, b = 2, c = 3\n', 'let a = 1, c = 3\n'],
    ['the last of several variables', 'a.ts#b', 'let a = 1, b = 2\n', 'let a = 1\n'],
    ['a member', 'a.ts#A.x', 'class A {\n  x() {}\n\n  y() {}\n}\n', 'class A {\n  y() {}\n}\n'],
    ['the last member', 'a.ts#A.y', 'class A {\n  x() {}\n\n  y() {} // y\n}\n', 'class A {\n  x() {}\n}\n'],
    ['an enum member', 'a.ts#E.B', 'enum E {\n  A,\n  B,\n}\n', 'enum E {\n  A,\n}\n'],
    ['an enum member on one line', 'a.ts#E.A', 'enum E { A, B }\n', 'enum E { B }\n'],
    [
      'a property',
      'a.ts#o.b',
      'export const o = {\n  a: 1,\n  b: 2, // two\n  c: 3,\n}\n',
      'export const o = {\n  a: 1,\n  c: 3,\n}\n',
    ],
    [
      'all overloads',
      'a.ts#f',
      'function f(a: 1): 1\nfunction f(a: 2): 2\nfunction f(a: any) { return a }\nconst x = 1\n',
      'const x = 1\n',
    ],
    ['an import', 'a.ts#b', "import { a, b } from 'x'\na\n", "import { a } from 'x'\na\n"],
    ['the only import', 'a.ts#a', "import { a } from 'x'\nb\n", 'b\n'],
    ['a default import beside others', 'a.ts#d', "import d, { a } from 'x'\na\n", "import { a } from 'x'\na\n"],
    ['a recursive function', 'a.ts#f', 'function f() { f() }\nexport {}\n', 'export {}\n'],
    ['Windows line ends', 'a.ts#b', 'const a = 1\r\nconst b = 2\r\nconst c = 3\r\n', 'const a = 1\r\nconst c = 3\r\n'],
  ])('%s', (_, target, before, after) => {
    expect(result({ 'a.ts': before }, remove(target))['a.ts']).toBe(after)
  })

  test('not while it is used, with every place', () => {
    const files = {
      'a.ts': 'export function old() {}\n',
      'b.ts': "import { old } from './a'\n\nold()\nexport const keep = 1\n",
      'c.ts': "export { old as legacy } from './a'\n",
    }
    expect(refusal(files, remove('a.ts#old'))).toBe('STILL_REFERENCED b.ts:1:10 #0')
  })

  test('with what uses it, when asked', () => {
    const files = {
      'a.ts': 'export function old() {}\nexport const keep = 1\n',
      'b.ts': "import { keep, old } from './a'\n\nold()\nconst made = old()\nmade\nkeep\n",
      'c.ts': "export { old as legacy } from './a'\nexport { keep } from './a'\n",
      'd.ts': "import { legacy } from './c'\n\nlegacy()\nexport {}\n",
    }
    expect(result(files, remove('a.ts#old', 'cascade'))).toEqual({
      'a.ts': 'export const keep = 1\n',
      'b.ts': "import { keep } from './a'\n\nkeep\n",
      'c.ts': "export { keep } from './a'\n",
      'd.ts': 'export {}\n',
    })
    const torn = { 'a.ts': 'function old() { return 1 }\nexport function f() {\n  return old()\n}\n' }
    expect(refusal(torn, remove('a.ts#old', 'cascade'))).toBe('STILL_REFERENCED a.ts:3:10 #0')
  })
})

describe('a parameter goes with what calls give for it, or not at all', () => {
  const f = 'export function f(a: number, b = 2, c = 3) {\n  return a + c\n}\n'
  const after = 'export function f(a: number, c = 3) {\n  return a + c\n}\n'
  test.each([
    [
      'nothing gives it',
      { 'a.ts': f, 'b.ts': "import { f } from './a'\nf(1)\n" },
      undefined,
      "import { f } from './a'\nf(1)\n",
    ],
    [
      'its arguments go too when asked',
      { 'a.ts': f, 'b.ts': "import { f as g } from './a'\ng(1, 2, 3)\ng(1, 2)\n" },
      'cascade' as const,
      "import { f as g } from './a'\ng(1, 3)\ng(1)\n",
    ],
  ])('%s', (_, files, whenReferenced, b) => {
    const got = result(files, remove('a.ts#f.b', whenReferenced))
    expect(got).toEqual({ 'a.ts': after, 'b.ts': b })
  })
  test.each([
    ['calls give it', "import { f } from './a'\nf(1, 2)\n", undefined, 'STILL_REFERENCED b.ts:2:1 #0'],
    [
      'an argument does something',
      "import { f } from './a'\nf(1, Math.random())\n",
      'cascade' as const,
      'STILL_REFERENCED b.ts:2:6 #0',
    ],
    [
      'arguments are spread',
      "import { f } from './a'\nf(...([1, 2] as const))\n",
      'cascade' as const,
      'STILL_REFERENCED b.ts:2:1 #0',
    ],
    [
      'the function is handed on',
      "import { f } from './a'\n[1].map(f)\n",
      'cascade' as const,
      'STILL_REFERENCED b.ts:2:9 #0',
    ],
  ])('refused where %s', (_, b, whenReferenced, code) => {
    expect(refusal({ 'a.ts': f, 'b.ts': b }, remove('a.ts#f.b', whenReferenced))).toBe(code)
  })
  test('refused where the function is overridden or handed on under another name', () => {
    const over =
      'class A { m(a: number, b = 1) { return a } }\nclass B extends A { override m(a: number, b = 2) { return b } }\n'
    expect(refusal({ 'a.ts': over }, remove('a.ts@1:24', 'cascade'))).toBe('STILL_REFERENCED a.ts:2:30 #0')
    const named = { 'a.ts': f, 'b.ts': "import { f as g } from './a'\n[1].map(g)\n" }
    expect(refusal(named, remove('a.ts#f.b', 'cascade'))).toBe('STILL_REFERENCED b.ts:2:9 #0')
  })
  test('of a constructor and of a method', () => {
    const c =
      'export class C {\n  constructor(a: number, b: number) { a }\n  m(a: number, b: number) { return a }\n}\nnew C(1, 2).m(1, 2)\n'
    expect(result({ 'a.ts': c }, remove('a.ts@3:16', 'cascade'))['a.ts']).toContain(
      'm(a: number) { return a }\n}\nnew C(1, 2).m(1)',
    )
    expect(result({ 'a.ts': c }, remove('a.ts@2:26', 'cascade'))['a.ts']).toContain('new C(1).m(1, 2)')
  })
})
