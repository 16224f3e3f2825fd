import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Repository } from '../../support/repository.ts'
import { atomic } from './run.ts'

vi.setConfig({ testTimeout: 60_000 })

let repo: Repository
beforeEach(() => {
  repo = new Repository('my project')
  repo.write({
    'src/user.ts': 'export class UserService {\n  getUser(id: string) {\n    return id\n  }\n}\n',
    'src/main.ts': "import { UserService } from './user.ts'\nexport const who = new UserService().getUser('1')\n",
    'change.yml': spec,
  })
  repo.commit('first')
})
afterEach(() => repo.remove())

const spec = `version: 1
title: Rename getUser to fetchUser
risk: low
operations:
  - { op: renameSymbol, symbol: "src/user.ts#UserService.getUser", to: fetchUser }
invariants:
  - { type: regex, pattern: "getUser", files: ["src/**"], expect: absent }
`
const run = (...args: string[]) => atomic(args, { cwd: repo.dir })
const read = (path: string): string => readFileSync(join(repo.dir, path), 'utf8')

describe('atomic plan', () => {
  it('previews, and writes nothing', async () => {
    const { code, stdout, stderr } = await run('plan', 'change.yml')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain('+  fetchUser(id: string) {')
    expect(stdout).toMatch(/Change +2 files, \+2 -2, 1 batch/)
    expect(stdout).toMatch(/Forecast +\$/)
    expect(stdout).toMatch(/Plan digest +sha256:[0-9a-f]{64}/)
    expect(repo.git('status', '--short')).toBe('')
  })

  it('answers in JSON, on git’s own tree ids', async () => {
    const { stdout } = await run('plan', 'change.yml', '--json')
    const answer = JSON.parse(stdout)
    expect(answer).toMatchObject({
      baseTree: repo.git('rev-parse', 'HEAD^{tree}'),
      files: { 'src/main.ts': expect.stringContaining('fetchUser') },
      forecast: { usdEstimate: expect.any(Number) },
    })
  })

  it('reads the tree of --repo, and a folder without git', async () => {
    rmSync(join(repo.dir, '.git'), { recursive: true })
    const { code, stdout } = await atomic(['plan', join(repo.dir, 'change.yml'), '--repo', repo.dir, '--json'], {
      cwd: repo.root,
    })
    expect(code).toBe(0)
    expect(Object.keys(JSON.parse(stdout).files)).toEqual(['src/main.ts', 'src/user.ts'])
  })

  it('used wrongly is exit 2, a refused spec exit 1 with code, place and what to do', async () => {
    for (const args of [
      ['plan'],
      ['plan', 'none.yml'],
      ['plan', 'change.yml', '--repo', 'none'],
      ['plan', 'change.yml', '--nope'],
    ]) {
      const { code, stdout, stderr } = await run(...args)
      expect([args, code, stdout]).toEqual([args, 2, ''])
      expect(stderr).not.toBe('')
    }
    repo.write({ 'wrong.yml': spec.replace('getUser"', 'nobody"'), 'broken.yml': 'version: 1\nextra: 1\n' })
    const refused = await run('plan', 'wrong.yml')
    expect(refused.code).toBe(1)
    expect(refused.stderr).toMatch(/^SYMBOL_NOT_FOUND: .*src\/user\.ts:1:/)
    const json = await run('plan', 'wrong.yml', '--json')
    expect([json.code, JSON.parse(json.stdout)]).toEqual([
      1,
      expect.objectContaining({ code: 'SYMBOL_NOT_FOUND', operation: 0, next: expect.any(String) }),
    ])
    const broken = await run('plan', 'broken.yml')
    expect([broken.code, broken.stderr]).toEqual([
      1,
      expect.stringMatching(/INVALID_CHANGESPEC[\s\S]*extra: unknown key/),
    ])
  })
})

describe('atomic apply and verify', () => {
  it('does exactly what was previewed, and it holds, before and after the commit', async () => {
    const { planDigest } = JSON.parse((await run('plan', 'change.yml', '--json')).stdout)
    const applied = await run('apply', 'change.yml', '--plan-digest', planDigest, '--json')
    expect(applied.code).toBe(0)
    const { resultTree, written } = JSON.parse(applied.stdout)
    expect(written).toEqual(['src/main.ts', 'src/user.ts'])
    expect(read('src/user.ts')).toContain('fetchUser')
    const verified = await run('verify', 'change.yml', '--json')
    expect([verified.code, JSON.parse(verified.stdout)]).toEqual([
      0,
      expect.objectContaining({ passed: true, treeMatches: true, planDigest, resultTree }),
    ])
    repo.commit('apply')
    expect(repo.git('rev-parse', 'HEAD^{tree}')).toBe(resultTree)
    expect((await run('verify', 'change.yml')).code).toBe(0)
  })

  it('writes nothing when the tree is no longer what was previewed', async () => {
    const { planDigest } = JSON.parse((await run('plan', 'change.yml', '--json')).stdout)
    repo.write({ 'src/other.ts': 'export {}\n' })
    const { code, stderr } = await run('apply', 'change.yml', '--plan-digest', planDigest)
    expect([code, stderr]).toEqual([1, expect.stringContaining('PLAN_CHANGED')])
    expect(read('src/user.ts')).toContain('getUser')
  })

  it('names what differs, and the invariant that does not hold', async () => {
    await run('apply', 'change.yml')
    repo.write({ 'src/user.ts': '// getUser\n' })
    const { code, stdout } = await run('verify', 'change.yml')
    expect(code).toBe(1)
    expect(stdout).toContain('src/user.ts: other content')
    expect(stdout).toMatch(/✗ regex.*\n +src\/user\.ts:1:4/)
  })

  it('in a folder without git checks the invariants, and says that there is no base', async () => {
    rmSync(join(repo.dir, '.git'), { recursive: true })
    await run('apply', 'change.yml')
    const { code, stdout, stderr } = await run('verify', 'change.yml', '--json')
    expect([code, stderr]).toEqual([0, expect.stringContaining('no base')])
    expect(JSON.parse(stdout)).not.toHaveProperty('treeMatches')
  })

  it('asks with --mutation whether the tests would notice', async () => {
    repo.write({
      'package.json': '{"type":"module","scripts":{"test":"node --test"}}',
      'src/label.js': 'export const label = (n) => (n >= 10 ? 1 : 2)\n',
      'label.test.js':
        "import test from 'node:test'\nimport assert from 'node:assert/strict'\nimport { label } from './src/label.js'\ntest('label', () => assert.equal(label(50), 1))\n",
      'label.json': JSON.stringify({
        version: 1,
        title: 'Count from nine',
        risk: 'low',
        mutation: { minScore: 90 },
        operations: [
          {
            op: 'patch',
            diff: '--- a/src/label.js\n+++ b/src/label.js\n@@ -1 +1 @@\n-export const label = (n) => (n >= 10 ? 1 : 2)\n+export const label = (n) => (n >= 9 ? 1 : 2)\n',
          },
        ],
      }),
    })
    repo.commit('label')
    expect((await run('apply', 'label.json')).code).toBe(0)
    const { code, stdout } = await run('verify', 'label.json', '--mutation', '--json')
    expect(code).toBe(1)
    const { mutation, treeMatches } = JSON.parse(stdout)
    expect(treeMatches).toBe(true)
    expect(mutation.survived).toBeGreaterThan(0)
    expect(mutation.killed).toBeGreaterThan(0)
  })
})
