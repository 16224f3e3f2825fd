import { expect, test } from 'vitest'
import { capped, code, fenced, plain, table } from '../../action/markdown.ts'

test('text of a repository is shown and never interpreted', () => {
  expect(plain('<img src=x onerror=alert(1)> @team #1 [a](b) **b** `c` https://evil.example')).toBe(
    '&lt;img src=x onerror=alert(1)> &#64;team &#35;1 &#91;a](b) &#42;&#42;b&#42;&#42; &#96;c&#96; https&#58;//evil.example'.replace(
      '> &',
      '&gt; &',
    ),
  )
})

test('a code span ends where it should, whatever is in it', () => {
  expect(code('a.ts')).toBe('`a.ts`')
  expect(code('a`b')).toBe('`` a`b ``')
  expect(code('a|b\nc')).toBe('`a\\|b c`')
})

test('a fence is longer than any in the text', () => {
  expect(fenced('```\nx\n````\n')).toBe('`````\n```\nx\n````\n`````\n')
})

test('tables and long lists', () => {
  expect(table(['A', 'B'], [['1', '2']])).toBe('| A | B |\n| --- | --- |\n| 1 | 2 |\n')
  expect(capped(['a', 'b', 'c'], 2)).toBe('a\nb\n… and 1 more')
})
