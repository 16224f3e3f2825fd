import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { applyPatch } from '../../../core/dte/diff/apply.ts'
import { changedInPlace } from '../../../core/dte/diff/in-place.ts'
import { diffLines, splitLines } from '../../../core/dte/diff/lines.ts'
import { diffTrees } from '../../../core/dte/diff/unified.ts'
import { type Splice, spliced } from '../../../core/dte/spliced.ts'
import { applyChanges, blobEntry, type Tree, treeFromFiles, treeId } from '../../../core/dte/tree.ts'
import { GitTrees } from '../../support/git-trees.ts'

/** The UTF-8 of a text, beginning so many bytes into its memory. */
const bytesAt = (offset: number, text: string): Buffer => Buffer.from(' '.repeat(offset) + text).subarray(offset)

const git = new GitTrees()
afterAll(() => git.remove())

test('lines that change where they stand are told as they are when more lines come', () => {
  const line = fc.constantFrom('a\n', 'b\n', 'old c\n', 'old d\n', '}\n')
  fc.assert(
    fc.property(fc.array(line, { maxLength: 30 }), fc.boolean(), (a, every) => {
      const b = a.map((l, i) => (every || i % 2 === 0 ? l.replace('old', 'new') : l))
      // Where a line that changed is found elsewhere too, there is more than one shortest way.
      const kept = new Set<string>(a.filter((l, i) => b[i] === l))
      const changed = new Set(a.flatMap((l, i) => (b[i] === l ? [] : [l, b[i] as string])))
      fc.pre([...changed].every((l) => !kept.has(l)))
      // One more line at the end leads around the short way.
      const longer = diffLines([...a, 'x\n'], [...b, 'y\n', 'z\n'])
      const last = longer.pop()
      const joined = last !== undefined && last.aStart < a.length
      const [was, is] = [Buffer.from(a.join('')), Buffer.from(b.join(''))]
      const inPlace = changedInPlace(was, is, 3)?.changes
      expect([...longer, ...(joined ? [{ ...last, aEnd: a.length, bEnd: a.length }] : [])]).toEqual(inPlace)
    }),
    { seed: 11, numRuns: 2_000 },
  )
})

test('texts are compared in place where each line that changed is found nowhere else, and only there', () => {
  // Long ones too, and many: texts are compared in blocks of bytes.
  const filler = ['what stays '.repeat(9), 'and stays '.repeat(40), 'stays', '}']
  const lines = fc.oneof(
    fc.array(fc.constantFrom('a', 'b', 'é', '', 'xy', 'xyz', '🙂'), { maxLength: 6 }),
    fc.array(fc.constantFrom('a', 'xy', 'é', ...filler, ...filler), { minLength: 20, maxLength: 120 }),
  )
  const text = fc.tuple(lines, fc.boolean()).map(([l, end]) => l.join('\n') + (end ? '\n' : ''))
  const swap = fc.tuple(text, fc.constantFrom('a', 'b', 'xy', 'é'), fc.constantFrom('q', 'xyz', 'ê', 'a'))
  let compared = 0
  fc.assert(
    fc.property(
      fc.oneof(
        swap.map(([t, from, to]) => [t, t.replaceAll(from, to)]),
        fc.tuple(text, text),
      ),
      fc.nat(5),
      ([was, is], offset) => {
        const [a, b] = [splitLines(was as string), splitLines(is as string)]
        const differ = a.flatMap((line, n) => (line === b[n] ? [] : [n]))
        const [gone, come] = [differ.map((n) => a[n]), differ.map((n) => b[n])]
        const kept = a.filter((line, n) => line === b[n])
        const isAlone = [...gone, ...come].every((line) => !kept.includes(line as string))
        const inPlace = changedInPlace(bytesAt(offset, was as string), bytesAt(5 - offset, is as string), 3)
        expect(inPlace !== undefined).toBe(
          a.length === b.length && isAlone && !gone.some((line) => come.includes(line)),
        )
        if (inPlace === undefined) return
        compared++
        expect([inPlace.a.length, inPlace.b.length]).toEqual([a.length, b.length])
        expect(inPlace.changes.flatMap(({ aStart, aEnd }) => a.slice(aStart, aEnd).map((_, i) => aStart + i))).toEqual(
          differ,
        )
        for (const n of differ) expect(inPlace.b[n]).toBe(b[n])
        for (const n of differ)
          expect(inPlace.a.slice(Math.max(0, n - 3), n + 4)).toEqual(a.slice(Math.max(0, n - 3), n + 4))
      },
    ),
    { seed: 5, numRuns: 2_000 },
  )
  expect(compared).toBeGreaterThan(200)
})

