import fc from 'fast-check'
import { fromMarkdown } from 'mdast-util-from-markdown'
import { gfmFromMarkdown } from 'mdast-util-gfm'
import { gfm } from 'micromark-extension-gfm'
import { describe, expect, test } from 'vitest'
import { cut, cutLines } from '../../../app/github/render/cut.ts'
import { code, fenced, row, text } from '../../../app/github/render/escape.ts'
import { brokenSpec, withoutSpec } from '../../../app/github/render/no-mission.ts'

const parse = (markdown: string) =>
  fromMarkdown(markdown, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] })
const kinds = (markdown: string): string[] => {
  const found: string[] = []
  const walk = (node: { type: string; children?: unknown[] }): void => {
    found.push(node.type)
    for (const child of node.children ?? []) walk(child as never)
  }
  walk(parse(markdown))
  return found
}
const hostile = fc
  .array(
    fc.constantFrom(
      '@rita',
      '#12',
      '`',
      '```',
      '~~~',
      '\n',
      '<img src=x>',
      '<!--',
      '-->',
      '[a](https://x.y)',
      '![i](u)',
      'www.evil.example',
      'https://evil.example/x',
      'a@b.example',
      '|',
      '\\',
      '*',
      '_',
      '~',
      '- ',
      '1. ',
      '# ',
      '> ',
      '&lt;',
      '\u202e',
      ' ',
      'x',
      '$x$',
      '</details>',
      'acme/shop#3',
      'GH-4',
      ':tada:',
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''))

describe('escaping', () => {
  test('text is text, whatever it says', () => {
    fc.assert(
      fc.property(hostile, (value) => {
        const rendered = `Before ${text(value)} after`
        expect(new Set(kinds(rendered))).toEqual(new Set(['root', 'paragraph', 'text']))
        expect(rendered).not.toMatch(/@\w|(^|[^\\\w])#\d|[\u202a-\u202e]|:\/\/|www\.\w/)
      }),
      { seed: 7, numRuns: 500 },
    )
  })

  test('code stays code', () => {
    fc.assert(
      fc.property(hostile, (value) => {
        expect(new Set(kinds(`Before ${code(value)} after`))).toEqual(
          new Set(['root', 'paragraph', 'text', 'inlineCode']),
        )
        expect(kinds(fenced(value, 'diff'))).toEqual(['root', 'code'])
      }),
      { seed: 7, numRuns: 500 },
    )
  })

  test('a row has the cells that it was given', () => {
    fc.assert(
      fc.property(hostile, hostile, (a, b) => {
        const table = `${row('A', 'B')}\n${row('---', '---')}\n${row(text(a), code(b))}`
        expect(kinds(table).filter((k) => k === 'tableCell')).toHaveLength(4)
      }),
      { seed: 7, numRuns: 300 },
    )
  })
})

describe('cutting', () => {
  test('keeps whole lines, closes fences, says so', () => {
    const long = `a\n\`\`\`diff\n${'+ x\n'.repeat(1000)}\`\`\``
    const short = cut(long, 500, 'The rest is elsewhere.')
    expect(Buffer.byteLength(short)).toBeLessThanOrEqual(510)
    expect(kinds(short)).toEqual(['root', 'paragraph', 'text', 'code', 'paragraph', 'text'])
    expect(cut('short', 500, 'n')).toBe('short')
  })
  test('counts lines left', () => {
    expect(cutLines('ää\nb\nc', 8)).toEqual({ shown: 'ää\nb', left: 1 })
  })
})

test('check runs without a mission fit GitHub', () => {
  const findings = Array.from({ length: 120 }, (_, i) => ({
    line: i + 1,
    column: 1,
    endLine: i + 1,
    path: 'x',
    message: '@rita `x`',
  }))
  for (const check of [...withoutSpec(), ...brokenSpec('.atomic/a.json', findings)]) {
    expect(check.title.length).toBeLessThanOrEqual(250)
    expect(check.status).toBe('completed')
  }
  expect(withoutSpec().map((c) => c.conclusion)).toEqual(['neutral', 'neutral', 'neutral', 'neutral'])
  expect(brokenSpec('.atomic/a.json', findings).map((c) => c.conclusion)).toEqual([
    'failure',
    'cancelled',
    'cancelled',
    'cancelled',
  ])
})
