import { describe, expect, test } from 'vitest'
import { derive } from '../../../../core/dte/engine.ts'
import { treeFromFiles } from '../../../../core/dte/tree.ts'
import { refusal, result, specOf } from '../derived.ts'

const move = (from: string, to: string) => ({ op: 'moveModule' as const, from, to })

describe('a move takes everything along that leads there', () => {
  test('every kind of specifier, each in its own style', () => {
    const before = {
      'src/a.ts': "import { b } from './b'\nexport const a = b\nexport default 1\n",
      'src/b.ts': 'export const b = 1\n',
      'src/use.ts': [
        "import { a } from './a'",
        "import type { a as t } from './a.js'",
        "import x = require('./a')",
        "export * from './a'",
        "export { a as c } from '../src/a'",
        "const d = import('./a')",
        "const r = require('./a')",
        "vi.mock('./a', () => ({}))",
        "jest.requireActual('./a')",
        "type T = typeof import('./a')",
        "/** @type {import('./a').a} */",
        "declare module './a' { interface X {} }",
        "const not = './a'",
        '',
      ].join('\n'),
      'src/ref.d.ts': '/// <reference path="./glob.d.ts" />\n',
      'src/glob.d.ts': 'declare const g: 1\n',
    }
    const after = result(before, move('src/a.ts', 'src/lib/a.ts'), move('src/glob.d.ts', 'types/glob.d.ts'))
    expect(Object.keys(after)).toEqual(['src/b.ts', 'src/lib/a.ts', 'src/ref.d.ts', 'src/use.ts', 'types/glob.d.ts'])
    expect(after['src/lib/a.ts']).toBe("import { b } from '../b'\nexport const a = b\nexport default 1\n")
    expect(after['src/ref.d.ts']).toBe('/// <reference path="../types/glob.d.ts" />\n')
    expect(after['src/use.ts']).toBe(
      before['src/use.ts']
        .replaceAll("'./a", "'./lib/a")
        .replace("'../src/a'", "'./lib/a'")
        .replace("not = './lib/a'", "not = './a'"),
    )
  })

  test('a folder, with index files, tests beside and assets', () => {
    const before = {
      'src/ui/index.ts': "export * from './button'\nimport './style.css'\nimport data from './data.json'\n",
      'src/ui/button.ts': "import { util } from '../util'\nexport const button = util\n",
      'src/ui/style.css': '',
      'src/ui/data.json': '{}',
      'src/util.ts': 'export const util = 1\n',
      'src/app.ts':
        "import { button } from './ui'\nimport * as ui from './ui/index.js'\nconst u = new URL('./ui/style.css', import.meta.url)\n",
    }
    const after = result(before, move('src/ui', 'src/view/widgets'))
    expect(after['src/app.ts']).toBe(
      "import { button } from './view/widgets'\nimport * as ui from './view/widgets/index.js'\nconst u = new URL('./view/widgets/style.css', import.meta.url)\n",
    )
    expect(after['src/view/widgets/button.ts']).toBe("import { util } from '../../util'\nexport const button = util\n")
    expect(after['src/view/widgets/index.ts']).toBe(before['src/ui/index.ts'])
  })

  test('path aliases, package.json and tsconfig', () => {
    const before = {
      'tsconfig.json':
        '{\n  // paths\n  "compilerOptions": { "paths": { "@/*": ["./src/*"], "core": ["./src/core.ts"] }, "module": "esnext", "moduleResolution": "bundler" },\n  "include": ["src"],\n  "files": ["src/core.ts"]\n}\n',
      'package.json':
        '{\n  "name": "pkg",\n  "main": "src/core.ts",\n  "exports": { ".": { "import": "./src/core.ts" }, "./x": "./src/x.ts" },\n  "bin": { "b": "./src/core.ts" }\n}\n',
      'src/core.ts': 'export const core = 1\n',
      'src/x.ts':
        "import { core } from 'core'\nimport { core as c2 } from '@/core'\nimport { core as c3 } from 'pkg'\nexport default core\n",
    }
    const after = result(before, move('src/core.ts', 'src/deep/kernel.ts'))
    expect(after['tsconfig.json']).toBe(before['tsconfig.json'].replaceAll('src/core.ts', 'src/deep/kernel.ts'))
    expect(after['package.json']).toBe(before['package.json'].replaceAll('src/core.ts', 'src/deep/kernel.ts'))
    expect(after['src/x.ts']).toBe(before['src/x.ts'].replace("'@/core'", "'@/deep/kernel'"))
  })

  test('everything else of package.json that is a path, and tsconfig’s list', () => {
    const before = {
      'package.json':
        '{\n  "name": "p",\n  "types": "./src/a.ts",\n  "typings": "src/a.ts",\n  "module": "./src/a.ts",\n  "browser": { "./src/a.ts": "./src/b.ts", "fs": false },\n  "files": ["src/a.ts", "README.md"],\n  "sideEffects": ["./src/a.ts"],\n  "bin": "./src/a.ts",\n  "imports": { "#a": "./src/a.ts" },\n  "typesVersions": { "*": { "x": ["src/a.ts"] } },\n  "keywords": ["src/a.ts"]\n}\n',
      'tsconfig.json': '{ "include": ["src/a.ts", "src"], "exclude": ["src/b.ts"] }\n',
      'src/a.ts': 'export const a = 1\n',
      'src/b.ts': "import { a } from '#a'\na\n",
    }
    const after = result(before, move('src/a.ts', 'src/x/c.ts'))
    const moved = (text: string): string => text.replaceAll('src/a.ts', 'src/x/c.ts')
    expect(after['package.json']).toBe(moved(before['package.json']).replace('["src/x/c.ts"]\n}', '["src/a.ts"]\n}'))
    expect(after['tsconfig.json']).toBe(moved(before['tsconfig.json']))
    expect(after['src/b.ts']).toBe(before['src/b.ts'])
  })

  test('packages of a workspace and project references', () => {
    const before = {
      'packages/a/package.json': '{ "name": "@w/a", "exports": "./src/index.ts" }\n',
      'packages/a/tsconfig.json':
        '{ "compilerOptions": { "composite": true, "module": "nodenext" }, "include": ["src"] }\n',
      'packages/a/src/index.ts': "export * from './one.js'\n",
      'packages/a/src/one.ts': 'export const one = 1\n',
      'packages/b/package.json': '{ "name": "@w/b" }\n',
      'packages/b/tsconfig.json':
        '{ "compilerOptions": { "module": "nodenext" }, "references": [{ "path": "../a" }], "include": ["src"] }\n',
      'packages/b/src/main.ts': "import { one } from '@w/a'\none\n",
    }
    const after = result(before, move('packages/a/src/one.ts', 'packages/a/src/parts/one.ts'))
    expect(after['packages/a/src/index.ts']).toBe("export * from './parts/one.js'\n")
    const moved = result(before, move('packages/a', 'libs/a'))
    expect(moved['packages/b/tsconfig.json']).toContain('"../../libs/a"')
    expect(moved['packages/b/src/main.ts']).toBe(before['packages/b/src/main.ts'])
  })

  test('a second time there is nothing left to do', () => {
    const files = { 'a.ts': 'export const a = 1\n', 'b.ts': "import './a'\n" }
    const once = result(files, move('a.ts', 'c/a.ts'))
    expect(result(once, move('a.ts', 'c/a.ts'))).toEqual(once)
  })
})

