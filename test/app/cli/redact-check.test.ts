import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { atomic } from './run.ts'

const token = 'ghp_16C7e42F292c6912E7710c838347Ae178B4a'

it('checks files, and knows what a baseline holds', async () => {
  const cwd = await mkdtemp(join(tmpdir(), 'atomic redact '))
  onTestFinished(() => rm(cwd, { recursive: true, force: true }))
  await writeFile(join(cwd, 'a.txt'), `one\nkey ${token}\n`)
  const found = await atomic(['redact', '--check', 'a.txt'], { cwd })
  expect([found.code, found.stderr, found.stdout]).toEqual([1, 'a.txt:2:5: secret github-token\n', ''])
  expect((await atomic(['redact', '--check', '--write-baseline', '--baseline', 'b.json', 'a.txt'], { cwd })).code).toBe(
    0,
  )
  expect(await readFile(join(cwd, 'b.json'), 'utf8')).not.toContain(token)
  expect((await atomic(['redact', '--check', '--baseline', 'b.json', 'a.txt'], { cwd })).code).toBe(0)
  expect((await atomic(['redact', 'a.txt'], { cwd })).code).toBe(2)
})

it('redacts a stream', async () => {
  const { code, stdout } = await atomic(['redact', '--stream'], { input: `${'words '.repeat(500)}${token}\n` })
  expect(code).toBe(0)
  expect(stdout).toMatch(/^(words ){500}REDACTED_GITHUB_TOKEN_\w+\n$/)
})
