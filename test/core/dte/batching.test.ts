import { describe, expect, test } from 'vitest'
import type { ChangeSpec, PlannedBatch } from '../../../core/contracts/index.ts'
import { derive } from '../../../core/dte/engine.ts'
import { applyChanges, blobEntry, type FileMode, type Tree, treeFromFiles, treeId } from '../../../core/dte/tree.ts'
import { specOf } from './derived.ts'

const files: Record<string, string> = {
  'tsconfig.json': '{ "compilerOptions": { "module": "esnext", "moduleResolution": "bundler", "types": [] } }\n',
  'core/user.ts':
    'export function getUser() {\r\n  return old()\r\n}\r\nexport function old() {\r\n  return 1\r\n}\r\n',
  'app/main.ts': "import { getUser, old } from '../core/user'\ngetUser()\nold()\n",
  'app/other.ts': "import { old } from '../core/user'\nold()",
  'docs/notes.md': 'one\ntwo\n',
}
const change = (batching: ChangeSpec['batching']): ChangeSpec => ({
  ...specOf(
    { op: 'renameSymbol', symbol: 'core/user.ts#getUser', to: 'fetchUser' },
    {
      op: 'replaceAPI',
      target: 'core/user.ts#old',
      replacement: 'fetchUser($$$)',
      imports: [{ module: './core/user', names: ['fetchUser'] }],
    },
    { op: 'patch', diff: '--- a/docs/notes.md\n+++ b/docs/notes.md\n@@ -1,2 +1,2 @@\n-one\n+ONE\n two\n' },
    { op: 'moveModule', from: 'app/other.ts', to: 'app/deep/other.ts' },
    { op: 'insertNode', target: 'app/main.ts', position: 'last', code: 'export {}', unlessExists: true },
  ),
  ...(batching === undefined ? {} : { batching }),
})

const run = (tree: Tree, batch: PlannedBatch, back: boolean): Tree =>
  applyChanges(
    tree,
    new Map(
      batch.changes.map((c) => {
        const text = back ? c.before : c.after
        return [c.path, text === null ? null : blobEntry(text, (c.mode ?? '100644') as FileMode)]
      }),
    ),
  )

describe.each([
  [undefined],
  [{ by: 'operation' }],
  [{ by: 'directory' }],
  [{ by: 'size', maxFiles: 1 }],
  [{ by: 'size' }],
] as const)('batches %j', (batching) => {
  const base = treeFromFiles(files)
  const spec = change(batching)
  const { answer, tree } = derive(spec, spec, base)

  test('each leads from its base to its result, and back byte for byte', () => {
    expect(treeId(tree)).toBe(answer.resultTree)
    let now: Tree = base
    for (const batch of answer.batches) {
      expect(treeId(now)).toBe(batch.baseTree)
      expect(batch.changes.length).toBeGreaterThan(0)
      now = run(now, batch, false)
      expect(treeId(now)).toBe(batch.resultTree)
    }
    expect(treeId(now)).toBe(answer.resultTree)
    for (const batch of answer.batches.toReversed()) {
      now = run(now, batch, true)
      expect(treeId(now)).toBe(batch.baseTree)
    }
    expect(treeId(now)).toBe(answer.baseTree)
    expect([...new Set(answer.batches.flatMap((b) => b.operations))].sort()).toEqual([0, 1, 2, 3, 4])
  })

  test('the same for any order of files', () => {
    const shuffled = new Map([...base].sort(([a], [b]) => (a.length % 3) - (b.length % 3) || (a < b ? 1 : -1)))
    expect(derive(spec, spec, shuffled).answer).toEqual(answer)
  })
})

test('files that one rename touches stay together, whatever the size asked for', () => {
  const spec = change({ by: 'size', maxFiles: 1 })
  const { batches } = derive(spec, spec, treeFromFiles(files)).answer
  const together = batches.find((b) => b.changes.some((c) => c.path === 'core/user.ts'))
  expect(together?.changes.map((c) => c.path)).toContain('app/main.ts')
  expect(batches.some((b) => b.changes.every((c) => c.path === 'docs/notes.md'))).toBe(true)
})

test('a committed node_modules changes nothing but the tree it stands in', () => {
  const spec = change(undefined)
  const beside = {
    ...files,
    'node_modules/lodash/index.js': 'exports.get = 1',
    'app/node_modules/x/index.d.ts': 'export function getUser(): 1',
  }
  const { answer } = derive(spec, spec, treeFromFiles(beside))
  expect(answer.files).toEqual(derive(spec, spec, treeFromFiles(files)).answer.files)
})
