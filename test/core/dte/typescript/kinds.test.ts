import { expect, test } from 'vitest'
import { type ChangeCase, changed, type RefusalCase, refusal } from '../derived.ts'

test.each<ChangeCase>([
  [
    'optional call',
    {
      'api.ts': 'export declare const f: ((a: number) => any) | undefined\n',
      'a.ts': "import { f } from './api'\nf?.(1)\n",
    },
    [{ op: 'replaceAPI', target: 'api.ts#f', replacement: 'String($0)' }],
    { 'a.ts': 'String(1)\n' },
  ],
  [
    'default import call',
    { 'a.ts': "import get from 'lodash/get'\nget(a, 'b')\ndeclare const a: any\n" },
    [{ op: 'replaceAPI', target: 'module:lodash/get#default', replacement: 'a.at($1)' }],
    { 'a.ts': "a.at('b')\ndeclare const a: any\n" },
  ],
  [
    're-exported dep',
    { 'x.ts': "export { get } from 'lodash'\n", 'a.ts': "import { get } from './x'\nget(1)\n" },
    [{ op: 'replaceAPI', target: 'module:lodash#get', replacement: 'String($0)' }],
    { 'a.ts': 'String(1)\n' },
  ],
  [
    'await in chain',
    {
      'api.ts':
        'export async function f(a: number) { return { x: a } }\nexport async function g(a: number) { return { x: a } }\n',
      'a.ts': "import { f } from './api'\nconst v = (await f(1)).x\nf(2).then(x => x)\nexport {}\n",
    },
    [{ op: 'replaceAPI', target: 'api.ts#f', replacement: 'g($0)', imports: [{ module: './api', names: ['g'] }] }],
    { 'a.ts': "import { g } from './api'\nconst v = (await g(1)).x\ng(2).then(x => x)\nexport {}\n" },
  ],
  [
    'template with await',
    {
      'api.ts': 'export function f(a: number) { return a }\nexport async function g(a: number) { return a }\n',
      'a.ts': "import { f } from './api'\nasync function q() { return f(1) + f(2) }\n",
    },
    [
      {
        op: 'replaceAPI',
        target: 'api.ts#f',
        replacement: 'await g($0)',
        imports: [{ module: './api', names: ['g'] }],
      },
    ],
    { 'a.ts': "import { g } from './api'\nasync function q() { return (await g(1)) + (await g(2)) }\n" },
  ],
  [
    'super/member through alias type',
    {
      'api.ts': 'export class C { m(a: number) { return a } }\n',
      'a.ts':
        "import { C } from './api'\ntype D = C\nfunction q(d: D, e: C | undefined) { d.m(1); e!.m(2); (d as C).m(3); d['m'](4) }\n",
    },
    [{ op: 'replaceAPI', target: 'api.ts#C.m', replacement: '$this.m($0, 1)' }],
    {
      'a.ts':
        "import { C } from './api'\ntype D = C\nfunction q(d: D, e: C | undefined) { d.m(1, 1); e!.m(2, 1); (d as C).m(3, 1); d.m(4, 1) }\n",
    },
  ],
])('calls are replaced: %s', (_, files, operations, after) => {
  expect(changed(files, operations)).toEqual(after)
})

