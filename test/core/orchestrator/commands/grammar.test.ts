import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseCommands } from '../../../../core/orchestrator/commands/grammar.ts'
import { help, hint } from '../../../../core/orchestrator/commands/help.ts'
import { verbs } from '../../../../core/orchestrator/commands/verbs.ts'

const one = (markdown: string) => {
  const parsed = parseCommands(markdown)
  return parsed.kind === 'commands' && parsed.commands.length === 1 ? parsed.commands[0] : parsed
}

describe('commands', () => {
  it.each([
    ['/atomic', { verb: 'help' }],
    ['/atomic --help', { verb: 'help' }],
    ['/atomic help', { verb: 'help' }],
    ['/atomic approve --help', { verb: 'help' }],
    ['/atomic status', { verb: 'status' }],
    ['/ATOMIC Approve PLAN', { verb: 'approve', checkpoint: 'plan' }],
    ['/atomic approve plan ABCDEF1', { verb: 'approve', checkpoint: 'plan', sha: 'abcdef1' }],
    [`/atomic approve finalize ${'a'.repeat(40)}`, { verb: 'approve', checkpoint: 'finalize', sha: 'a'.repeat(40) }],
    ['/atomic reject execute', { verb: 'reject', checkpoint: 'execute' }],
    ['/atomic reject plan --reason "too large"', { verb: 'reject', checkpoint: 'plan', reason: 'too large' }],
    ['/atomic reject --reason "too large" plan', { verb: 'reject', checkpoint: 'plan', reason: 'too large' }],
    ['/atomic reject plan --reason=late', { verb: 'reject', checkpoint: 'plan', reason: 'late' }],
    ['/atomic reject plan --reason="too *bold*"', { verb: 'reject', checkpoint: 'plan', reason: 'too *bold*' }],
    ['/atomic reject plan --reason “quite wrong”', { verb: 'reject', checkpoint: 'plan', reason: 'quite wrong' }],
    ['/atomic reject plan --reason "say \\"no\\""', { verb: 'reject', checkpoint: 'plan', reason: 'say "no"' }],
    ['/atomic reject plan --reason "--reason"', { verb: 'reject', checkpoint: 'plan', reason: '--reason' }],
    ['/atomic revoke verify', { verb: 'revoke', checkpoint: 'verify' }],
    ['/atomic rollback', { verb: 'rollback' }],
    ['/atomic rollback ALL', { verb: 'rollback', batch: 'all' }],
    ['/atomic rollback bat_01ABC', { verb: 'rollback', batch: 'bat_01ABC' }],
    ['/atomic retry', { verb: 'retry' }],
    ['/atomic retry verify', { verb: 'retry', checkpoint: 'verify' }],
    ['   /atomic   plan   ', { verb: 'plan' }],
    ['thanks!\n/atomic execute\nand bye', { verb: 'execute' }],
    ['/atomic plan\\\nthen', { verb: 'plan' }],
    ['/atomic plan  \nthen', { verb: 'plan' }],
    ['/atomic plan\r\nthen', { verb: 'plan' }],
    ['/atomic\u00a0export', { verb: 'export' }],
    ['I like `x` and [it](u)\n/atomic cancel', { verb: 'cancel' }],
    ['<!-- note -->\n\n/atomic verify', { verb: 'verify' }],
    ['<details><summary>x</summary></details>\n\n/atomic finalize', { verb: 'finalize' }],
  ])('%j', (markdown, command) => {
    expect(one(markdown)).toEqual(command)
  })

  it('takes several, in order', () => {
    expect(parseCommands('/atomic approve plan\n/atomic execute\n\ntext\n\n/atomic status')).toEqual({
      kind: 'commands',
      commands: [{ verb: 'approve', checkpoint: 'plan' }, { verb: 'execute' }, { verb: 'status' }],
    })
  })

  it.each([
    ['/atomic aprove plan', 'unknown-verb'],
    ['/atomic approve', 'missing-checkpoint'],
    ['/atomic reject --reason "x"', 'missing-checkpoint'],
    ['/atomic approve everything', 'unknown-checkpoint'],
    ['/atomic approve `plan`', 'unknown-checkpoint'],
    ['/atomic approve ~~plan~~ execute', 'unknown-checkpoint'],
    ['/atomic approve "plan"', 'unknown-checkpoint'],
    ['/atomic approve pl\u200ban', 'unknown-checkpoint'],
    ['/atomic execute now', 'unexpected-argument'],
    ['/atomic approve plan abcdef1 more', 'unexpected-argument'],
    ['/atomic approve plan <!-- x -->', 'bad-sha'],
    ['/atomic approve plan abcdef', 'bad-sha'],
    ['/atomic approve plan abcdefg', 'bad-sha'],
    [`/atomic approve plan ${'a'.repeat(41)}`, 'bad-sha'],
    ['/atomic reject plan --reason "open', 'unclosed-quote'],
    ['/atomic reject plan --reason', 'missing-value'],
    ['/atomic reject plan --reason ""', 'missing-value'],
    ['/atomic reject plan --reason "a" --reason "b"', 'duplicate-flag'],
    ['/atomic approve plan --force', 'unknown-flag'],
    ['/atomic approve plan --reason "x"', 'unknown-flag'],
    ['/atomic approve plan\n/atomic reject plan', 'conflict'],
    ['/atomic status\n'.repeat(11), 'too-many-commands'],
    ['/atomic status\n/atomic oops', 'unknown-verb'],
  ])('%j is %s', (markdown, code) => {
    expect(parseCommands(markdown)).toEqual({ kind: 'error', code })
  })

  it('never lets approve and reject of different checkpoints conflict', () => {
    expect(parseCommands('/atomic approve plan\n/atomic reject execute').kind).toBe('commands')
  })
})

