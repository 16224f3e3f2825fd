import ts from 'typescript'
import { expect, test } from 'vitest'
import { importLines } from '../../../../core/dte/packs/typescript/import-lines.ts'
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
