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
