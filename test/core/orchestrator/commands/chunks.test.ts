import fc from 'fast-check'
import { fromMarkdown } from 'mdast-util-from-markdown'
import { gfmFromMarkdown } from 'mdast-util-gfm'
import { gfm } from 'micromark-extension-gfm'
import { describe, expect, it } from 'vitest'
import { commandLines } from '../../../../core/orchestrator/commands/lines.ts'

/** The same question, asked of the tree of the whole comment. */
function reference(markdown: string): string[] {
  const tree = fromMarkdown(markdown, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] })
  return tree.children.flatMap((node) => {
    if (node.type !== 'paragraph') return []
    return node.children.flatMap((child) => {
      if (child.type !== 'text') return []
      const { start, end } = child.position!
      const found: string[] = []
      for (const match of markdown.slice(start.offset, end.offset).matchAll(/(?<=^|[\r\n])[ \t]*\/atomic (\w+)/g)) {
        const at = start.offset! + match.index
        if (at === node.position!.start.offset || /[\r\n][ \t]*$/.test(markdown.slice(0, at))) found.push(match[1]!)
      }
      return found
    })
  })
}
const ours = (markdown: string): string[] => commandLines(markdown).map((l) => /\w+/.exec(l)?.[0] ?? '')

const line = fc.constantFrom(
  '/atomic one',
  '/atomic two',
  ' /atomic three',
  '    /atomic four',
  'text',
  'more `code',
  '',
  '',
  '',
  '',
  '> quote',
  '>',
  '- item',
  '-',
  '  deep',
  '   deeper',
  '    code',
  '1. first',
  '1. second',
  '1) ten',
  '+ plus',
  '* star',
  '```',
  '~~~',
  '  ```',
  ' ~~~',
  '````',
  '``` js',
  '> ```',
  '- ```',
  '---',
  '===',
  '| a | b |',
  '|---|---|',
  '# head',
  '[^1]: note',
  '[a]: b',
  '**bold',
  '~~gone',
  '*',
  '_',
  '\\',
  'end\\',
  '***',
  '\t/atomic five',
  '\tx',
  '-\t/atomic six',
)
const withHtml = fc.oneof(
  line,
  fc.constantFrom(
    '<div>',
    '</div>',
    '<!-- x',
    '-->',
    '<!-- x -->',
    '<script>',
    '</script>',
    '<pre>',
    'a <b>',
    '<?x',
    '?>',
    '<b>',
    '<br>',
    '  <!-- y',
    '- <!--',
  ),
)
const documents = (of: fc.Arbitrary<string>) =>
  fc.array(of, { minLength: 1, maxLength: 14 }).map((all) => all.join('\n'))

describe('looking only around a command', () => {
  it('finds what the tree of the whole comment says', () => {
    fc.assert(
      fc.property(documents(line), (markdown) => {
        fc.pre(!markdown.includes(']:'))
        expect([markdown, ours(markdown)]).toEqual([markdown, reference(markdown)])
      }),
      { seed: 17, numRuns: 1500 },
    )
  })
  it('never finds more, whatever HTML stands around', () => {
    fc.assert(
      fc.property(documents(withHtml), (markdown) => {
        const all = reference(markdown)
        for (const found of ours(markdown)) expect([markdown, all]).toEqual([markdown, expect.arrayContaining([found])])
        expect(ours(markdown).length).toBeLessThanOrEqual(all.length)
      }),
      { seed: 18, numRuns: 1500 },
    )
  })
  it('does not grow with what stands elsewhere', () => {
    const noise = [
      '>'.repeat(65_000),
      '['.repeat(65_000),
      '- '.repeat(30_000),
      '*a **a '.repeat(9_000),
      'word *and* `more`\n\n'.repeat(3_500),
      '<a '.repeat(20_000),
      '```\n'.repeat(16_000),
      '/atomic x\n\n'.repeat(6_000),
    ]
    for (const text of noise) {
      commandLines(`${text}\n\n/atomic one`)
      const started = performance.now()
      commandLines(`${text}\n\n/atomic one`)
      expect([text.slice(0, 8), performance.now() - started < 500]).toEqual([text.slice(0, 8), true])
    }
  })
})
