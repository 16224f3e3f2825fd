import { afterAll, describe, expect, test } from 'vitest'
import type { ChangeSpec } from '../../../core/contracts/index.ts'
import { derive } from '../../../core/dte/engine.ts'
import { blobEntry, type Tree, textOf, treeFromFiles } from '../../../core/dte/tree.ts'
import { GitTrees } from '../../support/git-trees.ts'
import { specOf } from './derived.ts'
import { TypeCheck } from './real/type-check.ts'

const git = new GitTrees()
afterAll(() => git.remove())

const files: Record<string, string> = {
  'tsconfig.json':
    '{ "compilerOptions": { "strict": true, "noUnusedLocals": true, "module": "esnext", "moduleResolution": "bundler", "lib": ["es2015"], "types": [] } }\n',
  'core/user.ts':
    'export function getUser(): number {\r\n  return 1\r\n}\r\nexport function old(): number {\r\n  return 2\r\n}\r\n',
  'app/main.ts': "import { getUser, old } from '../core/user'\ngetUser()\nexport const n: number = old()\n",
  'app/other.ts': "import { old } from '../core/user'\nexport const m: number = old()",
  'app/util.ts': 'export const unused = 1\nexport const used = 2\n',
  'lib/use.ts':
    "import { used } from '../app/util'\nimport { old } from '../core/user'\nexport const k = used + old()\n",
  'app/notes.md': 'one\ntwo\n',
}
// Each operation but the first stands on what those before it did, in other folders.
const operations: ChangeSpec['operations'] = [
  { op: 'patch', diff: '--- a/app/notes.md\n+++ b/app/notes.md\n@@ -1,2 +1,2 @@\n-one\n+ONE\n two\n' },
  { op: 'renameSymbol', symbol: 'core/user.ts#getUser', to: 'fetchUser' },
  {
    op: 'insertNode',
    target: 'core/user.ts#fetchUser',
    position: 'after',
    code: 'export const twice = (n: number): number => n * 2',
  },
  {
    op: 'replaceAPI',
    target: 'core/user.ts#old',
    replacement: 'twice(1)',
    imports: [{ module: './core/user', names: ['twice'] }],
  },
  { op: 'deleteNode', target: 'core/user.ts#old' },
  { op: 'moveModule', from: 'app/util.ts', to: 'shared/util.ts' },
  { op: 'deleteNode', target: 'shared/util.ts#unused' },
  { op: 'insertNode', target: 'app/other.ts', position: 'last', code: "export { used } from '../shared/util'" },
]

describe('every batch leaves the tree green', () => {
  test.each([
    [{ by: 'operation' }],
    [{ by: 'directory' }],
    [{ by: 'size', maxFiles: 1 }],
    [{ by: 'size', maxFiles: 3 }],
  ] as const)('%j', { timeout: 60_000 }, (batching) => {
    using types = new TypeCheck(files)
    expect(types.base).toEqual([])
    const spec: ChangeSpec = { ...specOf(...operations), batching }
    const { answer } = derive(spec, spec, treeFromFiles(files))
    const now = { ...files }
    for (const batch of answer.batches) {
      for (const { path, after } of batch.changes)
        if (after === null) delete now[path]
        else now[path] = after
      expect([batch.title, types.errors(now)]).toEqual([batch.title, []])
    }
    expect(new Set(answer.batches.flatMap((b) => b.operations)).size).toBe(operations.length)
  })
})

test('git applies the diff of a plan, and comes to the planned tree', () => {
  const base: Tree = new Map([
    ...treeFromFiles({ ...files, 'bin/é "q".md': 'no end', 'bin/gone.md': 'x\r\ny\r\n' }),
    ['bin/run.ts', blobEntry("#!/usr/bin/env node\nimport { getUser } from '../core/user'\ngetUser()\n", '100755')],
    ['bin/tool.sh', blobEntry('#!/bin/sh\n')],
  ])
  const patch = [
    'diff --git a/bin/gone.md b/bin/gone.md\ndeleted file mode 100644\n--- a/bin/gone.md\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-x\r\n-y\r\n',
    'diff --git a/bin/tool.sh b/bin/tool.sh\nold mode 100644\nnew mode 100755\n',
    'diff --git "a/bin/\\303\\251 \\"q\\".md" "b/bin/\\303\\251 \\"q\\".md"\n--- "a/bin/\\303\\251 \\"q\\".md"\n+++ "b/bin/\\303\\251 \\"q\\".md"\n@@ -1 +1,2 @@\n-no end\n\\ No newline at end of file\n+an end\n+no end\n\\ No newline at end of file\n',
  ].join('')
  const spec = specOf(
    ...operations,
    { op: 'patch', diff: patch },
    { op: 'moveModule', from: 'bin/run.ts', to: 'cli/run.ts' },
    { op: 'moveModule', from: 'core', to: 'kernel' },
  )
  const { answer, tree } = derive(spec, spec, base)
  for (const sign of [
    'rename from core/user.ts',
    'deleted file mode 100644',
    'new mode 100755',
    '\\ No newline at end',
  ])
    expect(answer.diff).toContain(sign)
  expect(answer.diff).toContain('\r\n')
  expect(git.applied(base, answer.diff)).toBe(answer.resultTree)
  expect(tree.get('cli/run.ts')?.mode).toBe('100755')
  expect(textOf(tree.get('kernel/user.ts'))).toContain('fetchUser(): number {\r\n')
})
