import { describe, expect, test } from 'vitest'
import { refusal, result } from '../derived.ts'

type Position = 'before' | 'after' | 'first' | 'last'
const insert = (target: string, position: Position, code: string, more: object = {}) => ({
  op: 'insertNode' as const,
  target,
  position,
  code,
  ...more,
})

describe('code is inserted, laid out like its surroundings', () => {
  const cases: [what: string, target: string, position: Position, code: string, before: string, after: string][] = [
    [
      'a method, last',
      'a.ts#A',
      'last',
      'ping() {\n  return true\n}',
      'class A {\n  x() {\n    return 1\n  }\n}\n',
      'class A {\n  x() {\n    return 1\n  }\n\n  ping() {\n    return true\n  }\n}\n',
    ],
    [
      'a property, first',
      'a.ts#A',
      'first',
      'a = 1',
      'class A {\n\tx = 1\n\ty = 2\n}\n',
      'class A {\n\ta = 1\n\tx = 1\n\ty = 2\n}\n',
    ],
    ['into an empty class', 'a.ts#A', 'last', 'x = 1', 'class A {}\n', 'class A {\n  x = 1\n}\n'],
    ['into an empty class on two lines', 'a.ts#A', 'first', 'x = 1', 'class A {\n}\n', 'class A {\n  x = 1\n}\n'],
    [
      'a function after another, Windows line ends',
      'a.ts#f',
      'after',
      'function g() {\n  return 2\n}',
      'function f() {\r\n  return 1\r\n}\r\nf()\r\n',
      'function f() {\r\n  return 1\r\n}\r\n\r\nfunction g() {\r\n  return 2\r\n}\r\nf()\r\n',
    ],
    [
      'before, above its comments',
      'a.ts#f',
      'before',
      'const a = 1',
      '// file\n\n/** what f does */\n// and more\nfunction f() {}\n',
      '// file\n\nconst a = 1\n\n/** what f does */\n// and more\nfunction f() {}\n',
    ],
    [
      'after, behind a comment on the line',
      'a.ts#a',
      'after',
      'const b = 2',
      'const a = 1 // one\nconst c = 3\n',
      'const a = 1 // one\nconst b = 2\nconst c = 3\n',
    ],
    ['an enum member', 'a.ts#E', 'last', 'C', 'enum E {\n  A,\n  B,\n}\n', 'enum E {\n  A,\n  B,\n  C,\n}\n'],
    ['an enum member on one line', 'a.ts#E.A', 'before', 'Z', 'enum E { A, B }\n', 'enum E { Z, A, B }\n'],
    [
      'a property of an object',
      'a.ts#o',
      'last',
      'b: 2',
      'export const o = {\n  a: 1\n}\n',
      'export const o = {\n  a: 1,\n  b: 2\n}\n',
    ],
    [
      'a parameter',
      'a.ts#f.a',
      'after',
      'b: number',
      'function f(a: string) {}\n',
      'function f(a: string, b: number) {}\n',
    ],
    [
      'an import',
      'a.ts',
      'first',
      "import x from 'x'",
      "'use strict'\nimport y from 'y'\ny\n",
      "'use strict'\nimport x from 'x'\nimport y from 'y'\ny\n",
    ],
    [
      'the first statement stands behind imports',
      'a.ts',
      'first',
      'const a = 1',
      "import y from 'y'\n\ny\n",
      "import y from 'y'\n\nconst a = 1\n\ny\n",
    ],
    ['at the end of a file without a newline', 'a.ts', 'last', 'f()', 'const a = 1', 'const a = 1\n\nf()\n'],
    ['into an empty file', 'a.ts', 'last', 'f()', '', 'f()\n'],
    [
      'a statement in a function',
      'a.ts#f',
      'first',
      'log()',
      'function f() {\n    return 1\n}\n',
      'function f() {\n    log()\n    return 1\n}\n',
    ],
    [
      'an interface member',
      'a.ts#I',
      'last',
      'b: 2',
      'interface I {\n  a: 1\n}\n',
      'interface I {\n  a: 1\n  b: 2\n}\n',
    ],
    [
      'a template keeps its lines',
      'a.ts#f',
      'first',
      'const t = `\n  x\ny`',
      'function f() {\n  return 1\n}\n',
      'function f() {\n  const t = `\n  x\ny`\n  return 1\n}\n',
    ],
    ['a JSX attribute', 'a.tsx@1:12', 'last', 'b={2}', 'const x = <div a="1" />\n', 'const x = <div a="1" b={2} />\n'],
    ['a named import', 'a.ts@1:10', 'after', 'b', "import { a } from 'x'\na\n", "import { a, b } from 'x'\na\n"],
  ]
  test.each(cases)('%s', (_, target, position, code, before, after) => {
    const path = target.replace(/[#@].*/, '')
    expect(result({ [path]: before }, insert(target, position, code))[path]).toBe(after)
  })

  test('once only, with unlessExists', () => {
    const files = { 'a.ts': 'class A {\n  x() {}\n}\n' }
    const once = insert('a.ts#A', 'last', 'y() {}', { unlessExists: true })
    const after = result(files, once)
    expect(result(after, once)).toEqual(after)
    expect(refusal(after, insert('a.ts#A', 'last', 'y() {}'))).toBe('NAME_COLLISION a.ts:3:3 #0')
    const statement = insert('a.ts', 'last', 'console.log( 1 )', { unlessExists: true })
    expect(result(result(files, statement), statement)).toEqual(result(files, statement))
  })
  test('a static member beside one of its name, an overload beside its kin', () => {
    expect(refusal({ 'a.ts': 'class A { x() {} }\n' }, insert('a.ts#A', 'last', 'static x() {}'))).toBeUndefined()
    expect(
      refusal(
        { 'a.ts': 'function f(a: 1): void\nfunction f(a: any) {}\n' },
        insert('a.ts#f', 'before', 'function f(a: 2): void'),
      ),
    ).toBeUndefined()
  })
})

describe('an insertion is refused', () => {
  test.each([
    ['that does not parse', insert('a.ts#A', 'last', 'x( {'), 'SYNTAX_ERROR'],
    ['that breaks out of its place', insert('a.ts#A', 'last', '} evil(); class B {'), 'SYNTAX_ERROR'],
    ['that captures a name in use', insert('a.ts#f', 'first', 'const rate = 2'), 'NAME_COLLISION'],
    ['that captures a global', insert('a.ts', 'last', 'function parseInt() {}'), 'NAME_COLLISION'],
    ['where nothing stands', insert('a.ts#nobody', 'after', 'x'), 'SYMBOL_NOT_FOUND'],
    ['in a file that is not there', insert('b.ts', 'last', 'x'), 'SYMBOL_NOT_FOUND'],
    ['in a file of no known language', insert('a.xyz', 'last', 'x'), 'SYMBOL_NOT_FOUND'],
  ])('%s', (_, operation, code) => {
    const files = {
      'a.ts': 'class A {\n  m() {}\n}\nconst rate = 1\nfunction f() {\n  return parseInt("1") * rate\n}\nexport {}\n',
      'a.xyz': '',
    }
    expect(refusal(files, operation)?.split(' ')[0]).toBe(code)
  })
})