test.each<ChangeCase>([
  [
    'folder include',
    {
      'tsconfig.json':
        '{ "include": ["src/ui/**/*", "test"], "compilerOptions": { "rootDir": "src", "paths": { "@ui/*": ["./src/ui/*"] } } }\n',
      'src/ui/a.ts': 'export const a = 1\n',
      'src/b.ts': "import { a } from '@ui/a'\na\n",
    },
    [{ op: 'moveModule', from: 'src/ui', to: 'src/view' }],
    {
      'src/view/a.ts': 'export const a = 1\n',
      'tsconfig.json':
        '{ "include": ["src/view/**/*", "test"], "compilerOptions": { "rootDir": "src", "paths": { "@ui/*": ["./src/view/*"] } } }\n',
      'src/ui/a.ts': null,
    },
  ],
  [
    'references file',
    {
      'tsconfig.json': '{ "files": [], "references": [{ "path": "./pkg/tsconfig.json" }] }\n',
      'pkg/tsconfig.json':
        '{ "extends": "../base.json", "compilerOptions": { "composite": true }, "include": ["src"] }\n',
      'base.json': '{}\n',
      'pkg/src/a.ts': 'export {}\n',
    },
    [{ op: 'moveModule', from: 'pkg', to: 'packages/pkg' }],
    {
      'packages/pkg/src/a.ts': 'export {}\n',
      'packages/pkg/tsconfig.json':
        '{ "extends": "../../base.json", "compilerOptions": { "composite": true }, "include": ["src"] }\n',
      'tsconfig.json': '{ "files": [], "references": [{ "path": "./packages/pkg/tsconfig.json" }] }\n',
      'pkg/tsconfig.json': null,
      'pkg/src/a.ts': null,
    },
  ],
  [
    'mocks',
    {
      'a.ts': 'export const a = 1\n',
      't.ts':
        "import { a } from './a'\njest.mock('./a', () => ({}))\njest.unmock('./a')\njest.doMock('./a')\nvi.doMock('./a')\nvi.importActual('./a')\nvi.unmock('./a')\nrequire.resolve('./a')\njest.createMockFromModule('./a')\nimport.meta.resolve('./a')\nvi.hoisted(() => require('./a'))\na\n",
    },
    [{ op: 'moveModule', from: 'a.ts', to: 'x/b.ts' }],
    {
      't.ts':
        "import { a } from './x/b'\njest.mock('./x/b', () => ({}))\njest.unmock('./x/b')\njest.doMock('./x/b')\nvi.doMock('./x/b')\nvi.importActual('./x/b')\nvi.unmock('./x/b')\nrequire.resolve('./x/b')\njest.createMockFromModule('./x/b')\nimport.meta.resolve('./x/b')\nvi.hoisted(() => require('./x/b'))\na\n",
      'x/b.ts': 'export const a = 1\n',
      'a.ts': null,
    },
  ],
  [
    'triple slash',
    {
      'a.d.ts': 'declare const q: 1\n',
      'b.ts': '/// <reference path="a.d.ts" />\n/// <reference types="node" />\nq\n',
    },
    [{ op: 'moveModule', from: 'a.d.ts', to: 'types/a.d.ts' }],
    {
      'b.ts': '/// <reference path="types/a.d.ts" />\n/// <reference types="node" />\nq\n',
      'types/a.d.ts': 'declare const q: 1\n',
      'a.d.ts': null,
    },
  ],
  [
    'ext styles',
    {
      'a.ts': 'export const a = 1\n',
      'b.ts': "import { a } from './a.js'\nimport { a as b } from './a.ts'\nimport { a as c } from './a'\na; b; c\n",
    },
    [{ op: 'moveModule', from: 'a.ts', to: 'lib/z.ts' }],
    {
      'b.ts':
        "import { a } from './lib/z.js'\nimport { a as b } from './lib/z.ts'\nimport { a as c } from './lib/z'\na; b; c\n",
      'lib/z.ts': 'export const a = 1\n',
      'a.ts': null,
    },
  ],
  [
    'mts cts',
    {
      'tsconfig.json': '{ "compilerOptions": { "module": "nodenext" } }\n',
      'a.mts': 'export const a = 1\n',
      'c.cts': "import a = require('./d.cjs')\n",
      'd.cts': 'export const d = 1\n',
      'b.mts': "import { a } from './a.mjs'\na\n",
    },
    [
      { op: 'moveModule', from: 'a.mts', to: 'lib/a.mts' },
      { op: 'moveModule', from: 'd.cts', to: 'lib/d.cts' },
    ],
    {
      'b.mts': "import { a } from './lib/a.mjs'\na\n",
      'c.cts': "import a = require('./lib/d.cjs')\n",
      'lib/a.mts': 'export const a = 1\n',
      'lib/d.cts': 'export const d = 1\n',
      'a.mts': null,
      'd.cts': null,
    },
  ],
  [
    'index collapse',
    { 'ui/index.ts': 'export const a = 1\n', 'b.ts': "import { a } from './ui'\na\n" },
    [{ op: 'moveModule', from: 'ui/index.ts', to: 'ui/main.ts' }],
    { 'b.ts': "import { a } from './ui/main'\na\n", 'ui/main.ts': 'export const a = 1\n', 'ui/index.ts': null },
  ],
  [
    'to index',
    { 'ui.ts': 'export const a = 1\n', 'b.ts': "import { a } from './ui'\na\n" },
    [{ op: 'moveModule', from: 'ui.ts', to: 'ui/index.ts' }],
    { 'ui/index.ts': 'export const a = 1\n', 'ui.ts': null },
  ],
])('a move is followed: %s', (_, files, operations, after) => {
  expect(changed(files, operations)).toEqual(after)
})