test('a spec that names one project is refused where what that project does not see would have to follow', () => {
  const files = {
    'tsconfig.json': '{ "include": ["src"] }\n',
    'package.json': '{ "main": "src/a.ts" }\n',
    'src/a.ts': 'export const a = 1\n',
    'src/b.ts': "import { a } from './a'\na\n",
    'src/c.ts': 'export const c = 1\n',
    'test/a.ts': "import { a } from '../src/a'\na\n",
  }
  const named = (from: string, to: string) => {
    const spec = { ...specOf(move(from, to)), project: 'tsconfig.json' }
    return () => derive(spec, spec, treeFromFiles(files)).answer.files
  }
  expect(named('src/a.ts', 'src/lib/a.ts')).toThrow(
    expect.objectContaining({ code: 'STILL_REFERENCED', place: 'test/a.ts:1:1', operation: 0 }),
  )
  expect(Object.keys(named('src/c.ts', 'src/lib/c.ts')())).toEqual(['src/c.ts', 'src/lib/c.ts'])
  expect(result(files, move('src/a.ts', 'src/lib/a.ts'))['test/a.ts']).toBe("import { a } from '../src/lib/a'\na\n")
})

describe('a move is refused', () => {
  const files = { 'a.ts': "import './lib'\n", 'b.ts': '', 'lib/index.ts': '', 'x.ts': "import './none'\n" }
  test.each([
    ['to where something stands', 'a.ts', 'b.ts', 'PATH_TAKEN b.ts:1:1 #0'],
    ['under a file', 'a.ts', 'b.ts/a.ts', 'PATH_TAKEN  #0'],
    ['into itself', 'lib', 'lib/lib', 'PATH_TAKEN lib:1:1 #0'],
    ['of nothing', 'none.ts', 'c.ts', 'SYMBOL_NOT_FOUND none.ts:1:1 #0'],
    ['out of the tree', 'a.ts', '../a.ts', 'PATH_ESCAPES  #0'],
    ['into .git', 'a.ts', '.git/a.ts', 'PATH_ESCAPES  #0'],
    ['into node_modules', 'a.ts', 'node_modules/x/a.ts', 'PATH_ESCAPES node_modules/x/a.ts:1:1 #0'],
    ['that would capture another import', 'b.ts', 'lib.ts', 'NAME_COLLISION a.ts:1:9 #0'],
    ['that would bring an unresolved import to life', 'b.ts', 'none.ts', 'NAME_COLLISION x.ts:1:9 #0'],
  ])('%s', (_, from, to, code) => {
    expect(refusal(files, move(from, to))).toBe(code)
  })
})
