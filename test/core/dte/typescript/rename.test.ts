import { describe, expect, test } from 'vitest'
import { derive } from '../../../../core/dte/engine.ts'
import { treeFromFiles } from '../../../../core/dte/tree.ts'
import { refusal, result, specOf } from '../derived.ts'

const rename = (symbol: string, to: string, more: object = {}) => ({ op: 'renameSymbol' as const, symbol, to, ...more })

describe('a rename reaches every reference and nothing else', () => {
  const cases: [
    what: string,
    symbol: string,
    to: string,
    before: Record<string, string>,
    after: Record<string, string>,
  ][] = [
    [
      'through imports, re-exports, namespaces and types',
      'a.ts#getUser',
      'fetchUser',
      {
        'a.ts': 'export function getUser() { return 1 }\nexport type T = ReturnType<typeof getUser>\n',
        'b.ts':
          "import { getUser } from './a'\nimport * as a from './a'\ngetUser(); a.getUser(); a['getUser']()\nlet t: typeof import('./a').getUser\n",
        'c.ts': "export { getUser } from './a'\nexport * from './b'\n",
        'd.ts': "import { getUser as g } from './c'\ng()\nconst getUser = 1\n",
      },
      {
        'a.ts': 'export function fetchUser() { return 1 }\nexport type T = ReturnType<typeof fetchUser>\n',
        'b.ts':
          "import { fetchUser } from './a'\nimport * as a from './a'\nfetchUser(); a.fetchUser(); a['fetchUser']()\nlet t: typeof import('./a').fetchUser\n",
        'c.ts': "export { fetchUser } from './a'\nexport * from './b'\n",
        'd.ts': "import { fetchUser as g } from './c'\ng()\nconst getUser = 1\n",
      },
    ],
    [
      'a variable keeps the property of a shorthand',
      'a.ts#x',
      'y',
      { 'a.ts': 'const x = 1\nexport const o = { x }\no.x\n' },
      { 'a.ts': 'const y = 1\nexport const o = { x: y }\no.x\n' },
    ],
    [
      'a property keeps the variables of shorthands and patterns',
      'a.ts#O.x',
      'y',
      {
        'a.ts':
          'interface O { x: number }\nconst x = 1\nconst o: O = { x }\nconst { x: z } = o\nfunction f({ x }: O) { return x }\nlet q: O["x"]; "x" in o; ({ x: q } = o)\n',
      },
      {
        'a.ts':
          'interface O { y: number }\nconst x = 1\nconst o: O = { y: x }\nconst { y: z } = o\nfunction f({ y: x }: O) { return x }\nlet q: O["y"]; "y" in o; ({ y: q } = o)\n',
      },
    ],
    [
      'members with those they override and implement',
      'a.ts#Base.run',
      'start',
      {
        'a.ts':
          'interface I { run(): void }\nclass Base implements I { run() {} }\nclass D extends Base { override run() { super.run() } }\nclass Other { run() {} }\nnew D().run(); new Other().run()\n',
      },
      {
        'a.ts':
          'interface I { start(): void }\nclass Base implements I { start() {} }\nclass D extends Base { override start() { super.start() } }\nclass Other { run() {} }\nnew D().start(); new Other().run()\n',
      },
    ],
    [
      'a parameter with its documentation',
      'a.ts#f.old',
      'neu',
      { 'a.ts': '/** @param old what */\nexport function f(old: number) { return { old } }\n' },
      { 'a.ts': '/** @param neu what */\nexport function f(neu: number) { return { old: neu } }\n' },
    ],
    [
      'a parameter property',
      'a.ts#C.a',
      'b',
      { 'a.ts': 'class C { constructor(private a: number) { a + this.a } }\n' },
      { 'a.ts': 'class C { constructor(private b: number) { b + this.b } }\n' },
    ],
    [
      'a private member',
      'a.ts#C.#a',
      'b',
      { 'a.ts': 'class C { #a = 1; m() { return this.#a + (#a in this ? 1 : 0) } }\n' },
      { 'a.ts': 'class C { #b = 1; m() { return this.#b + (#b in this ? 1 : 0) } }\n' },
    ],
    [
      'an enum member',
      'a.ts#E.A',
      'B',
      { 'a.ts': "enum E { A }\nE.A; E['A']\n" },
      { 'a.ts': "enum E { B }\nE.B; E['B']\n" },
    ],
    [
      'a type parameter',
      'a.ts@1:12',
      'U',
      { 'a.ts': 'function f<T>(a: T): T { return a }\ntype T = 1\n' },
      { 'a.ts': 'function f<U>(a: U): U { return a }\ntype T = 1\n' },
    ],
    [
      'a label',
      'a.ts@1:1',
      'next',
      { 'a.ts': 'loop: for (;;) { for (;;) break loop }\n' },
      { 'a.ts': 'next: for (;;) { for (;;) break next }\n' },
    ],
    [
      'merged declarations',
      'a.ts#M',
      'N',
      { 'a.ts': 'class M {}\nnamespace M { export const x = 1 }\ninterface M { y: 1 }\nM.x\n' },
      { 'a.ts': 'class N {}\nnamespace N { export const x = 1 }\ninterface N { y: 1 }\nN.x\n' },
    ],
    [
      'a default export with imports of its name',
      'a.ts#default',
      'Bar',
      { 'a.ts': 'export default class Foo {}\n', 'b.ts': "import Foo from './a'\nnew Foo()\n" },
      { 'a.ts': 'export default class Bar {}\n', 'b.ts': "import Bar from './a'\nnew Bar()\n" },
    ],
    [
      'an import of somebody else’s',
      'a.ts#get',
      'pick',
      { 'a.ts': "import { get } from 'lodash'\nget(1)\n" },
      { 'a.ts': "import { get as pick } from 'lodash'\npick(1)\n" },
    ],
    [
      'JSX components and attributes',
      'a.tsx#Props.size',
      'width',
      {
        'a.tsx':
          'interface Props { size: number }\nfunction Box({ size }: Props) { return size as any }\nexport const b = <Box size={1} />\n',
        'jsx.d.ts': 'declare namespace JSX { interface ElementAttributesProperty {} }\n',
      },
      {
        'a.tsx':
          'interface Props { width: number }\nfunction Box({ width: size }: Props) { return size as any }\nexport const b = <Box width={1} />\n',
        'jsx.d.ts': 'declare namespace JSX { interface ElementAttributesProperty {} }\n',
      },
    ],
    [
      'JavaScript with JSDoc and CommonJS',
      'a.js#get',
      'take',
      { 'a.js': 'function get() {}\nmodule.exports = { get }\n', 'b.js': "const { get } = require('./a')\nget()\n" },
      {
        'a.js': 'function take() {}\nmodule.exports = { take }\n',
        'b.js': "const { take } = require('./a')\ntake()\n",
      },
    ],
    [
      'bytes outside stay',
      'a.ts#a',
      'b',
      { 'a.ts': '\ufeffconst a = 1;\r\n\tvar  q = a ;\r\n\r\n' },
      { 'a.ts': '\ufeffconst b = 1;\r\n\tvar  q = b ;\r\n\r\n' },
    ],
    ['unicode escapes', 'a.ts#ab', 'c', { 'a.ts': 'const ab = 1\n\\u0061b\n' }, { 'a.ts': 'const c = 1\nc\n' }],
  ]
  test.each(cases)('%s', (_, symbol, to, before, after) => {
    expect(result(before, rename(symbol, to))).toEqual(after)
  })

  test('a spec that names one project is told of what that project does not see', () => {
    const files = {
      'tsconfig.json': '{ "include": ["src"] }\n',
      'src/a.ts': 'export const old = 1\n',
      'test/a.ts': "import { old } from '../src/a'\nold\n",
    }
    const spec = { ...specOf(rename('src/a.ts#old', 'neu')), project: 'tsconfig.json' }
    const { answer } = derive(spec, spec, treeFromFiles(files))
    expect(Object.keys(answer.files)).toEqual(['src/a.ts'])
    expect(answer.warnings).toEqual([
      'operations[0]: old is mentioned in files that tsconfig.json does not cover: test/a.ts',
    ])
    expect(result(files, rename('src/a.ts#old', 'neu'))['test/a.ts']).toBe("import { neu } from '../src/a'\nneu\n")
  })

  test('comments and strings when asked', () => {
    const files = { 'a.ts': "// get it; target\nexport const get = 'get `get`'\nconst t = `get ${get}` /* get */\n" }
    expect(result(files, rename('a.ts#get', 'put', { inComments: true }))['a.ts']).toBe(
      "// put it; target\nexport const put = 'get `get`'\nconst t = `get ${put}` /* put */\n",
    )
    expect(result(files, rename('a.ts#get', 'put', { inStrings: true }))['a.ts']).toBe(
      "// get it; target\nexport const put = 'put `put`'\nconst t = `put ${put}` /* get */\n",
    )
  })

  test('a deprecated alias when asked, in the module and where it is passed on', () => {
    const files = { 'a.ts': 'export function old() {}\n', 'index.ts': "export { old } from './a'\n" }
    const after = result(files, rename('a.ts#old', 'neu', { keepAlias: true }))
    expect(after['index.ts']).toBe("export { neu, /** @deprecated Use neu instead. */ neu as old } from './a'\n")
    expect(after['a.ts']).toBe(
      'export function neu() {}\n\nexport {\n  /** @deprecated Use neu instead. */\n  neu as old,\n}\n',
    )
  })
})

