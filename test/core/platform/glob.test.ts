import fc from 'fast-check'
import picomatch from 'picomatch'
import { describe, expect, it } from 'vitest'
import { compileGlob, GlobError } from '../../../core/platform/glob.ts'

describe('globs', () => {
  it.each([
    ['.github/workflows/**', '.github/workflows/a/b.yml', true],
    ['.github/workflows/**', '.github/workflow', false],
    ['**/*.pem', 'a.pem', true],
    ['**/*.pem', '.secrets/a.pem', true],
    ['src/*', 'src/a/b', false],
    ['src/{a,b/{c,d}}.ts', 'src/b/d.ts', true],
    ['src/[a-c]?.ts', 'src/b1.ts', true],
    ['src/[!a-c].ts', 'src/b.ts', false],
    ['a\\*b', 'a*b', true],
    ['a\\*b', 'axb', false],
    ['**', 'any/.thing', true],
  ])('%s on %s is %s', (pattern, path, expected) => {
    expect(compileGlob(pattern)(path)).toBe(expected)
  })
  it.each(['a{b', 'a[b', '{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}'])('refuses %s', (pattern) => {
    expect(() => compileGlob(pattern)).toThrow(GlobError)
  })
  it('agrees with picomatch', () => {
    const segment = fc.constantFrom('a', 'b', 'ab', '*', 'a*', '*b', '?', '**', 'a?b', '{a,b}')
    const name = fc.constantFrom('a', 'b', 'ab', 'aab', 'abb', '.a')
    fc.assert(
      fc.property(
        fc.array(segment, { minLength: 1, maxLength: 4 }),
        fc.array(name, { minLength: 1, maxLength: 4 }),
        (p, n) => {
          // Whether a trailing `/**` may stand for nothing depends in picomatch on what is before it.
          const pattern = `${p.join('/')}/b`
          const path = `${n.join('/')}/b`
          expect([pattern, path, compileGlob(pattern)(path)]).toEqual([
            pattern,
            path,
            picomatch.isMatch(path, pattern, { dot: true }),
          ])
        },
      ),
      { seed: 9, numRuns: 3000 },
    )
  })
  it('is not slowed by stars', () => {
    const started = performance.now()
    compileGlob(`${'*a'.repeat(400)}b`)('a'.repeat(4000))
    compileGlob(`${'**/'.repeat(300)}b`)('a/'.repeat(2000))
    expect(performance.now() - started).toBeLessThan(2000)
  })
})