describe('places where nothing fires', () => {
  const command = '/atomic approve plan'
  const places: Record<string, (text: string) => string> = {
    'block quotation': (t) => `> ${t}`,
    'lazy continuation': (t) => `> hello\n${t}`,
    'fenced code': (t) => `\`\`\`\n${t}\n\`\`\``,
    'unclosed fence': (t) => `~~~\n\n${t}`,
    'indented code': (t) => `    ${t}`,
    'code span': (t) => `\`${t}\``,
    'code span over lines': (t) => `a \`b\n${t}\nc\` d`,
    'bullet list': (t) => `- ${t}`,
    'list paragraph': (t) => `- a\n\n  ${t}`,
    'lazy list line': (t) => `1. a\n${t}`,
    'ATX heading': (t) => `# ${t}`,
    'setext heading': (t) => `${t}\n---`,
    table: (t) => `${t} | b\n--- | ---`,
    'table row': (t) => `a | b\n--- | ---\n${t} | x`,
    link: (t) => `[a\n${t}\nb](https://example.com)`,
    'link title': (t) => `[a](/b "c\n${t}\nd")`,
    'struck out': (t) => `~~a\n${t}\nb~~`,
    'struck line': (t) => `~~${t}~~`,
    'HTML comment': (t) => `<!--\n${t}\n-->`,
    'HTML block': (t) => `<div>\n${t}\n</div>`,
    'HTML block with blank lines': (t) => `<details>\n\n${t}\n\n</details>`,
    'hidden div': (t) => `<div hidden>\n\nx\n\n${t}\n\n</div>`,
    'inline HTML': (t) => `a <b>\n${t}\n</b>`,
    'inline tag at the start': (t) => `<b>${t}</b>`,
    'script block': (t) => `<script>\n\n${t}`,
    footnote: (t) => `x[^1]\n\n[^1]: ${t}`,
    'middle of a line': (t) => `please ${t}`,
    bold: (t) => `**${t}**`,
    'escaped slash': (t) => `\\${t}`,
    'entity slash': (t) => t.replace('/', '&#47;'),
    'another word': (t) => t.replace('/atomic', '/atomically'),
    'a path': (t) => t.replace('/atomic ', '/atomic/'),
  }
  it.each(Object.keys(places))('%s', (name) => {
    expect(parseCommands(places[name]!(command))).toEqual({ kind: 'none' })
    expect(parseCommands(`Hello.\n\n${places[name]!(command)}`)).toEqual({ kind: 'none' })
  })

  it('nothing after it changes that', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.keys(places)),
        fc.string({ unit: 'grapheme', maxLength: 40 }),
        (name, tail) => {
          const parsed = parseCommands(`${places[name]!(command)}\n\n${tail.replace(/atomic/gi, '')}`)
          expect(parsed).toEqual({ kind: 'none' })
        },
      ),
      { seed: 4, numRuns: 300 },
    )
  })
})

