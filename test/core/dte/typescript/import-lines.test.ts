import ts from 'typescript'
import { expect, test } from 'vitest'
import { importLines, passedOn } from '../../../../core/dte/packs/typescript/import-lines.ts'
import { realProjects } from '../real/projects.ts'

/** Each specifier of a file's own imports and re-exports, with its line and column. */
function specifiers(text: string): string[] {
  const source = ts.createSourceFile('a.ts', text, ts.ScriptTarget.ESNext, true)
  return source.statements.flatMap((s) => {
    const specifier = ts.isImportDeclaration(s) || ts.isExportDeclaration(s) ? s.moduleSpecifier : undefined
    if (specifier === undefined) return []
    const { line, character } = source.getLineAndCharacterOfPosition(specifier.getStart())
    return [`${specifier.getText()} ${specifier.getStart()} ${line}:${character}`]
  })
}

test('on real code, the lines of imports say what the whole file says of other files', { timeout: 60_000 }, () => {
  let shown = 0
  for (const { files } of realProjects()) {
    for (const [path, text] of Object.entries(files)) {
      const lines = path.endsWith('.ts') ? importLines(text) : undefined
      if (lines === undefined) continue
      shown++
      expect(specifiers(lines), path).toEqual(specifiers(text))
    }
  }
  expect(shown).toBeGreaterThan(300)
})

test.each([
  'import a from \'./a\'\nlet b = 1\nexport * from "./b"',
  "export { x }\nexport { y } from './y'; export type { Z } from './z'",
  'export * as "a b" from \'./a\'\nimport { "c d" as e } from \'./c\'',
  "import './a'\r\n// import './b'\r\nexport type * from './c'",
  "const a = `${`}`} import './x'`\nimport type { B } from './b'",
])('%j', (text) => {
  expect(specifiers(importLines(text) as string)).toEqual(specifiers(text))
})

test.each([
  "declare module 'a' { import b from './b' }",
  "import a from './a' with { type: 'json' }",
  "import a = b.c\nimport './d'",
  "/// <reference path='./a' />\nimport './b'",
  "import './a'\n`",
])('%j is read whole', (text) => {
  expect(importLines(text)).toBeUndefined()
})

/** What a file imports, and what it exports otherwise than where it declares. */
function links(text: string): string[] {
  const source = ts.createSourceFile('a.ts', text, ts.ScriptTarget.ESNext, true)
  return source.statements
    .filter(
      (s) =>
        ts.isImportDeclaration(s) ||
        ts.isImportEqualsDeclaration(s) ||
        ts.isExportDeclaration(s) ||
        ts.isExportAssignment(s) ||
        ts.isNamespaceExportDeclaration(s),
    )
    .map((s) => s.getText().replace(/;$/, ''))
}

test('on real code, what a file passes on is what the whole file passes on', { timeout: 60_000 }, () => {
  let shown = 0
  for (const { files } of realProjects()) {
    for (const [path, text] of Object.entries(files)) {
      const passing = path.endsWith('.ts') ? passedOn(text) : undefined
      if (passing === undefined) continue
      shown++
      expect(links(passing), path).toEqual([...links(text), 'export {}'])
      const source = ts.createSourceFile(path, text, ts.ScriptTarget.ESNext)
      expect(ts.isExternalModule(source), path).toBe(true)
      const isDefault = (s: ts.Statement): boolean =>
        (ts.canHaveModifiers(s) && ts.getModifiers(s)?.some((m) => m.kind === ts.SyntaxKind.DefaultKeyword)) === true
      expect(source.statements.some(isDefault), path).toBe(false)
    }
  }
  expect(shown).toBeGreaterThan(250)
})

test.each([
  [
    'import a from "./a"\nlet b = 1\nexport { a, type b as c }\nexport class D {}',
    'import a from "./a"\n         \nexport { a, type b as c }\nexport {};',
  ],
  ['export const a = { b: 1 }', '\nexport {};'],
])('%j passes on its lists', (text, expected) => {
  expect(passedOn(text)).toBe(expected)
})

test.each([
  'export default class {}',
  'export default 1',
  "import a from './a'\nexport = a",
  'const a = 1\nexport { a as default }',
  'export as namespace a',
  "import './a'\nexport import b = a.b",
  'const script = 1',
  'declare global { const a: 1 }\nexport {}',
])('%j is read whole for what it passes on', (text) => {
  expect(passedOn(text)).toBeUndefined()
})
