import { expect, test } from 'vitest'
import { checkInvariants } from '../../../../core/dte/invariants.ts'
import { treeFromFiles } from '../../../../core/dte/tree.ts'

const compare = (before: string, after: string, allow?: string[]) => {
  const invariant = { type: 'apiCompat' as const, entry: 'index.ts', ...(allow === undefined ? {} : { allow }) }
  const files = { 'tsconfig.json': '{"compilerOptions":{"strict":true,"types":[]},"include":["."]}' }
  const [found] = checkInvariants([invariant], {
    before: treeFromFiles({ ...files, 'index.ts': before }),
    after: treeFromFiles({ ...files, 'index.ts': after }),
  })
  return {
    passed: found?.passed,
    semver: /a (\w+) change/.exec(found?.message ?? '')?.[1],
    found: found?.locations.map((l) => l.message?.split(':').slice(0, 2).join(':')),
  }
}
const service = 'export class UserService {\n  getUser(id: number) { return id }\n  list() { return [1] }\n}\n'
const renamed = service.replace('getUser', 'fetchUser')

test.each([
  ['a member is gone', service, renamed, undefined, false, 'major', ['breaking: UserService.getUser']],
  ['that member is allowed to go', service, renamed, ['UserService.getUser'], true, 'major', []],
  ['another is allowed', service, renamed, ['UserService.list'], false, 'major', ['breaking: UserService.getUser']],
  ['a member is new', service, service.replace('list()', 'more() {}\n  list()'), undefined, true, 'minor', []],
  [
    'a private member is new',
    service,
    service.replace('list()', 'private p = 1\n  list()'),
    undefined,
    true,
    'patch',
    [],
  ],
  [
    'a member answers another type',
    service,
    service.replace('return [1]', "return ['a']"),
    undefined,
    false,
    'major',
    ['breaking: UserService.list'],
  ],
  [
    'the constructor takes more',
    service,
    service.replace('list()', 'constructor(a: string) {}\n  list()'),
    undefined,
    false,
    'major',
    ['breaking: UserService.constructor'],
  ],
  [
    'an interface asks for more',
    'export interface A { a: 1 }',
    'export interface A { a: 1; b: 2 }',
    undefined,
    false,
    'major',
    ['breaking: A.b'],
  ],
  [
    'an interface offers more',
    'export interface A { a: 1 }',
    'export interface A { a: 1; b?: 2 }',
    undefined,
    true,
    'minor',
    [],
  ],
  ['an export is gone', 'export const a = 1, b = 2', 'export const a = 1', undefined, false, 'major', ['breaking: b']],
  [
    'nothing changed but the body',
    'export function f(a: number) { return a }',
    'export function f(a: number) { return a + 0 }',
    undefined,
    true,
    'patch',
    [],
  ],
  [
    'a function takes less',
    'export function f(a: string | number) {}',
    'export function f(a: string) {}',
    undefined,
    false,
    'major',
    ['breaking: f'],
  ],
  [
    'what is private changed in a class that other exports mention',
    'export class A<T = 1> {\n  private x = 1\n  #y = 2\n  protected static z = 3\n  constructor(private p: T) {}\n  get() { return this.x + this.#y }\n}\nexport function f(a: A): A<2>[] { return [] }\nexport interface Has { a: A; b: typeof A }',
    '// what it is for\nexport class A<T = 1> {\n  private x = 2\n  private more = ""\n  constructor(private p: T) {}\n  get() { return this.x * 2 }\n}\nexport function f(a: A): A<2>[] { return [] }\nexport interface Has { a: A; b: typeof A }',
    undefined,
    true,
    'patch',
    [],
  ],
  [
    'what is public changed in a class with private members that other exports mention',
    'export class A {\n  private x = 1\n  get() { return this.x }\n}\nexport function f(): A { return new A() }',
    'export class A {\n  private x = 1\n  get() { return `${this.x}` }\n}\nexport function f(): A { return new A() }',
    undefined,
    false,
    'major',
    ['breaking: A.get', 'breaking: f'],
  ],
  [
    'a generic type that changed',
    'export interface Box<T> { v: T }',
    'export interface Box<T> { v: T[] }',
    undefined,
    false,
    'major',
    ['breaking: Box.v'],
  ],
  [
    'a generic type whose comment alone changed',
    'export interface Box<T> { v: T }\nexport type Pair<A, B = A> = [A, B]\nexport class List<T> { private x = 1; all: T[] = [] }',
    '/** A box. */\nexport interface Box<V> { /** it */ v: V }\n// two\nexport type Pair<X, Y = X> = [X, Y]\nexport class List<E> { private x = 1; all: E[] = [] }',
    undefined,
    true,
    'patch',
    [],
  ],
  [
    'a generic alias that changed for every argument',
    'export type Pair<A, B> = { a: A; b: B }',
    'export type Pair<A, B> = { a: B; b: A }',
    undefined,
    false,
    'major',
    ['breaking: Pair'],
  ],
  [
    'a generic alias that may have changed for some',
    'export type Name<T extends string> = T extends "a" ? 1 : 2',
    'export type Name<T extends string> = T extends "b" ? 1 : 2',
    undefined,
    true,
    'patch',
    ['needs-review: Name'],
  ],
  [
    'a type argument must fulfil more',
    'export interface Box<T> { v: T }',
    'export interface Box<T extends object> { v: T }',
    undefined,
    false,
    'major',
    ['breaking: Box'],
  ],
  [
    'a type argument must fulfil less',
    'export interface Box<T extends string> { v: T }',
    'export interface Box<T extends string | number> { v: T }',
    undefined,
    true,
    'patch',
    [],
  ],
  [
    'a type argument had a default',
    'export type Box<T = 1> = T[]',
    'export type Box<T> = T[]',
    undefined,
    false,
    'major',
    ['breaking: Box'],
  ],
  [
    'a member of a generic class is allowed to go',
    'export class List<T> {\n  private items: T[] = []\n  first(): T | undefined { return this.items[0] }\n  get size() { return 1 }\n}',
    'export class List<T> {\n  private items: T[] = []\n  get size() { return 1 }\n}',
    ['List.first'],
    true,
    'major',
    [],
  ],
  [
    'the constructor of a generic class takes more',
    'export class List<T> {\n  constructor(a: T) { a }\n}',
    'export class List<T> {\n  constructor(a: T, b: T) { a; b }\n}',
    undefined,
    false,
    'major',
    ['breaking: List.constructor'],
  ],
])('%s', (_, before, after, allow, passed, semver, found) => {
  expect(compare(before, after, allow)).toEqual({ passed, semver, found })
})

