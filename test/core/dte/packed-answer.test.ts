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

test('what was edited crosses by its edits alone, where each character is a byte', () => {
  const long = `// ${'x'.repeat(10_000)}\r\n`
  const files = {
    'a.ts': `export const a = 1\n${long}`,
    'b.ts': `import { a } from './a'\na\n${long}a\n`,
    'c.ts': `import { a } from './a'\n'ä'\na\n`,
  }
  const base = treeFromFiles(files)
  const spec = specOf({ op: 'renameSymbol', symbol: 'a.ts#a', to: 'größe' })
  const derived = derive(spec, spec, base)
  const packed = structuredClone(packAnswer(derived, base))
  expect(packed.edited.map(([, path]) => path)).toEqual(['a.ts', 'b.ts'])
  expect(packed.blobs).toHaveLength(1)
  expect(JSON.stringify(packed.edited).length).toBeLessThan(500)
  const got = unpackAnswer(packed, base)
  expect(got.answer.files).toEqual(
    Object.fromEntries(Object.entries(files).map(([path, text]) => [path, text.replace(/(?<!\/)\ba\b/g, 'größe')])),
  )
  expect(got.answer).toEqual(derived.answer)
})