test('where it is known what was edited, the lines that changed are those that a comparison finds', () => {
  const line = fc.constantFrom('a', 'bc', '', 'old name', '}', 'what stays '.repeat(9))
  const edit = fc.tuple(fc.nat(400), fc.nat(6), fc.constantFrom('', 'q', 'old', 'new', 'x\n', '\n', 'ä'))
  const text = fc
    .tuple(fc.array(line, { maxLength: 40 }), fc.boolean())
    .map(([l, end]) => l.join('\n') + (end ? '\n' : ''))
  let known = 0
  fc.assert(
    fc.property(text, fc.array(edit, { minLength: 1, maxLength: 6 }), (was, edits) => {
      const base = Buffer.from(was)
      const splices: Splice[] = []
      const placed = edits.map(([at, length, put]) => [at % (base.length + 1), length, put] as const)
      for (const [start, length, put] of placed.sort((a, b) => a[0] - b[0])) {
        if (start < (splices.at(-1)?.end ?? 0)) continue
        splices.push({ start, end: Math.min(base.length, start + length), text: put })
      }
      const is = spliced(base, splices)
      const found = changedInPlace(Buffer.from(base), Buffer.from(is), 3)
      expect(changedInPlace(base, is, 3, splices)).toEqual(found)
      // Once more, from what is known of the text by now.
      expect(changedInPlace(base, is, 3, splices)).toEqual(found)
      if (found !== undefined && found.changes.length > 0) known++
    }),
    { seed: 3, numRuns: 4_000, examples: [['a\nb', [[2, 1, '']]]] },
  )
  expect(known).toBeGreaterThan(300)
})

const diffOf = (before: Tree, after: Tree, moved?: Map<string, string>): string =>
  diffTrees(before, after, moved)
    .map((f) => f.text)
    .join('')
const lines = (n: number): string => Array.from({ length: n }, (_, i) => `line ${i}\n`).join('')

describe('a diff is what git apply accepts, and our own patches read it back', () => {
  const cases: [string, Record<string, string>, Record<string, string>, Map<string, string>?][] = [
    ['edit', { 'a.ts': lines(40) }, { 'a.ts': lines(40).replace('line 3\n', 'LINE\n').replace('line 30\n', '') }],
    ['new and deleted', { a: 'x\n', b: '' }, { c: 'y\n', d: '' }],
    ['no newline at the end', { a: 'x\ny', b: 'x\n', c: 'x' }, { a: 'x\nz', b: 'x', c: 'x\n' }],
    ['CRLF and tabs', { a: 'x\r\n\ty\r\nz\r\n' }, { a: 'x\r\n\tY\r\nz\r\n' }],
    [
      'odd names',
      { 'a b.ts': 'x\n', 'é".ts': 'x\n', 'tab\t': 'x\n' },
      { 'a b.ts': 'y\n', 'é".ts': 'y\n', 'tab\t': 'y\n' },
    ],
    ['renamed', { 'src/a.ts': lines(20) }, { 'lib/b.ts': lines(20) }],
    ['renamed with edits', { 'src/a.ts': lines(20) }, { 'lib/b.ts': lines(21) }, new Map([['lib/b.ts', 'src/a.ts']])],
    ['nothing', { a: 'x' }, { a: 'x' }],
    ['lines that look like headers', { a: '-- a\n++ b\n' }, { a: '-- c\n++ d\n' }],
  ]
  test.each(cases)('%s', (_, from, to, moved) => {
    const [before, after] = [treeFromFiles(from), treeFromFiles(to)]
    const diff = diffOf(before, after, moved)
    expect(git.applied(before, diff)).toBe(treeId(after))
    if (diff !== '') expect(treeId(applyChanges(before, applyPatch(before, diff).changes))).toBe(treeId(after))
  })

  test('modes', () => {
    const before = treeFromFiles({ run: 'x\n', both: 'y\n' })
    const after = new Map([
      ['run', blobEntry('x\n', '100755')],
      ['both', blobEntry('z\n', '100755')],
    ] as const)
    const diff = diffOf(before, after)
    expect(git.applied(before, diff)).toBe(treeId(after))
    expect(treeId(applyChanges(before, applyPatch(before, diff).changes))).toBe(treeId(after))
  })

  test('any two texts', () => {
    const text = fc
      .array(fc.constantFrom('a\n', 'b\n', 'c\n', '\n', '}\n', ' x\n', '\r\n'), { maxLength: 30 })
      .map((l) => l.join(''))
    const ending = fc.constantFrom('', 'end')
    fc.assert(
      fc.property(text, text, ending, ending, (a, b, x, y) => {
        const [before, after] = [treeFromFiles({ f: a + x }), treeFromFiles({ f: b + y })]
        const diff = diffOf(before, after)
        if (diff === '') return
        expect(treeId(applyChanges(before, applyPatch(before, diff).changes))).toBe(treeId(after))
      }),
      { seed: 2, numRuns: 500 },
    )
  })
})