test('files that say the same on both sides are read once, and what they lead to is still compared', () => {
  const project = {
    'package.json': '{"name":"p"}',
    'tsconfig.json': '{"compilerOptions":{"strict":true,"types":[]},"include":["."]}',
    'index.ts': "export * from './shape'\nexport * from './area'\nexport * from './unit'\n",
    'shape.ts': "import type { Unit } from './unit'\nexport interface Shape { unit: Unit; side: number }\n",
    'area.ts': "import { one } from './unit'\nexport const area = (n: number) => one(n)\n",
    'unit.ts': "export type Unit = 'm'\nexport const one = (n: number) => n\n",
  }
  const judge = (after: Record<string, string>, before: Record<string, string> = {}) => {
    const [found] = checkInvariants([{ type: 'apiCompat', entry: 'index.ts' }], {
      before: treeFromFiles({ ...project, ...before }),
      after: treeFromFiles({ ...project, ...before, ...after }),
    })
    return found?.locations.map((l) => l.message?.split(':').slice(0, 2).join(':'))
  }
  expect(judge({})).toEqual([])
  expect(judge({ 'unit.ts': `// Units.\n${project['unit.ts']}` })).toEqual([])
  // What is said elsewhere changes what a file means that says the same.
  expect(judge({ 'unit.ts': project['unit.ts'].replace('=> n', '=> String(n)') })).toEqual([
    'breaking: area',
    'breaking: one',
  ])
  expect(judge({ 'unit.ts': project['unit.ts'].replace("'m'", "'m' | 'ft'") })).toEqual([
    'breaking: Shape.unit',
    'breaking: Unit',
  ])
  expect(judge({ 'shape.ts': project['shape.ts'].replace('number', 'string') })).toEqual(['breaking: Shape.side'])
  // Another file comes to stand where an import led.
  const moved = { 'unit/index.ts': project['unit.ts'] }
  const { 'unit.ts': file, ...others } = project
  const [found] = checkInvariants([{ type: 'apiCompat', entry: 'index.ts' }], {
    before: treeFromFiles({ ...others, ...moved }),
    after: treeFromFiles({ ...others, ...moved, 'unit.ts': file.replace('=> n', '=> [n]') }),
  })
  expect(found?.passed).toBe(false)
})

test('what is declared for everybody cannot be compared as types: somebody has to look', () => {
  const base = 'declare global { interface Window { atomic: number } }\nexport const a = 1\n'
  expect(compare(base, base.replace('number', 'string'))).toEqual({
    passed: true,
    semver: 'patch',
    found: ['needs-review: global'],
  })
  expect(compare(base, base.replace('number', 'string'), ['global']).found).toEqual([])
  expect(compare(base, base.replace('{ atomic', '{ /* of ours */ atomic')).found).toEqual([])
  const other = `import './more'\n${base}`
  expect(compare(other, "import './more'\nexport const a = 1\n").found).toEqual(['needs-review: global'])
})