describe('a rename that would change a meaning is refused', () => {
  const cases: [what: string, files: Record<string, string>, symbol: string, to: string, code: string][] = [
    [
      'captured by a parameter',
      { 'a.ts': 'const rate = 2\nfunction f(tax: number) { return tax * rate }\n' },
      'a.ts#rate',
      'tax',
      'NAME_COLLISION a.ts:2:40 #0',
    ],
    [
      'capturing a global',
      { 'a.ts': 'function f(a: string) { return parseInt(a) }\nexport const x = 1\n' },
      'a.ts#f.a',
      'parseInt',
      'NAME_COLLISION a.ts:1:32 #0',
    ],
    ['declared there already', { 'a.ts': 'let a = 1\nlet b = 2\n' }, 'a.ts#a', 'b', 'NAME_COLLISION a.ts:2:5 #0'],
    [
      'merging with an interface',
      { 'a.ts': 'class A {}\ninterface B { x: 1 }\n' },
      'a.ts#A',
      'B',
      'NAME_COLLISION a.ts:1:7 #0',
    ],
    [
      'overridden by a subclass',
      { 'a.ts': 'class A { x() {} }\nclass B extends A { y() {} }\n' },
      'a.ts#A.x',
      'y',
      'NAME_COLLISION a.ts:2:21 #0',
    ],
    ['a member twice', { 'a.ts': 'class A { x() {}; y() {} }\n' }, 'a.ts#A.x', 'y', 'NAME_COLLISION a.ts:1:11 #0'],
    [
      'shadowed in a block',
      { 'a.ts': 'const a = 1\n{ const b = 2; a }\n' },
      'a.ts#a',
      'b',
      'NAME_COLLISION a.ts:2:16 #0',
    ],
    [
      'an unresolved global',
      { 'a.ts': 'const a = 1\nprocess\nexport {}\n' },
      'a.ts#a',
      'process',
      'NAME_COLLISION a.ts:2:1 #0',
    ],
    [
      'two export stars',
      {
        'a.ts': 'export const x = 1\n',
        'b.ts': 'export const y = 1\n',
        'i.ts': "export * from './a'\nexport * from './b'\n",
      },
      'a.ts#x',
      'y',
      'NAME_COLLISION i.ts:1:1 #0',
    ],
    [
      'a member of the library',
      {
        'a.ts':
          'class A implements Iterable<1> { [Symbol.iterator](): any {} }\nclass B extends Array { push(): any {} }\n',
      },
      'a.ts#B.push',
      'add',
      'SYMBOL_NOT_RENAMABLE a.ts:1:1 #0',
    ],
    ['a dependency', { 'a.ts': '' }, 'module:lodash#get', 'x', 'SYMBOL_NOT_RENAMABLE  #0'],
    [
      'a base nobody can see',
      { 'a.ts': "import { Base } from 'dep'\nclass A extends Base { run() {} }\n" },
      'a.ts#A.run',
      'go',
      'TYPES_MISSING a.ts:2:24 #0',
    ],
    [
      'a component that becomes an intrinsic',
      { 'a.tsx': 'function Box() { return null }\nexport const b = <Box />\n' },
      'a.tsx#Box',
      'box',
      'NAME_COLLISION a.tsx:2:19 #0',
    ],
    ['a word of the language', { 'a.ts': 'const a = 1\n' }, 'a.ts#a', 'class', 'NAME_COLLISION a.ts:1:1 #0'],
    ['no name', { 'a.ts': 'const a = 1\n' }, 'a.ts#a', 'a b', 'INVALID_CHANGESPEC a.ts:1:1 #0'],
    ['no such symbol', { 'a.ts': 'const a = 1\n' }, 'a.ts#b', 'c', 'SYMBOL_NOT_FOUND a.ts:1:1 #0'],
    ['no such file', { 'a.ts': '' }, 'b.ts#b', 'c', 'SYMBOL_NOT_FOUND b.ts:1:1 #0'],
    [
      'more than one',
      { 'a.ts': 'class A { x = 1; static x = 2 }\n' },
      'a.ts#A.x',
      'y',
      'SYMBOL_AMBIGUOUS a.ts:1:11 #0',
    ],
  ]
  test.each(cases)('%s', (_, files, symbol, to, code) => {
    expect(refusal(files, rename(symbol, to))).toBe(code)
  })
})
