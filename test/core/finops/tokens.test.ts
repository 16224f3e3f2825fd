import { describe, expect, it } from 'vitest'
import { countTokens, countTokensOf } from '../../../core/finops/tokens.ts'

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
    expect(countTokens(text, 'claude-sonnet-5')).toBe(countTokens(text, 'gpt-5'))
  })

  it('take control tokens for text', () => {
    expect(countTokens('<|endoftext|>', 'gpt-5')).toBeGreaterThan(1)
  })

  it('add up over pieces', () => {
    const line = 'const value = other;\n'
    const one = countTokens(line, 'gpt-5')
    const many = countTokens(line.repeat(4000), 'gpt-5')
    expect(Math.abs(many - 4000 * one) / (4000 * one)).toBeLessThan(0.01)
  })

  it('of large texts are sampled, near the whole count, the same each time', () => {
    const files = Array.from({ length: 300 }, (_, i) => (i % 3 === 0 ? '漢字仮名交じり文。\n'.repeat(i) : words(i * 5)))
    const whole = files.reduce((sum, file) => sum + countTokens(file, 'gpt-5'), 0)
    const sampled = countTokensOf(files, 'gpt-5')
    expect(Math.abs(sampled - whole) / whole).toBeLessThan(0.05)
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
    // Whole, this takes minutes: the merge is quadratic.
    expect(performance.now() - started).toBeLessThan(8_000)
  })
})
