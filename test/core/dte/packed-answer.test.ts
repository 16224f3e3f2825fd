import { expect, test } from 'vitest'
import { derive } from '../../../core/dte/engine.ts'
import { packAnswer, unpackAnswer } from '../../../core/dte/packed-answer.ts'
import { blobEntry, treeFromFiles } from '../../../core/dte/tree.ts'
import { specOf } from './derived.ts'

test('an answer crosses to the asker whole: texts between operations, moves, deletions, modes, empty files', () => {
  const base = new Map([
    ...treeFromFiles({
      'a.ts': 'export const a = 1\n',
      'b.ts': "import { a } from './a'\na\n",
      'gone.md': 'x\n',
      'empty.ts': '',
    }),
    ['run.ts', blobEntry("import { a } from './a'\na\n", '100755')] as const,
    ['image.png', blobEntry(new Uint8Array([0, 255]))] as const,
  ])
  const spec = specOf(
    { op: 'renameSymbol', symbol: 'a.ts#a', to: 'between' },
    { op: 'renameSymbol', symbol: 'a.ts#between', to: 'last' },
    { op: 'moveModule', from: 'a.ts', to: 'lib/a.ts' },
    { op: 'moveModule', from: 'empty.ts', to: 'lib/empty.ts' },
    { op: 'moveModule', from: 'image.png', to: 'lib/image.png' },
    { op: 'patch', diff: '--- a/gone.md\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n' },
  )
  const derived = derive(spec, spec, base)
  const got = unpackAnswer(structuredClone(packAnswer(derived, base)), base)
  expect(got.answer).toEqual(derived.answer)
  expect(
    [...got.changes].map(([p, e]) => [p, e?.mode, e?.oid, e && Buffer.from(e.data ?? []).toString('hex')]),
  ).toEqual([...derived.changes].map(([p, e]) => [p, e?.mode, e?.oid, e && Buffer.from(e.data ?? []).toString('hex')]))
})