test.each<ChangeCase>([
  [
    'insert switch/namespace',
    { 'a.ts': 'namespace N {\n  export const x = 1\n}\n' },
    [{ op: 'insertNode', target: 'a.ts#N', position: 'last', code: 'export const y = 2' }],
    { 'a.ts': 'namespace N {\n  export const x = 1\n  export const y = 2\n}\n' },
  ],
  [
    'insert import after',
    { 'a.ts': "import a from 'a'\n\na\n" },
    [
      { op: 'insertNode', target: 'a.ts', position: 'first', code: "import b from 'b'", unlessExists: true },
      { op: 'insertNode', target: 'a.ts', position: 'first', code: "import b from 'b'", unlessExists: true },
    ],
    { 'a.ts': "import b from 'b'\nimport a from 'a'\n\na\n" },
  ],
  [
    'unlessExists param/enum/prop/jsx',
    { 'a.tsx': 'enum E { A }\nconst o = { a: 1 }\nfunction f(a: 1) {}\nconst x = <div a="1" />\n' },
    [
      { op: 'insertNode', target: 'a.tsx#E', position: 'last', code: 'A', unlessExists: true },
      { op: 'insertNode', target: 'a.tsx#o', position: 'last', code: 'a: 1', unlessExists: true },
      { op: 'insertNode', target: 'a.tsx#f.a', position: 'after', code: 'a: 1', unlessExists: true },
      { op: 'insertNode', target: 'a.tsx@4:12', position: 'last', code: 'a="1"', unlessExists: true },
    ],
    {},
  ],
  [
    'members of types on one line',
    { 'a.ts': 'type O = { x: 1 }\ninterface I { a: 1, b: 2, }\ninterface J { a: 1; }\n' },
    [
      { op: 'insertNode', target: 'a.ts#O', position: 'last', code: 'y: 2' },
      { op: 'insertNode', target: 'a.ts#I', position: 'last', code: 'c: 2' },
      { op: 'insertNode', target: 'a.ts#J', position: 'first', code: 'z: 2;' },
      { op: 'insertNode', target: 'a.ts#J.a', position: 'after', code: 'q(): void' },
    ],
    { 'a.ts': 'type O = { x: 1; y: 2 }\ninterface I { a: 1, b: 2, c: 2, }\ninterface J { z: 2; a: 1; q(): void; }\n' },
  ],
])('inserted: %s', (_, files, operations, after) => {
  expect(changed(files, operations)).toEqual(after)
})

test.each<ChangeCase>([
  [
    'jsx attr delete',
    { 'a.tsx': 'const x = <div a="1" b={2} />\n' },
    [{ op: 'deleteNode', target: 'a.tsx@1:16' }],
    { 'a.tsx': 'const x = <div b={2} />\n' },
  ],
  [
    'delete namespace, enum, interface, type, class',
    {
      'a.ts':
        'namespace N { export const x = 1 }\nenum E { A }\ninterface I {}\ntype T = 1\nclass C {}\nconst keep = 1\n',
    },
    [
      { op: 'deleteNode', target: 'a.ts#N' },
      { op: 'deleteNode', target: 'a.ts#E' },
      { op: 'deleteNode', target: 'a.ts#I' },
      { op: 'deleteNode', target: 'a.ts#T' },
      { op: 'deleteNode', target: 'a.ts#C' },
    ],
    { 'a.ts': 'const keep = 1\n' },
  ],
  [
    'delete type literal prop',
    { 'a.ts': 'type O = { x: 1; y: 2 }\n' },
    [{ op: 'deleteNode', target: 'a.ts#O.x' }],
    { 'a.ts': 'type O = { y: 2 }\n' },
  ],
  [
    'a type parameter that nobody gives',
    { 'a.ts': 'function f<T, U>(a: U) {}\nf(2)\n' },
    [{ op: 'deleteNode', target: 'a.ts@1:12' }],
    { 'a.ts': 'function f<U>(a: U) {}\nf(2)\n' },
  ],
  [
    'the only type parameter',
    { 'a.ts': 'function f<T>(a: 1) {}\nclass C<T> {}\nnew C<1>()\n' },
    [{ op: 'deleteNode', target: 'a.ts@1:12' }],
    { 'a.ts': 'function f(a: 1) {}\nclass C<T> {}\nnew C<1>()\n' },
  ],
])('deleted: %s', (_, files, operations, after) => {
  expect(changed(files, operations)).toEqual(after)
})

test.each<RefusalCase>([
  [
    'a type parameter that uses give an argument',
    { 'a.ts': 'function f<T, U>(a: U) {}\nf<1, 2>(2)\n' },
    [{ op: 'deleteNode', target: 'a.ts@1:12' }],
    'STILL_REFERENCED a.ts:2:1 #0',
  ],
  [
    'a type parameter of a class in a namespace',
    { 'a.ts': 'namespace N { export class C<T> {} }\nnew N.C<1>()\n' },
    [{ op: 'deleteNode', target: 'a.ts@1:30' }],
    'STILL_REFERENCED a.ts:2:7 #0',
  ],
  [
    'a type parameter that uses under another name give an argument',
    {
      'a.ts': 'export function f<T, U>(a: U) {}\n',
      'b.ts': "export { f as g } from './a'\n",
      'c.ts': "import { g as h } from './b'\nh<1, 2>(2)\n",
    },
    [{ op: 'deleteNode', target: 'a.ts@1:19' }],
    'STILL_REFERENCED c.ts:2:1 #0',
  ],
])('refused: %s', (_, files, operations, refused) => {
  expect(refusal(files, ...operations)).toBe(refused)
})
