import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const cli = fileURLToPath(new URL('../../app/cli.ts', import.meta.url))

test('many large bodies do not bring about one collection of the heap after the other', {
  timeout: 60_000,
}, async () => {
  const dir = mkdtempSync(join(tmpdir(), 'atomic heap '))
  const child = spawn(process.execPath, ['--trace-gc', cli, 'serve'], {
    env: { PATH: process.env.PATH, PORT: '0', ATOMIC_DATA_DIR: dir, LOG_LEVEL: 'error' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let collections = 0
  let said = ''
  child.stdout.on('data', (data: Buffer) => {
    collections += data.toString().split('Mark-Compact').length - 1
  })
  child.stderr.on('data', (data: Buffer) => {
    said += data
  })
  try {
    const answers = /answers at (\S+)/
    while (!answers.test(said)) await once(child.stderr, 'data')
    const [, url] = answers.exec(said)!
    const content = 'const nothingHidden = here(1)\n'.repeat(40_000)
    const post = async (): Promise<void> => {
      const answer = await fetch(`${url}/gateway/preflight`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ content }),
      })
      expect(answer.status).toBe(200)
      await answer.arrayBuffer()
    }
    for (let i = 0; i < 3; i++) await post()
    collections = 0
    for (let i = 0; i < 60; i++) await post()
    // 20 where the process is kept small meanwhile, 2 where it has room.
    expect(collections).toBeLessThan(10)
  } finally {
    child.kill('SIGTERM')
    await once(child, 'exit')
    rmSync(dir, { recursive: true, force: true })
  }
})
