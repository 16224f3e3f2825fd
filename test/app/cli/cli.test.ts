import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { settings } from '../../../app/settings.ts'
import { atomic } from './run.ts'

let dir = ''
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'atomic cli '))
})
afterAll(() => rm(dir, { recursive: true, force: true }))

describe('atomic', () => {
  it('lists its commands, and says what is wrong with exit 2', async () => {
    const help = await atomic(['--help'])
    expect(help.code).toBe(0)
    for (const name of ['serve', 'parse-comment', 'explain', 'report', 'export', 'verify-pack', 'key'])
      expect(help.stdout).toContain(name)
    for (const args of [
      ['nope'],
      ['serve', '--nope'],
      ['verify-pack'],
      ['report'],
      ['explain'],
      ['report', '--cost', '--by', 'moon'],
    ]) {
      const { code, stdout, stderr } = await atomic(args, { env: { ATOMIC_DATA_DIR: dir } })
      expect([args, code, stdout]).toEqual([args, 2, ''])
      expect(stderr).not.toBe('')
      expect(stderr).not.toMatch(/^\s+at /m)
    }
  })

  it('parses a comment', async () => {
    const good = await atomic(['parse-comment'], { input: '/atomic approve plan' })
    expect([good.code, JSON.parse(good.stdout)]).toEqual([
      0,
      { kind: 'commands', commands: [{ verb: 'approve', checkpoint: 'plan' }] },
    ])
    const none = await atomic(['parse-comment', '--json'], { input: '> /atomic approve plan' })
    expect([none.code, JSON.parse(none.stdout)]).toEqual([0, { kind: 'none' }])
    const wrong = await atomic(['parse-comment'], { input: '/atomic approve' })
    expect([wrong.code, JSON.parse(wrong.stdout)]).toEqual([1, { kind: 'error', code: 'missing-checkpoint' }])
  })

  it('explains a configuration', async () => {
    const config = join(dir, 'atomic.yml')
    const facts = join(dir, 'facts.json')
    await writeFile(config, 'version: 1\napprovals: { plan: { required: 2 } }\n')
    await writeFile(facts, 'no json')
    expect((await atomic(['explain', '--config', config, '--facts', facts])).code).toBe(2)
    await writeFile(facts, '{}')
    const { code, stderr } = await atomic(['explain', '--config', config, '--facts', facts])
    expect([code, stderr]).toEqual([1, expect.stringContaining('INVALID_REQUEST')])
    await writeFile(config, 'version: 1\napprovals: { plan: { required: -2 } }\n')
    const refused = await atomic(['explain', '--config', config, '--facts', facts])
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('approvals.plan.required')])
  })

  it('makes a key and shows the one of a data directory', async () => {
    const made = await atomic(['key', 'new', '--name', 'example.com/log', '--json'])
    const { skey, vkey } = JSON.parse(made.stdout)
    expect(skey).toMatch(/^PRIVATE\+KEY\+example\.com\/log\+/)
    const shown = await atomic(['key', 'show'], { env: { ATOMIC_LOG_KEY: skey } })
    expect([shown.code, shown.stdout.trim()]).toEqual([0, vkey])
    expect((await atomic(['key', 'show'], { env: { ATOMIC_DATA_DIR: join(dir, 'none') } })).code).toBe(2)
    expect((await atomic(['key', 'new', '--name', 'a b'])).code).toBe(2)
  })

  it('says that a file is no audit pack', async () => {
    const file = join(dir, 'pack.zip')
    await writeFile(file, 'PK no zip')
    const { code, stdout } = await atomic(['verify-pack', file, '--json'])
    expect([code, JSON.parse(stdout).ok]).toEqual([1, false])
    expect((await atomic(['verify-pack', join(dir, 'absent.zip')])).code).toBe(2)
  })

  it('reports on an empty data directory', async () => {
    const env = { ATOMIC_DATA_DIR: dir }
    const cost = await atomic(['report', '--cost'], { env })
    expect([cost.code, JSON.parse(cost.stdout)]).toMatchObject([0, { rows: [], total: 0 }])
    const soc2 = await atomic(['report', '--framework', 'soc2', '--json'], { env })
    expect([soc2.code, JSON.parse(soc2.stdout).framework]).toEqual([0, 'soc2'])
    expect((await atomic(['export', 'msn_none'], { env })).code).toBe(1)
  })
})

describe('atomic serve --help', () => {
  it('lists each setting', async () => {
    const { code, stdout } = await atomic(['serve', '--help'])
    expect(code).toBe(0)
    for (const name of Object.keys(settings)) expect(stdout).toMatch(new RegExp(`^ {2}${name} `, 'm'))
  })
})
