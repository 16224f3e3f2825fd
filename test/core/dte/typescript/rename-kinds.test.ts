import { expect, test } from 'vitest'
import { type ChangeCase, changed, type RefusalCase, refusal } from '../derived.ts'

test.each<ChangeCase>([
  [
    'namespace',
    {
      'a.ts': 'export namespace N { export const x = 1; export type T = 1 }\nN.x; let t: N.T\n',
      'b.ts': "import { N } from './a'\nimport Q = N.x\nN.x; Q\n",
    },
    [{ op: 'renameSymbol', symbol: 'a.ts#N', to: 'M' }],
    {
      'a.ts': 'export namespace M { export const x = 1; export type T = 1 }\nM.x; let t: M.T\n',
      'b.ts': "import { M } from './a'\nimport Q = M.x\nM.x; Q\n",
    },
  ],
  [
    'namespace member',
    {
      'a.ts': 'export namespace N { export const x = 1; x }\nN.x\n',
      'b.ts': "import { N } from './a'\nimport Q = N.x\nN.x; Q\n",
    },
    [{ op: 'renameSymbol', symbol: 'a.ts#N.x', to: 'y' }],
    {
      'a.ts': 'export namespace N { export const y = 1; y }\nN.y\n',
      'b.ts': "import { N } from './a'\nimport Q = N.y\nN.y; Q\n",
    },
  ],
  [
    'enum',
    {
      'a.ts': 'export enum E { A, B = A }\nlet e: E = E.A; let f: E.B\n',
      'b.ts': "import { E } from './a'\nE['A']; E[E.A]\n",
    },
    [{ op: 'renameSymbol', symbol: 'a.ts#E', to: 'F' }],
    {
      'a.ts': 'export enum F { A, B = A }\nlet e: F = F.A; let f: F.B\n',
      'b.ts': "import { F } from './a'\nF['A']; F[F.A]\n",
    },
  ],
  [
    'enum member',
    {
      'a.ts': 'export enum E { A, B = A }\nlet e: E = E.A; let f: E.B\n',
      'b.ts': "import { E } from './a'\nE['B']; E[E.B]\n",
    },
    [{ op: 'renameSymbol', symbol: 'a.ts#E.A', to: 'C' }],
    { 'a.ts': 'export enum E { C, B = C }\nlet e: E = E.C; let f: E.B\n' },
  ],
  [
    'string enum member',
    { 'a.ts': "export enum E { 'a-b' = 1, c }\nE['a-b']\n" },
    [{ op: 'renameSymbol', symbol: 'a.ts#E."a-b"', to: 'ab' }],
    { 'a.ts': "export enum E { 'ab' = 1, c }\nE['ab']\n" },
  ],
  [
    'type literal property',
    {
      'a.ts':
        'type O = { x: number; y: { z: 1 } }\nconst o: O = { x: 1, y: { z: 1 } }\no.x; o.y.z\nconst { x, y: { z } } = o\n',
    },
    [
      { op: 'renameSymbol', symbol: 'a.ts#O.x', to: 'w' },
      { op: 'renameSymbol', symbol: 'a.ts@1:29', to: 'q' },
    ],
    {
      'a.ts':
        'type O = { w: number; y: { q: 1 } }\nconst o: O = { w: 1, y: { q: 1 } }\no.w; o.y.q\nconst { w: x, y: { q: z } } = o\n',
    },
  ],
  [
    'JSX component with closing tag',
    {
      'a.tsx':
        'export function Box(p: { children?: any }) { return null as any }\nexport const b = <Box><Box /></Box>\n',
      'b.tsx': "import { Box } from './a'\nimport * as UI from './a'\nexport const c = <Box><UI.Box></UI.Box></Box>\n",
    },
    [{ op: 'renameSymbol', symbol: 'a.tsx#Box', to: 'Pane' }],
    {
      'a.tsx':
        'export function Pane(p: { children?: any }) { return null as any }\nexport const b = <Pane><Pane /></Pane>\n',
      'b.tsx':
        "import { Pane } from './a'\nimport * as UI from './a'\nexport const c = <Pane><UI.Pane></UI.Pane></Pane>\n",
    },
  ],
  [
    'overloads',
    {
      'a.ts': 'export function f(a: 1): 1\nexport function f(a: 2): 2\nexport function f(a: any) { return a }\nf(1)\n',
      'b.ts': "import { f } from './a'\nf(2)\n",
    },
    [{ op: 'renameSymbol', symbol: 'a.ts#f', to: 'g' }],
    {
      'a.ts': 'export function g(a: 1): 1\nexport function g(a: 2): 2\nexport function g(a: any) { return a }\ng(1)\n',
      'b.ts': "import { g } from './a'\ng(2)\n",
    },
  ],
  [
    'method overloads',
    { 'a.ts': 'export class C {\n  m(a: 1): 1\n  m(a: 2): 2\n  m(a: any) { return a }\n}\nnew C().m(1)\n' },
    [{ op: 'renameSymbol', symbol: 'a.ts#C.m', to: 'n' }],
    { 'a.ts': 'export class C {\n  n(a: 1): 1\n  n(a: 2): 2\n  n(a: any) { return a }\n}\nnew C().n(1)\n' },
  ],
  [
    'string-named members',
    {
      'a.ts':
        "interface I { 'my-key': 1; other: 2 }\ndeclare const i: I\ni['my-key']\nconst j: I = { 'my-key': 1, other: 2 }\nconst { 'my-key': k } = j\n",
    },
    [{ op: 'renameSymbol', symbol: 'a.ts#I."my-key"', to: 'myKey' }],
    {
      'a.ts':
        "interface I { 'myKey': 1; other: 2 }\ndeclare const i: I\ni['myKey']\nconst j: I = { 'myKey': 1, other: 2 }\nconst { 'myKey': k } = j\n",
    },
  ],
  [
    'accessor pair',
    { 'a.ts': 'class C { get v() { return 1 } set v(x) {} }\nnew C().v = new C().v\n' },
    [{ op: 'renameSymbol', symbol: 'a.ts#C.v', to: 'w' }],
    { 'a.ts': 'class C { get w() { return 1 } set w(x) {} }\nnew C().w = new C().w\n' },
  ],
  [
    'type parameter',
    { 'a.ts': 'class Box<T> { v!: T; map<U>(f: (v: T) => U): Box<U> { return null! } }\ntype F<in out T> = T\n' },
    [{ op: 'renameSymbol', symbol: 'a.ts@1:11', to: 'V' }],
    { 'a.ts': 'class Box<V> { v!: V; map<U>(f: (v: V) => U): Box<U> { return null! } }\ntype F<in out T> = T\n' },
  ],
  [
    'type param address',
    { 'a.ts': 'export class Box<T> { v!: T }\n' },
    [{ op: 'renameSymbol', symbol: 'a.ts#Box.T', to: 'V' }],
    { 'a.ts': 'export class Box<V> { v!: V }\n' },
  ],
  [
    'infer',
    { 'a.ts': 'type E<T> = T extends (infer U)[] ? U : never\n' },
    [{ op: 'renameSymbol', symbol: 'a.ts@1:30', to: 'V' }],
    { 'a.ts': 'type E<T> = T extends (infer V)[] ? V : never\n' },
  ],
  [
    'mapped',
    { 'a.ts': 'type E<T> = { [K in keyof T]: T[K] }\n' },
    [{ op: 'renameSymbol', symbol: 'a.ts@1:16', to: 'P' }],
    { 'a.ts': 'type E<T> = { [P in keyof T]: T[P] }\n' },
  ],
  [
    'label free',
    { 'a.ts': 'outer: for (;;) { inner: for (;;) { continue outer } }\nouter: for (;;) break outer\n' },
    [{ op: 'renameSymbol', symbol: 'a.ts@1:1', to: 'o2' }],
    { 'a.ts': 'o2: for (;;) { inner: for (;;) { continue o2 } }\nouter: for (;;) break outer\n' },
  ],
  [
    'export default expr',
    { 'a.ts': 'const x = 1\nexport default x\n', 'b.ts': "import x from './a'\nx\n" },
    [{ op: 'renameSymbol', symbol: 'a.ts#x', to: 'y' }],
    { 'a.ts': 'const y = 1\nexport default y\n', 'b.ts': "import y from './a'\ny\n" },
  ],
  [
    'export * as',
    {
      'a.ts': 'export const x = 1\n',
      'b.ts': "export * as ns from './a'\n",
      'c.ts': "import { ns } from './b'\nns.x\n",
    },
    [{ op: 'renameSymbol', symbol: 'a.ts#x', to: 'y' }],
    { 'a.ts': 'export const y = 1\n', 'c.ts': "import { ns } from './b'\nns.y\n" },
  ],
  [
    'export * as name itself',
    {
      'a.ts': 'export const x = 1\n',
      'b.ts': "export * as ns from './a'\n",
      'c.ts': "import { ns } from './b'\nns.x\n",
    },
    [{ op: 'renameSymbol', symbol: 'b.ts#ns', to: 'space' }],
    { 'b.ts': "export * as space from './a'\n", 'c.ts': "import { space } from './b'\nspace.x\n" },
  ],
  [
    'export =',
    { 'a.ts': 'class X { m() {} }\nexport = X\n', 'b.ts': "import X = require('./a')\nnew X().m()\n" },
    [{ op: 'renameSymbol', symbol: 'a.ts#X', to: 'Y' }],
    { 'a.ts': 'class Y { m() {} }\nexport = Y\n' },
  ],
  [
    'dynamic import destructured',
    {
      'a.ts': 'export const x = 1\n',
      'b.ts': "const { x } = await import('./a')\nx\nimport('./a').then(({ x }) => x)\nexport {}\n",
    },
    [{ op: 'renameSymbol', symbol: 'a.ts#x', to: 'y' }],
    {
      'a.ts': 'export const y = 1\n',
      'b.ts': "const { y: x } = await import('./a')\nx\nimport('./a').then(({ y: x }) => x)\nexport {}\n",
    },
  ],
  [
    'module augmentation',
    {
      'a.ts': 'export interface X { a: 1 }\n',
      'b.ts': "declare module './a' { interface X { b: 2 } }\nimport { X } from './a'\nlet q: X\n",
    },
    [{ op: 'renameSymbol', symbol: 'a.ts#X', to: 'Y' }],
    {
      'a.ts': 'export interface Y { a: 1 }\n',
      'b.ts': "declare module './a' { interface Y { b: 2 } }\nimport { Y } from './a'\nlet q: Y\n",
    },
  ],
  [
    'commonjs exports.x',
    {
      'a.js': 'exports.get = function () {}\nexports.get()\n',
      'b.js': "const a = require('./a')\na.get()\nconst { get } = require('./a')\nget()\n",
    },
    [{ op: 'renameSymbol', symbol: 'a.js#get', to: 'take' }],
    {
      'a.js': 'exports.take = function () {}\nexports.take()\n',
      'b.js': "const a = require('./a')\na.take()\nconst { take } = require('./a')\ntake()\n",
    },
  ],
  [
    'commonjs class this',
    {
      'a.js': 'class A { constructor() { this.x = 1 } m() { return this.x } }\nmodule.exports = A\n',
      'b.js': "const A = require('./a')\nnew A().x\n",
    },
    [{ op: 'renameSymbol', symbol: 'a.js#A.x', to: 'y' }],
    {
      'a.js': 'class A { constructor() { this.y = 1 } m() { return this.y } }\nmodule.exports = A\n',
      'b.js': "const A = require('./a')\nnew A().y\n",
    },
  ],
  [
    'jsdoc typedef',
    { 'a.js': '/** @typedef {{ x: number }} T */\n/** @param {T} t */\nexport function f(t) { return t.x }\n' },
    [{ op: 'renameSymbol', symbol: 'a.js#T', to: 'U' }],
    { 'a.js': '/** @typedef {{ x: number }} U */\n/** @param {U} t */\nexport function f(t) { return t.x }\n' },
  ],
  [
    'decorator',
    { 'a.ts': 'function dec(x: any): any {}\n@dec class A { @dec m() {} }\n' },
    [{ op: 'renameSymbol', symbol: 'a.ts#dec', to: 'mark' }],
    { 'a.ts': 'function mark(x: any): any {}\n@mark class A { @mark m() {} }\n' },
  ],
  [
    'import type/inline',
    {
      'a.ts': 'export type T = 1\nexport const v = 1\n',
      'b.ts':
        "import type { T } from './a'\nimport { type T as U, v } from './a'\nexport type { T } from './a'\nlet a: T, b: U\n",
    },
    [{ op: 'renameSymbol', symbol: 'a.ts#T', to: 'S' }],
    {
      'a.ts': 'export type S = 1\nexport const v = 1\n',
      'b.ts':
        "import type { S } from './a'\nimport { type S as U, v } from './a'\nexport type { S } from './a'\nlet a: S, b: U\n",
    },
  ],
  [
    'catch & loops',
    { 'a.ts': 'try {} catch (e) { e }\nfor (const e of []) e\n' },
    [{ op: 'renameSymbol', symbol: 'a.ts@1:15', to: 'err' }],
    { 'a.ts': 'try {} catch (err) { err }\nfor (const e of []) e\n' },
  ],
  [
    'tagged template fn',
    { 'a.ts': 'export function tag(s: any) {}\ntag`x`\n' },
    [{ op: 'renameSymbol', symbol: 'a.ts#tag', to: 'html' }],
    { 'a.ts': 'export function html(s: any) {}\nhtml`x`\n' },
  ],
  [
    'assignment destructure',
    { 'a.ts': 'let a: number, b: number\n;({ a, b = 2 } = { a: 1 } as any)\n;[a] = [b]\n' },
    [
      { op: 'renameSymbol', symbol: 'a.ts#a', to: 'c' },
      { op: 'renameSymbol', symbol: 'a.ts#b', to: 'd' },
    ],
    { 'a.ts': 'let c: number, d: number\n;({ a: c, b: d = 2 } = { a: 1 } as any)\n;[c] = [d]\n' },
  ],
  [
    'static & private',
    { 'a.ts': 'class A { static s = 1; static #p = 2; m() { return A.s + A.#p } }\n' },
    [
      { op: 'renameSymbol', symbol: 'a.ts#A.s', to: 't' },
      { op: 'renameSymbol', symbol: 'a.ts#A.#p', to: 'q' },
    ],
    { 'a.ts': 'class A { static t = 1; static #q = 2; m() { return A.t + A.#q } }\n' },
  ],
  [
    'abstract/override/interface chain',
    {
      'a.ts':
        'abstract class A { abstract m(): void }\nclass B extends A { m() {} }\ninterface I { m(): void }\nclass C extends B implements I { override m() {} }\n',
    },
    [{ op: 'renameSymbol', symbol: 'a.ts#I.m', to: 'n' }],
    {
      'a.ts':
        'abstract class A { abstract n(): void }\nclass B extends A { n() {} }\ninterface I { n(): void }\nclass C extends B implements I { override n() {} }\n',
    },
  ],
  [
    'global augmentation',
    { 'a.ts': 'declare global { interface Window { mine: 1 } var glob: 1 }\nglob\nexport {}\n', 'b.ts': 'glob\n' },
    [{ op: 'renameSymbol', symbol: 'a.ts@1:53', to: 'globe' }],
    { 'a.ts': 'declare global { interface Window { mine: 1 } var globe: 1 }\nglobe\nexport {}\n', 'b.ts': 'globe\n' },
  ],
  [
    'ambient module',
    {
      'a.d.ts': "declare module 'dep' { export function get(): void }\n",
      'b.ts': "import { get } from 'dep'\nget()\n",
    },
    [{ op: 'renameSymbol', symbol: 'a.d.ts@1:40', to: 'take' }],
    {
      'a.d.ts': "declare module 'dep' { export function take(): void }\n",
      'b.ts': "import { take } from 'dep'\ntake()\n",
    },
  ],
])('every kind of declaration is renamed: %s', (_, files, operations, after) => {
  expect(changed(files, operations)).toEqual(after)
})

test.each<RefusalCase>([
  [
    'label continue',
    { 'a.ts': 'outer: for (;;) { inner: for (;;) { continue outer } }\n' },
    [{ op: 'renameSymbol', symbol: 'a.ts@1:1', to: 'inner' }],
    'NAME_COLLISION a.ts:1:19 #0',
  ],
])('refused: %s', (_, files, operations, refused) => {
  expect(refusal(files, ...operations)).toBe(refused)
})
