import { describe, expect, it } from 'vitest'
import { ownerLine, parseCodeowners } from '../../../../core/orchestrator/approvals/codeowners.ts'

/** The examples of GitHub's page on code owners. */
const text = `
*       @global-owner1 @global-owner2
*.js    @js-owner #This is an inline comment.
*.go docs@example.com
*.txt @octo-org/octocats
/build/logs/ @doctocat
docs/* docs@example.com
apps/ @octocat
/docs/ @doctocat
/scripts/ @doctocat @octocat
**/logs @octocat
/apps/ @octocat
/apps/github
my\\ file @space
!no @never
`
const lines = parseCodeowners(text)
const owners = (path: string) => ownerLine(lines, path)?.owners

describe('CODEOWNERS', () => {
  it.each([
    ['README.md', ['global-owner1', 'global-owner2']],
    ['src/deep/a.js', ['js-owner']],
    ['x/y.go', ['docs@example.com']],
    ['a.txt', ['octo-org/octocats']],
    ['build/logs/x/y', ['octocat']],
    ['deep/build/logs/x', ['octocat']],
    ['docs/getting-started.md', ['doctocat']],
    ['docs/build/deep.md', ['doctocat']],
    ['lib/apps/x', ['octocat']],
    ['scripts/run.js', ['doctocat', 'octocat']],
    ['scripts/logs/a', ['octocat']],
    ['apps/github/x', []],
    ['my file', ['space']],
  ])('%s', (path, expected) => {
    expect(owners(path)).toEqual(expected)
  })
  it('keeps `docs/*` to docs itself', () => {
    const only = parseCodeowners('docs/* @d')
    expect(ownerLine(only, 'docs/a.md')?.owners).toEqual(['d'])
    expect(ownerLine(only, 'docs/a/b.md')).toBeUndefined()
    expect(ownerLine(only, 'x/docs/a.md')).toBeUndefined()
  })
  it('is case-sensitive in paths and skips lines it cannot read', () => {
    expect(ownerLine(parseCodeowners('Docs/ @d'), 'docs/a')).toBeUndefined()
    expect(parseCodeowners('a not-an-owner\nb[1] @x\n# c @x\n')).toEqual([])
  })
  it('is not slowed by stars', () => {
    const hostile = parseCodeowners(`${'*a'.repeat(2000)} @x\n${'**/a/'.repeat(500)}b @x`)
    const started = performance.now()
    ownerLine(hostile, 'a/'.repeat(500) + 'a'.repeat(3000))
    expect(performance.now() - started).toBeLessThan(2000)
  })
})
