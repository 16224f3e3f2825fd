import ts from 'typescript'
import { expect, test } from 'vitest'
import { Project } from '../../../../core/dte/packs/typescript/project.ts'
import { renameByTypes } from '../../../../core/dte/packs/typescript/rename.ts'
import { renameByScope } from '../../../../core/dte/packs/typescript/rename-by-scope.ts'
import { type TreeChanges, treeFromFiles } from '../../../../core/dte/tree.ts'
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

const changed = ({ changes }: { changes: TreeChanges }) =>
  [...changes].map(([path, entry]) => [path, entry?.oid]).sort()

/** The rename of a class as scope alone makes it, or as the whole project does where scope does not tell; and as the whole project does. */
function both(files: Record<string, string>): { isQuick: boolean; made: unknown; whole: unknown } {
  const tree = treeFromFiles(files)
  const op = { op: 'renameSymbol' as const, symbol: 'm0.ts#Old', to: 'Fresh' }
  const quick = renameByScope(new Project(tree), op, { inScope })
  const whole = changed(renameByTypes(new Project(tree), op, { inScope }))
  return { isQuick: quick !== undefined, made: quick === undefined ? whole : changed(quick), whole }
}

test.each([
  ['a star', 'export class Old {}', "export * from './m0'", "import { Old } from './m1'\nnew Old()"],
  ['a star of a name', 'export class Old {}', "export * as ns from './m0'", "import { ns } from './m1'\nnew ns.Old()"],
  [
    'a module in a list',
    'export class Old {}',
    "import * as all from './m0'\nexport { all as ns }",
    "import { ns } from './m1'\nnew ns.Old()",
  ],
  [
    'a module in a constant',
    'export class Old {}',
    "import * as all from './m0'\nexport const ns = all",
    "import { ns } from './m1'\nnew ns.Old()",
  ],
  [
    'a module as the default',
    'export class Old {}',
    "import * as all from './m0'\nexport default all",
    "import ns from './m1'\nnew ns.Old()",
  ],
  [
    'a default by another name',
    'export default class Old {}',
    "import Thing from './m0'\nexport default Thing",
    "import Old from './m1'\nnew Old()",
  ],
  [
    'a default in a list',
    'export default class Old {}',
    "import Thing from './m0'\nexport { Thing as default }",
    "import Old from './m1'\nnew Old()",
  ],
  [
    'a default passed on',
    'export default class Old {}',
    "export { default } from './m0'",
    "import Old from './m1'\nnew Old()",
  ],
  [
    'a module loaded when it is asked for',
    'export class Old {}',
    "export const load = () => import('./m0')",
    "import { load } from './m1'\nnew (await load()).Old()",
  ],
])('by a file that does not say the name: %s', (_, declared, passing, using) => {
  const { made, whole } = both({ 'm0.ts': declared, 'm1.ts': passing, 'm2.ts': using })
  expect(made).toEqual(whole)
  expect(whole).not.toHaveLength(0)
})

test('through generated modules, most of which do not say the name, scope finds what the whole project finds', {
  timeout: 120_000,
}, () => {
  const pick = numbers(5)
  /** Statements about another module, with a number of their own. */
  const statements: ((from: string, n: number) => string)[] = [
    (from) => `export * from ${from}`,
    (from, n) => `export * as ns${n} from ${from}`,
    (from, n) => `import * as all${n} from ${from}\nexport { all${n} as ns${n} }`,
    (from, n) => `import * as all${n} from ${from}\nexport const ns${n} = all${n}`,
    (from, n) => `import D${n} from ${from}\nexport const got${n} = D${n}`,
    (from, n) => `import { ns${pick(9)} as ns${n} } from ${from}\nexport { ns${n} }`,
    (from, n) => `import { ns${pick(9)} as x${n} } from ${from}\nnew x${n}.Old()`,
    (from, n) => `import { Old as Old${n} } from ${from}\nexport const made${n} = new Old${n}()`,
    (from, n) => `export { Old as Other${n} } from ${from}`,
    (_, n) => `export class Thing${n} { value = ${n} }`,
  ]
  const defaults: ((from: string, n: number) => string)[] = [
    (from, n) => `import D${n} from ${from}\nexport default D${n}`,
    (from) => `export { default } from ${from}`,
    (from, n) => `import * as all${n} from ${from}\nexport default all${n}`,
    (from) => `import Old from ${from}\nexport const own = new Old()`,
  ]
  let quick = 0
  for (let seed = 0; seed < 150; seed++) {
    const files: Record<string, string> = { 'm0.ts': `export ${pick(3) === 0 ? 'default ' : ''}class Old {}\n` }
    const count = 2 + pick(4)
    let n = 0
    for (let i = 1; i <= count; i++) {
      const lines = Array.from({ length: 1 + pick(2) }, () =>
        (statements[pick(statements.length)] as (typeof statements)[0])(`'./m${pick(i)}'`, n++),
      )
      if (pick(2) === 0) lines.push((defaults[pick(defaults.length)] as (typeof defaults)[0])(`'./m${pick(i)}'`, n++))
      files[`m${i}.ts`] = `${lines.join('\n')}\n`
    }
    const { isQuick, made, whole } = both(files)
    if (isQuick) quick++
    expect(made, JSON.stringify(files, null, 1)).toEqual(whole)
  }
  expect(quick).toBeGreaterThan(30)
})
