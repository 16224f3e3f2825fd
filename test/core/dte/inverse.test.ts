import { expect, test } from 'vitest'
import type { Batching, Operation, PlannedBatch } from '../../../core/contracts/index.ts'
import { applyPatch } from '../../../core/dte/diff/apply.ts'
import { diffTrees } from '../../../core/dte/diff/unified.ts'
import { derive } from '../../../core/dte/engine.ts'
import { applyChanges, blobEntry, type Tree, textOf, treeFromFiles, treeId } from '../../../core/dte/tree.ts'
import { isAtomicError } from '../../../core/platform/errors.ts'
import { specOf } from './derived.ts'
import { numbers } from './real/numbers.ts'
import { generate, rootOf, texts } from './typescript/modules.ts'

type Pick = (below: number) => number

/** A generated program with odd bytes: Windows line ends, a byte order mark, no newline at the end, tabs. */
function treeOf(pick: Pick): { tree: Tree; names: string[] } {
  const program = generate(pick)
  const files: Record<string, string> = {
    ...texts(program),
    'old.ts': 'export function old(a: number, b = 2) {\n\treturn a + b\n}\n',
    'calls.ts': "import { old } from './old'\nold(1)\nexport const two = old(1, 2) * 2",
    'notes.md': 'one\r\ntwo\r\nthree',
  }
  for (const path of Object.keys(files)) {
    if (pick(3) === 0) files[path] = (files[path] as string).replaceAll(/\r?\n/g, '\r\n')
    if (pick(4) === 0 && path.endsWith('.ts')) files[path] = `\ufeff${files[path]}`
    if (pick(4) === 0) files[path] = (files[path] as string).trimEnd()
  }
  const tree = new Map(treeFromFiles(files))
  tree.set('run.ts', blobEntry("#!/usr/bin/env node\nimport './calls'\n", '100755'))
  const names = program.a.entities.filter((e) => rootOf(e) === e).map((e) => e.name)
  return { tree, names }
}

const kinds: Record<Operation['op'], (pick: Pick, names: string[], tree: Tree) => Operation> = {
  renameSymbol: (pick, names) => ({
    op: 'renameSymbol',
    symbol: `a.ts#${names[pick(names.length)]}`,
    to: `renamed${pick(9)}`,
  }),
  replaceAPI: () => ({ op: 'replaceAPI', target: 'old.ts#old', replacement: '[$0, $1].length' }),
  moveModule: (pick) => ({
    op: 'moveModule',
    from: `${['a', 'c', 'old', 'run'][pick(4)]}.ts`,
    to: `lib${pick(3)}/moved${pick(9)}.ts`,
  }),
  insertNode: (pick) => ({
    op: 'insertNode',
    target: 'b.ts',
    position: 'last',
    code: `export const made${pick(9)} = 1`,
  }),
  deleteNode: (pick, names) => ({
    op: 'deleteNode',
    target: `a.ts#${names[pick(names.length)]}`,
    whenReferenced: pick(2) === 0 ? 'cascade' : 'fail',
  }),
  patch: (pick, _, tree) => {
    const text = textOf(tree.get('notes.md')) ?? 'two\n'
    const after = new Map(tree)
    if (pick(3) === 0) after.delete('notes.md')
    else after.set('notes.md', blobEntry(text.replace('two', `zwei${pick(9)}`), pick(2) === 0 ? '100755' : '100644'))
    after.set(`new${pick(9)}.md`, blobEntry('new\n'))
    return {
      op: 'patch',
      diff: diffTrees(tree, after)
        .map((file) => file.text)
        .join(''),
    }
  },
}

function land(tree: Tree, { changes }: PlannedBatch, modesOf: Tree, back: boolean): Tree {
  return applyChanges(
    tree,
    new Map(
      changes.map(({ path, before, after, mode }) => {
        const text = back ? before : after
        const as = back ? modesOf.get(path)?.mode : mode
        return [path, text === null ? null : blobEntry(text, as as '100644')]
      }),
    ),
  )
}

test('what was applied is taken back to the byte: batch by batch, and by the diff read backwards', {
  timeout: 120_000,
}, () => {
  const done: Partial<Record<Operation['op'], number>> = {}
  const batchings: (Batching | undefined)[] = [undefined, { by: 'directory' }, { by: 'size', maxFiles: 2 }]
  for (let seed = 1; seed <= 100; seed++) {
    const pick = numbers(seed)
    const { tree: base, names } = treeOf(pick)
    const operations: Operation[] = []
    let now = base
    for (let i = 0; i < 3; i++) {
      const op = Object.keys(kinds)[pick(6)] as Operation['op']
      const operation = kinds[op](pick, names, now)
      const spec = specOf(operation)
      try {
        const { tree } = derive(spec, spec, now)
        now = tree
        operations.push(operation)
        done[op] = (done[op] ?? 0) + 1
      } catch (error) {
        if (!isAtomicError(error)) throw error
      }
    }
    if (operations.length === 0) continue
    const batching = batchings[seed % 3]
    const spec = { ...specOf(...operations), ...(batching === undefined ? {} : { batching }) }
    const { answer, tree: result } = derive(spec, spec, base)
    const what = JSON.stringify({ seed, operations }, null, 1)
    expect(answer.resultTree, what).toBe(treeId(now))
    const states = [base]
    for (const batch of answer.batches) states.push(land(states.at(-1) as Tree, batch, base, false))
    expect(states.map(treeId), what).toEqual([answer.baseTree, ...answer.batches.map((b) => b.resultTree)])
    let back = states.at(-1) as Tree
    answer.batches.toReversed().forEach((batch, i) => {
      back = land(back, batch, states[answer.batches.length - 1 - i] as Tree, true)
      expect(treeId(back), what).toBe(batch.baseTree)
    })
    expect(treeId(back), what).toBe(treeId(base))
    const inverse = diffTrees(result, base)
      .map((file) => file.text)
      .join('')
    if (inverse !== '')
      expect(treeId(applyChanges(result, applyPatch(result, inverse).changes)), what).toBe(treeId(base))
  }
  for (const op of Object.keys(kinds)) expect([op, (done[op as Operation['op']] ?? 0) >= 8]).toEqual([op, true])
})
