import ts from 'typescript'
import { expect, test } from 'vitest'
import { plainUses } from '../../../../core/dte/packs/typescript/plain-uses.ts'
import { tokensOf } from '../../../../core/dte/packs/typescript/tokens.ts'
import { realProjects } from '../real/projects.ts'

const parsed = (path: string, text: string): ts.SourceFile =>
  ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, true)

/** The names of a file that its imports bring, each with where the compiler finds it used. */
function imported(path: string, text: string): Map<string, number[]> {
  const source = parsed(path, text)
  const names = new Map<string, number[]>()
  const host = {
    ...ts.createCompilerHost({}),
    getSourceFile: (name: string) => (name === path ? source : undefined),
  }
  const checker = ts
    .createProgram([path], { noLib: true, noResolve: true, types: [], target: ts.ScriptTarget.ESNext }, host)
    .getTypeChecker()
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) {
      const declaration = checker.getSymbolAtLocation(node)?.declarations?.[0]
      const isBrought =
        declaration !== undefined && ts.isImportSpecifier(declaration) && declaration.propertyName === undefined
      const isName = ts.isPropertyAccessExpression(node.parent) && node.parent.name === node
      if (isBrought && !isName && declaration.name.text === node.text)
        names.set(node.text, [...(names.get(node.text) ?? []), node.getStart()])
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return names
}

const placesIn = (path: string, text: string, name: string): number[] => {
  const places: number[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && node.text === name) places.push(node.getStart())
    ts.forEachChild(node, visit)
  }
  visit(parsed(path, text))
  return places
}

test('on real code, the plain uses of what a file imports are those that the compiler finds', {
  timeout: 120_000,
}, () => {
  let shown = 0
  for (const { files } of realProjects()) {
    const sources = Object.keys(files).filter((path) => /(?<!\.d)\.ts$/.test(path))
    for (const path of sources.filter((_, i) => i % 3 === 0)) {
      const text = files[path] as string
      for (const [name, places] of imported(path, text)) {
        const plain = plainUses(text, name, 'any')
        if (plain === undefined) continue
        shown++
        expect(placesIn(path, plain, name), `${path}: ${name}`).toEqual(places)
      }
    }
  }
  expect(shown).toBeGreaterThan(250)
})

test('the tokens of real code are the leaves of its syntax tree', { timeout: 60_000 }, () => {
  let read = 0
  for (const { files } of realProjects()) {
    for (const path of Object.keys(files).filter((p, i) => i % 4 === 0 && p.endsWith('.ts'))) {
      const text = files[path] as string
      const tokens = tokensOf(text)
      if (tokens === undefined) continue
      read++
      const source = parsed(path, text)
      const names: number[] = []
      const visit = (node: ts.Node): void => {
        if (ts.isIdentifier(node) || ts.isStringLiteral(node) || ts.isRegularExpressionLiteral(node))
          names.push(node.getStart(source))
        ts.forEachChild(node, visit)
      }
      visit(source)
      const starts = new Set(tokens.starts)
      expect(
        names.filter((at) => !starts.has(at)),
        path,
      ).toEqual([])
    }
  }
  expect(read).toBeGreaterThan(100)
})

const lead = "import { x } from './a'\n"

test.each([
  ['a call', 'x(1)', undefined],
  ['a construction', 'const a = new x(1)', ' x;'],
  ['a decorator', '@x() class A {}', ' x;'],
  ['a type after a colon', 'let a: x = 1', ' x;'],
  ['an argument of a method', 'a.b(x, 1)', ' x;'],
  ['a property', 'a.x', undefined],
  ['a parameter', 'const f = (x) => x', undefined],
  ['a parameter without parentheses', 'f.g(x => 1)', undefined],
  ['a later parameter without parentheses', 'f.g(1, x => 1)', undefined],
  ['a type parameter among arguments', 'f.g(<T, x, U>(a: T) => 1)', undefined],
  ['a type parameter', 'function f<x>(a: x) {}', undefined],
  ['a constant', '{ const x = 1; x }', undefined],
  ['a pattern', 'const { a: x } = b', undefined],
  ['a pattern with a value of its own', 'function f({ a: x = 1 }) {}', undefined],
  ['a pattern behind a decorator', 'class A { f(@b() { a: x }: C) {} }', undefined],
  ['a pattern behind a decorator without arguments', 'class A { f(@b { a: x }: C) {} }', undefined],
  ['a pattern in a pattern', 'const [{ a: x }] = b', undefined],
  ['a pattern of a loop', 'for (const { a: x } of b) {}', undefined],
  ['a shorthand', 'f({ x })', undefined],
  ['a key', 'f({ x: 1 })', undefined],
  ['a label', 'switch (1) { case 1: x: for (;;) {} }', undefined],
  ['a method', 'class A { x() {} }', undefined],
  ['a member of an enum', 'enum E { x }', undefined],
  ['a use in an enum', 'enum E { a = new x() }', undefined],
  ['a use in a namespace', 'namespace N { new x() }', undefined],
  ['an export', 'export { x }', undefined],
  ['a string that may name a property', "a['x']", undefined],
  ['a link in a comment', '/** {@link x} */ let a: x', undefined],
  ['prose in a comment', '/** an x */ let a: x', ' x;'],
  ['a text', '`${new x()} x`', ' x;'],
  ['an expression in slashes', 'a = /x/; new x()', ' x;'],
  ['a division', 'a = b / x / c; new x()', undefined],
  ['an escape of another letter', "const a = new x('\\u0041')", ' x;'],
  ['an escape that spells the name', "new x('\\u0078')", undefined],
  ['an escape that spells a name', 'new \\u{78}(); new x()', undefined],
  ['a method named as a word', 'a.export(); new x()', ' x;'],
  ['what may be one or the other', '{}\n/x/', undefined],
])('%s', (_, code, expected) => {
  const plain = plainUses(lead + code, 'x', 'any')
  expect(plain === undefined ? undefined : plain.slice(lead.length).replace(/\s+/, ' ')).toBe(expected)
})

test('only what is certainly a value is one', () => {
  const is = (code: string): boolean => plainUses(lead + code, 'x', 'value') !== undefined
  expect(['const a = x(1)', 'a.b(x)', 'new x()', '@x class A {}', 'let a: typeof x'].map(is)).toEqual(
    Array.from({ length: 5 }, () => true),
  )
  expect(['let a: x = 1', 'let a: x.y', 'type A = x\n(1)', 'f<x>()', 'class A extends B<x> {}'].map(is)).toEqual(
    Array.from({ length: 5 }, () => false),
  )
})

test('a file that has other things of the name is a module with nothing', () => {
  expect(plainUses('export class A<x> { a: x[] = [] }', 'x', 'any')).toBe('export {};')
  expect(plainUses('export class A<x> { a = this.x }', 'x', 'any')).toBeUndefined()
  expect(plainUses('let a: x', 'x', 'any')).toBeUndefined()
})
