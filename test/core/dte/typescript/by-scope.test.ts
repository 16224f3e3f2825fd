import ts from 'typescript'
import { expect, test } from 'vitest'
import { Project } from '../../../../core/dte/packs/typescript/project.ts'
import { renameByTypes } from '../../../../core/dte/packs/typescript/rename.ts'
import { renameByScope } from '../../../../core/dte/packs/typescript/rename-by-scope.ts'
import { treeFromFiles } from '../../../../core/dte/tree.ts'
import { numbers } from '../real/numbers.ts'
import { realProjects } from '../real/projects.ts'

const inScope = (): boolean => true

test('what scope alone finds on real code is what the whole project finds, byte for byte', { timeout: 240_000 }, () => {
  const pick = numbers(11)
  let byScope = 0
  for (const { files } of realProjects().slice(1)) {
    const tree = treeFromFiles(files)
    const sources = Object.keys(files).filter((path) => path.endsWith('.ts'))
    for (let i = 0; i < 8; i++) {
      const path = sources[pick(sources.length)] as string
      const source = ts.createSourceFile(path, files[path] as string, ts.ScriptTarget.ESNext)
      const named = source.statements.filter(
        (s) =>
          ts.isFunctionDeclaration(s) ||
          ts.isClassDeclaration(s) ||
          ts.isInterfaceDeclaration(s) ||
          ts.isTypeAliasDeclaration(s),
      )
      const name = named[pick(Math.max(1, named.length))]?.name
      if (name === undefined) continue
      // A name that is new, and one that others use already and that may collide.
      for (const to of [`${name.text}Fresh`, 'result']) {
        const op = { op: 'renameSymbol' as const, symbol: `${path}#${name.text}`, to }
        const quick = renameByScope(new Project(tree), op, { inScope })
        if (quick === undefined) continue
        byScope++
        const whole = renameByTypes(new Project(tree), op, { inScope })
        expect([...quick.changes].map(([p, e]) => [p, e?.oid]).sort(), op.symbol).toEqual(
          [...whole.changes].map(([p, e]) => [p, e?.oid]).sort(),
        )
        expect(quick.warnings).toEqual(whole.warnings)
      }
    }
  }
  expect(byScope).toBeGreaterThan(8)
})

test.each([
  [
    'a module object held whole',
    { 'a.ts': 'export const x = 1\n', 'b.ts': "import * as a from './a'\nconst held = a\nheld.x\n" },
  ],
  [
    'a module required at run time',
    { 'a.ts': 'export const x = 1\n', 'b.ts': "const { x } = await import('./a')\nx\nexport {}\n" },
  ],
  ['a script’s global', { 'a.ts': 'var x = 1\n', 'b.ts': 'globalThis.x\n' }],
  ['a namespace', { 'a.ts': 'export namespace N { export const x = 1 }\n', 'b.ts': "import { N } from './a'\nN.x\n" }],
  ['CommonJS', { 'a.js': 'function x() {}\nmodule.exports = { x }\n', 'b.js': "const a = require('./a')\na.x()\n" }],
])('%s is left to the whole project', (_, files) => {
  const [path] = Object.keys(files) as [string]
  const text = (files as Record<string, string>)[path] as string
  const column = text.search(/\bx\b/) + 1
  const op = { op: 'renameSymbol' as const, symbol: `${path}@1:${column}`, to: 'y' }
  expect(renameByScope(new Project(treeFromFiles(files)), op, { inScope })).toBeUndefined()
})
