import { existsSync, globSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { countTokens as cl100k } from 'gpt-tokenizer/encoding/cl100k_base'
import { countTokens as o200k } from 'gpt-tokenizer/encoding/o200k_base'
import { describe, expect, it } from 'vitest'
import { countTokens, countTokensOf, estimateTokens, tokenRatio } from '../../../core/finops/tokens.ts'

const words = (n: number): string =>
  Array.from({ length: n }, (_, i) => ['const', 'value', '=', 'other', ';\n'][i % 5]).join(' ')

describe('tokens', () => {
  it('are those of the model’s encoding', () => {
    expect(countTokens('hello world', 'gpt-5')).toBe(2)
    expect(countTokens('hello world', 'gpt-4')).toBe(2)
    expect(countTokens('', 'gpt-5')).toBe(0)
  })

  it('differ between encodings', () => {
    const text = 'Größenverhältnisse übersetzen'
    expect(countTokens(text, 'gpt-4')).toBeGreaterThan(countTokens(text, 'gpt-4o'))
    expect(countTokens(text, 'openai/gpt-4')).toBe(countTokens(text, 'gpt-4-0613'))
    expect(countTokens(text, 'gpt-4.1')).toBe(countTokens(text, 'gpt-5'))
  })

  it('are those of the encoding times a ratio, where a model has another tokenizer', () => {
    const text = words(10_000)
    const own = countTokens(text, 'gpt-5')
    const times = (model: string): number => Number((countTokens(text, model) / own).toFixed(2))
    for (const model of ['claude-haiku-4-5', 'claude-3-opus-20240229', 'claude-opus-4-20250514', 'claude-opus-4-6'])
      expect([model, times(model)]).toEqual([model, 1.12])
    for (const model of [
      'claude-sonnet-5',
      'claude-opus-4-7',
      'anthropic/claude-opus-5-5',
      'us.anthropic.claude-opus-4-8',
    ])
      expect([model, times(model)]).toEqual([model, 1.45])
    expect(['gemini-3.8-flash', 'mistral-medium-3-5', 'house-1'].map(times)).toEqual([1.16, 1.06, 1.1])
  })

  it('of other tokenizers lie by their ratios, in 90 of 100 files within their error', () => {
    const { rows } = JSON.parse(readFileSync('test/fixtures/finops/tokenizers.json', 'utf8')) as {
      rows: [path: string, own: number, ...others: number[]][]
    }
    const models = [
      'claude-haiku-4-5',
      'gemini-3.8-flash',
      'deepseek-v4-flash',
      'qwen3-coder',
      'llama-3.3-70b',
      'mistral-medium-3-5',
    ]
    for (const [i, model] of models.entries()) {
      const { ratio, low, high } = tokenRatio(model)
      const each = rows.map(([, own, ...others]) => others[i]! / own)
      const sum = (of: (row: (typeof rows)[number]) => number): number => rows.reduce((all, row) => all + of(row), 0)
      expect([model, Math.abs(sum(([, , ...others]) => others[i]!) / sum(([, own]) => own) - ratio) < 0.01]).toEqual([
        model,
        true,
      ])
      expect(each.filter((r) => r >= low && r <= high).length / each.length).toBeGreaterThanOrEqual(0.9)
    }
    // The files are those of the packages here: of those that have not changed since, the count is the same.
    const still = rows.filter(([path, own]) => {
      const file = `node_modules/${path}`
      return existsSync(file) && countTokens(readFileSync(file, 'utf8').slice(0, 4_000), 'gpt-5') === own
    })
    expect(still.length).toBeGreaterThan(rows.length / 2)
  })

  it('take control tokens for text', () => {
    expect(countTokens('<|endoftext|>', 'gpt-5')).toBeGreaterThan(1)
  })

  const plain = { disallowedSpecial: new Set<string>() }
  /** Both encodings, as gpt-tokenizer counts and as we do. */
  const counts = (text: string) => [
    [o200k(text, plain), cl100k(text, plain)],
    [countTokens(text, 'gpt-5'), countTokens(text, 'gpt-4')],
  ]

  it('are counted as gpt-tokenizer does, to the token: real files', () => {
    const files = globSync('node_modules/{zod,fastify,picomatch,yaml}/**/*.{js,md,ts}').sort()
    const read = files.filter((_, i) => i % 17 === 0).map((file) => readFileSync(file, 'utf8').slice(0, 20_000))
    expect(read.length).toBeGreaterThan(30)
    for (const text of read) {
      const [theirs, ours] = counts(text)
      expect(ours).toEqual(theirs)
    }
  })

  it.each([
    ["I'll we've they'Re it'S 'd 'x ''t a'LLB", 'contractions'],
    ['ABCdef HTMLElement ǅuro ĲSSEL ŉ x\u0301A\u0301b \u0301\u0301 漢字A漢a', 'capitals, titles and marks'],
    ['a  b\n\n \n  c\t\r\n/ ;\r\n// x   \n\u00a0\u2003 ', 'spaces, at the end too'],
    ['1234567 １２３４ ½⅔ x1y22z333', 'digits of all kinds'],
    ['\ud800 \udc00 \ud83d\udc68\u200d\ud83d\udc69 \ud835\udc00\ud835\udc1a \ud801\udc00', 'pairs, and halves of them'],
    ['<|endoftext|><|fim_prefix|>', 'control tokens'],
    ['', 'nothing'],
  ])('are counted as gpt-tokenizer does, to the token: %j (%s)', (text) => {
    const [theirs, ours] = counts(text)
    expect(ours).toEqual(theirs)
  })

  it('are counted as gpt-tokenizer does, to the token: any text', () => {
    const unit = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 6 }),
      fc.string({ unit: 'grapheme', maxLength: 6 }),
      fc.constantFrom(...' \n\r\t/\'"_-.;(){}=<>', '  ', '\r\n', 'const', 'URL', "don't", 'é', 'Ω', '漢', '9', '００'),
    )
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 40 }), (parts) => {
        // It takes the byte order mark for nothing, though both encodings have a token for it.
        const [theirs, ours] = counts(parts.join('').replaceAll('\ufeff', ''))
        expect(ours).toEqual(theirs)
      }),
      { numRuns: 1_500, seed: 4 },
    )
  })

  it('know the byte order mark', () => {
    for (const encoding of ['o200k_base', 'cl100k_base'])
      expect(readFileSync(`node_modules/gpt-tokenizer/data/${encoding}.tiktoken`, 'latin1')).toContain('\n77u/ ')
    expect([countTokens('\ufeff', 'gpt-5'), countTokens('\ufeff', 'gpt-4')]).toEqual([1, 1])
  })

  it('add up over lines', () => {
    const line = 'const value = other;\n'
    expect(countTokens(line.repeat(4000), 'gpt-5')).toBe(4000 * countTokens(line, 'gpt-5'))
  })

  it('of a long run without a break are exact too, where they need not wait', () => {
    expect(countTokens('a'.repeat(60_000), 'gpt-5')).toBe(7_500)
    // Whoever waits for a forecast is told an estimate, and how far off it may be.
    const { tokens, error } = estimateTokens([`${'qzxj'.repeat(15_000)}`], 'gpt-5')
    expect(error).toBeGreaterThan(0)
    expect(Math.abs(tokens / countTokens('qzxj'.repeat(15_000), 'gpt-5') - 1)).toBeLessThan(0.05)
  })

  it('of large texts are sampled, near the whole count, the same each time', () => {
    const files = Array.from({ length: 300 }, (_, i) => (i % 3 === 0 ? '漢字仮名交じり文。\n'.repeat(i) : words(i * 5)))
    const whole = files.reduce((sum, file) => sum + countTokens(file, 'gpt-5'), 0)
    const sampled = countTokensOf(files, 'gpt-5')
    expect(Math.abs(sampled - whole) / whole).toBeLessThan(0.035)
    const { tokens, error } = estimateTokens(files, 'gpt-5')
    expect(Math.abs(tokens - whole) / whole).toBeLessThan(2 * error)
    expect(countTokensOf(files, 'gpt-5')).toBe(sampled)
    expect(countTokensOf([...files, '', ''], 'gpt-5')).toBe(sampled)
  })

  it.each([
    ['one letter', 'a'.repeat(3_000_000)],
    ['spaces', ' '.repeat(3_000_000)],
    ['no breaks', '漢字仮名交文日本語中国'.repeat(200_000)],
    ['surrogate pairs', '\u{1f468}\u200d'.repeat(500_000)],
  ])('are counted in bounded time: %s', (_, text) => {
    const started = performance.now()
    expect(countTokens(text, 'gpt-5')).toBeGreaterThan(0)
    expect(performance.now() - started).toBeLessThan(2_000)
  })
})
