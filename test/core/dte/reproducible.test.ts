import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import type { ChangeSpec } from '../../../core/contracts/index.ts'
import { derive } from '../../../core/dte/engine.ts'
import { treeFromFiles } from '../../../core/dte/tree.ts'
import { specOf } from './derived.ts'
import { numbers } from './real/numbers.ts'

const files: Record<string, string> = {
  'tsconfig.json': '{ "compilerOptions": { "noLib": true, "types": [], "module": "esnext", "jsx": "preserve" } }\n',
  'package.json': '{ "name": "p", "main": "src/a.ts" }\n',
  'src/a.ts': 'export function get() { return 1 }\nexport class Ä { ß = get() }\n',
  'src/b.ts': "import { get } from './a'\nexport const o = { get }\n",
  'src/ä.ts': "import * as a from './a'\na.get()\nnew a.Ä().ß\n",
  'src/İ.ts': "import { get as ı } from './a'\nı()\n",
  'lib/Z.ts': "export { get } from '../src/a'\r\n",
  'lib/z.tsx': "import { get } from './Z'\nexport const z = <div title={String(get())} />",
}
const spec: ChangeSpec = {
  ...specOf(
    { op: 'renameSymbol', symbol: 'src/a.ts#get', to: 'fetch1' },
    { op: 'moveModule', from: 'src/a.ts', to: 'src/deep/a.ts' },
    { op: 'replaceAPI', target: 'src/deep/a.ts#fetch1', replacement: '[1].length' },
    { op: 'insertNode', target: 'src/deep/a.ts#Ä', position: 'last', code: 'more() { return this.ß }' },
  ),
  batching: { by: 'directory' },
}

function shuffled(seed: number): Record<string, string> {
  const pick = numbers(seed)
  const paths = Object.keys(files)
  for (let i = paths.length - 1; i > 0; i--) {
    const j = pick(i + 1)
    ;[paths[i], paths[j]] = [paths[j] as string, paths[i] as string]
  }
  return Object.fromEntries(paths.map((path) => [path, files[path] as string]))
}

test('a hundred runs in any order of files give one answer', () => {
  const { answer } = derive(spec, spec, treeFromFiles(files))
  expect(answer.operations.map((o) => o.edits > 0)).toEqual([true, true, true, true])
  for (let seed = 1; seed <= 100; seed++)
    expect(derive(spec, spec, treeFromFiles(shuffled(seed))).answer).toEqual(answer)
})

test('packages beside the tree, committed or not, change nothing', () => {
  const { answer } = derive(spec, spec, treeFromFiles(files))
  const beside = treeFromFiles({
    ...files,
    'node_modules/dep/index.ts': "import { get } from '../../src/a'\nget()\n",
    'src/node_modules/a/index.d.ts': 'export function get(): string\n',
    'node_modules/@types/node/index.d.ts': 'declare var fetch1: 1\n',
  })
  const { files: changed, operations, diff } = derive(spec, spec, beside).answer
  expect({ changed, operations, diff }).toEqual({
    changed: answer.files,
    operations: answer.operations,
    diff: answer.diff,
  })
})

test('one digest under any locale, time zone, working folder and memory, from a folder with packages and without', {
  timeout: 120_000,
}, () => {
  const root = mkdtempSync(join(tmpdir(), 'atomic-digest-'))
  const cli = resolve('app/cli.ts')
  const seen = new Set<string>()
  try {
    const runs: [env: Record<string, string>, args: string[], packages: boolean][] = [
      [{ LC_ALL: 'C', TZ: 'UTC' }, [], false],
      [{ LC_ALL: 'tr_TR.UTF-8', LANG: 'tr_TR.UTF-8', TZ: 'Asia/Kolkata' }, [], true],
      [{ LC_ALL: 'sv_SE.UTF-8', TZ: 'America/St_Johns', NODE_ENV: 'production' }, ['--max-semi-space-size=1'], true],
    ]
    for (const [i, [env, args, packages]] of runs.entries()) {
      const dir = join(root, `run ${i}`)
      const put = (path: string, text: string): void => {
        mkdirSync(dirname(join(dir, path)), { recursive: true })
        writeFileSync(join(dir, path), text)
      }
      for (const [path, text] of Object.entries(files)) put(path, text)
      put('.gitignore', 'node_modules/\n')
      if (packages) put('node_modules/@types/node/index.d.ts', 'declare var fetch1: 1\n')
      execFileSync('git', ['-C', dir, 'init', '-q'])
      put('.git/info/exclude', 'spec.json\n')
      put('spec.json', JSON.stringify(spec))
      const told = execFileSync(process.execPath, [...args, cli, 'plan', 'spec.json', '--json'], {
        cwd: dir,
        encoding: 'utf8',
        env: { PATH: process.env.PATH, HOME: root, ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      seen.add((JSON.parse(told) as { planDigest: string }).planDigest)
    }
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
  expect([...seen]).toEqual([expect.stringMatching(/^sha256:[0-9a-f]{64}$/)])
})
