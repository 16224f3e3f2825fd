import { expect, test } from 'vitest'
import { diffParts } from '../../../app/web/diff-parts.ts'
import { diffView } from '../../../app/web/diff-view.ts'

const file = (name: string, lines: number): string =>
  `diff --git a/${name} b/${name}\nindex 1..2 100644\n--- a/${name}\n+++ b/${name}\n@@ -1,${lines} +1,${lines} @@\n` +
  Array.from({ length: lines }, (_, i) => `-old ${name} ${i}\n+new ${name} ${i}\n`).join('')

test('lines are counted as they are, whatever they begin with', () => {
  const diff = [
    'diff --git a/a.md b/b.md',
    'similarity index 90%',
    'rename from a.md',
    'rename to b.md',
    'index 1..2 100644',
    '--- a/a.md',
    '+++ b/b.md',
    '@@ -3,3 +3,3 @@ title',
    ' same',
    '--- a line of two dashes',
    '+++ a line of two pluses',
    '\\ No newline at end of file',
    'diff --git a/run.sh b/run.sh',
    'old mode 100644',
    'new mode 100755',
    'diff --git a/x.png b/x.png',
    'new file mode 100644',
    'index 0..2',
    'Binary files /dev/null and b/x.png differ',
    '',
  ].join('\n')
  const [renamed, mode, binary] = diffParts(diff)
  expect(renamed).toMatchObject({ name: 'b.md', notes: ['renamed from a.md'], added: 1, removed: 1 })
  expect(renamed!.lines.slice(1)).toEqual([
    { kind: 'same', text: 'same', before: 3, after: 3 },
    { kind: 'removed', text: '-- a line of two dashes', before: 4 },
    { kind: 'added', text: '++ a line of two pluses', after: 4 },
    { kind: 'note', text: 'No newline at end of file' },
  ])
  expect(mode).toMatchObject({ name: 'run.sh', notes: ['mode 100644 →', '100755'], lines: [] })
  expect(binary).toMatchObject({ name: 'x.png', notes: ['new', 'binary'], lines: [] })
})

test('a thousand files, and one of thousands of lines, come page by page, each line once', () => {
  const diff = Array.from({ length: 1_000 }, (_, i) => file(`src/f${i}.ts`, i === 500 ? 3_000 : 20)).join('')
  const seen: string[] = []
  let pages = 0
  for (let from: string | undefined = '0'; from !== undefined; pages++) {
    const { text }: { text: string } = diffView(diff, '/diff', Number(from))
    expect(text.length).toBeLessThan(80_000)
    seen.push(...[...text.matchAll(/>[-+]((?:old|new) [^<]+)</g)].map(([, line]) => line!))
    from = /\?from=(\d+)/.exec(text)?.[1]
  }
  expect(pages).toBeGreaterThan(20)
  expect(seen).toEqual([...diff.matchAll(/^[-+]((?:old|new) .+)$/gm)].map(([, line]) => line))
})