describe('a patch is applied exactly or not at all', () => {
  const tree = treeFromFiles({ 'a.md': 'one\ntwo\nthree\n', 'deep/b.md': 'x\n' })
  const code = (diff: string): string => {
    try {
      applyPatch(tree, diff)
      return 'applied'
    } catch (e) {
      return (e as { code: string }).code
    }
  }
  const edit = (path: string, body: string): string => `--- a/${path}\n+++ b/${path}\n${body}`
  test('with its place', () => {
    expect(code(edit('a.md', '@@ -2 +2 @@\n-two\n+TWO\n'))).toBe('applied')
    expect(() => applyPatch(tree, edit('a.md', '@@ -2 +2 @@\n-zwei\n+TWO\n'))).toThrowError(
      expect.objectContaining({ code: 'PATCH_FAILS', place: 'a.md:2:1' }),
    )
  })
  test.each([
    ['no fuzz: the line stands elsewhere', edit('a.md', '@@ -1 +1 @@\n-two\n+TWO\n')],
    ['counts that lie', edit('a.md', '@@ -2,2 +2 @@\n-two\n+TWO\n')],
    ['more lines than the header says', edit('a.md', '@@ -2 +2 @@\n-two\n+TWO\n+more\n')],
    ['hunks out of order', edit('a.md', '@@ -3 +3 @@\n-three\n+3\n@@ -1 +1 @@\n-one\n+1\n')],
    ['no such file', edit('none.md', '@@ -1 +1 @@\n-a\n+b\n')],
    ['not a diff', 'hello\n'],
    ['a deletion that leaves something', '--- a/a.md\n+++ /dev/null\n@@ -1 +0,0 @@\n-one\n'],
    ['binary', 'diff --git a/x b/x\nnew file mode 100644\nGIT binary patch\nliteral 1\n'],
  ])('%s', (_, diff) => expect(code(diff)).toBe('PATCH_FAILS'))
  test.each([
    ['..', '--- /dev/null\n+++ b/../x\n@@ -0,0 +1 @@\n+x\n'],
    ['.git', '--- /dev/null\n+++ b/.git/hooks/x\n@@ -0,0 +1 @@\n+x\n'],
    [
      'a link that leads out',
      'diff --git a/l b/l\nnew file mode 120000\n--- /dev/null\n+++ b/l\n@@ -0,0 +1 @@\n+/etc/passwd\n\\ No newline at end of file\n',
    ],
  ])('a path that escapes: %s', (_, diff) => expect(code(diff)).toBe('PATH_ESCAPES'))
  test('a path that is taken', () => {
    expect(code('--- /dev/null\n+++ b/a.md\n@@ -0,0 +1 @@\n+x\n')).toBe('PATH_TAKEN')
    expect(code('--- /dev/null\n+++ b/a.md/x\n@@ -0,0 +1 @@\n+x\n')).toBe('PATH_TAKEN')
  })
})