describe('robustness', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      '/atomic',
      ' ',
      '\n',
      '\r',
      '\t',
      '"',
      '“',
      '\\',
      '`',
      '~~',
      '>',
      '- ',
      '1. ',
      '#',
      '|',
      '<b>',
      '</b>',
      '<!--',
      '-->',
      '[',
      '](',
      ')',
      '*',
      '_',
      'approve',
      'reject',
      'plan',
      '--reason',
      '--',
      '=',
      'abcdef1',
      '\0',
      '\ud800',
      '\u200b',
      '\n\n',
      '    ',
      '```',
      '&#47;',
      'http://a.b',
      '[^1]:',
    ),
    fc.string({ unit: 'binary', maxLength: 5 }),
  )
  it('never throws, and answers one of three kinds', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const text = pieces.join('')
        const parsed = parseCommands(text)
        expect(['commands', 'none', 'error']).toContain(parsed.kind)
        if (parsed.kind === 'error') expect(hint(text, parsed.code).message).not.toBe('')
        if (parsed.kind === 'commands') expect(parsed.commands.length).toBeLessThanOrEqual(10)
      }),
      { seed: 6, numRuns: 3000 },
    )
  })

  it('reads back what is written', () => {
    const checkpoint = fc.constantFrom('plan', 'execute', 'verify', 'finalize')
    const reason = fc
      .string({ minLength: 1, maxLength: 30, unit: fc.constantFrom(...'abc XYZ.,:"\\%é') })
      .filter((r) => r.trim() !== '')
    fc.assert(
      fc.property(checkpoint, reason, (name, text) => {
        const quoted = text.replace(/["\\]/g, '\\$&')
        expect(one(`/atomic reject ${name} --reason "${quoted}"`)).toEqual({
          verb: 'reject',
          checkpoint: name,
          reason: text,
        })
      }),
      { seed: 6, numRuns: 300 },
    )
  })

  it('survives nesting', () => {
    for (const text of ['>'.repeat(20_000), '['.repeat(300), '- '.repeat(300)])
      expect(parseCommands(`${text}/atomic approve plan`)).toEqual({ kind: 'none' })
  })
})

describe('help', () => {
  it('has a row for every verb', () => {
    expect(help).toHaveLength(verbs.length)
    expect(help.map((h) => h.usage)).toContain('/atomic approve CHECKPOINT [SHA]')
  })
  it.each([
    ['/atomic aprove plan', '/atomic approve plan'],
    ['/atomic stauts', '/atomic status'],
    ['/atomic approve plna', '/atomic approve plan'],
    ['/atomic lgtm', '/atomic help'],
    ['/atomic rollbak all', '/atomic rollback [BATCH|all]'],
    ['/atomic reject plan --why "x"', '/atomic reject plan'],
  ])('%s → %s', (text, suggestion) => {
    const parsed = parseCommands(text)
    expect(parsed.kind === 'error' && hint(text, parsed.code).suggestion).toBe(suggestion)
  })
})
