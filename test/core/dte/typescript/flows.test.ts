import { expect, test } from 'vitest'
import { derive } from '../../../../core/dte/engine.ts'
import { treeFromFiles } from '../../../../core/dte/tree.ts'
import { changed, refusal, specOf } from '../derived.ts'

const rename = (symbol: string, to: string) => ({ op: 'renameSymbol' as const, symbol, to })

test('a type that values are returned as is renamed along', () => {
  const files = {
    'a.ts': `const sizes: Record<string, { unit: string }> = { text: { unit: 'letters' } }
export function sizeOf(name: string): { unit: string } | null { return sizes[name] ?? null }
`,
  }
  expect(changed(files, [rename('a.ts@1:31', 'measure')])).toEqual({
    'a.ts': `const sizes: Record<string, { measure: string }> = { text: { measure: 'letters' } }
export function sizeOf(name: string): { measure: string } | null { return sizes[name] ?? null }
`,
  })
})

test('what may be left out would be lost in silence', () => {
  const files = {
    'regexes.ts':
      'export interface Parts { offset?: boolean; local?: boolean }\nexport const timeOf = (p: Parts) => (p.offset ? 1 : 2)\n',
    'schemas.ts': `import { timeOf } from './regexes'
export interface Def { offset: boolean; local: boolean }
export const schema = (def: Def) => timeOf(def)
`,
    'other.ts': 'export interface Page { offset: number }\n',
  }
  expect(changed(files, [rename('schemas.ts#Def.offset', 'zone')])).toEqual({
    'regexes.ts':
      'export interface Parts { zone?: boolean; local?: boolean }\nexport const timeOf = (p: Parts) => (p.zone ? 1 : 2)\n',
    'schemas.ts': `import { timeOf } from './regexes'
export interface Def { zone: boolean; local: boolean }
export const schema = (def: Def) => timeOf(def)
`,
  })
  const spec = specOf(rename('schemas.ts#Def.offset', 'zone'))
  expect(derive(spec, spec, treeFromFiles(files)).answer.warnings).toEqual([
    'operations[0]: Values pass between the types, so that offset is renamed there too: regexes.ts:1:26',
  ])
})

test('through modules that name neither type, containers, callbacks and spreads', () => {
  const files = {
    'one.ts':
      'export interface One { id: string }\nexport const ones: One[] = []\nexport const each = (f: (one: One) => void) => ones.forEach(f)\n',
    'two.ts': `export interface Two { id: string }
export interface Three { id: string }
export interface Four { id?: string; more: number }
export const keep = (all: { list: Two[] }) => all
export const look = (three: Three) => three.id
export const four = (it: Four) => it
export class Apart { id = '' }
`,
    'between.ts': `import { each, ones } from './one'
import { four, keep, look } from './two'
keep({ list: ones })
each(look)
for (const one of ones) four({ ...one, more: 1 })
`,
  }
  expect(changed(files, [rename('one.ts#One.id', 'key')])['two.ts']).toBe(`export interface Two { key: string }
export interface Three { key: string }
export interface Four { key?: string; more: number }
export const keep = (all: { list: Two[] }) => all
export const look = (three: Three) => three.key
export const four = (it: Four) => it
export class Apart { id = '' }
`)
})

test('the new name is not taken for the one that the other type has', () => {
  const files = {
    'a.ts': `export interface Given { first: string; id: number }
export interface Asked { label?: string; id: number }
export const show = (asked: Asked) => asked.label
export const pass = (given: Given) => show(given)
`,
  }
  expect(refusal(files, rename('a.ts#Given.first', 'label'))).toBe('NAME_COLLISION a.ts:2:26 #0')
  expect(refusal(files, rename('a.ts#Given.first', 'title'))).toBeUndefined()
})

test('what values are passed to that belongs to somebody else keeps its name', () => {
  const files = {
    'a.ts': `export class Failure { message = ''; name = ''; cause = 1 }
export const tell = (error: Error) => error.message
export const other = { message: 1 }
tell(new Failure())
`,
  }
  expect(refusal(files, rename('a.ts#Failure.message', 'text'))).toMatch(/^SYMBOL_NOT_RENAMABLE/)
})
