import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, it, onTestFinished } from 'vitest'
import { atomic, spawnAtomic } from './run.ts'

async function dataDirectory(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'atomic serve '))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  return dir
}

/** A server as a child process, and the address that it says. */
async function serve(env: Record<string, string>): Promise<{ child: ChildProcess; url: string; out: Promise<string> }> {
  const child = spawnAtomic(['serve'], { PORT: '0', ...env })
  onTestFinished(() => void child.kill('SIGKILL'))
  const out = text(child.stdout!)
  let said = ''
  for await (const data of child.stderr!) {
    said += data
    const [, url] = /answers at (\S+)/.exec(said) ?? []
    if (url !== undefined) return { child, url, out }
  }
  throw new Error(`it did not start: ${said}`)
}

const ended = async (child: ChildProcess): Promise<number | null> =>
  child.exitCode ?? ((await once(child, 'exit'))[0] as number | null)

it('serves, keeps what it acknowledged through a restart, and ends on SIGTERM', async () => {
  const env = { ATOMIC_DATA_DIR: await dataDirectory() }
  const first = await serve(env)
  expect(await (await fetch(`${first.url}/health`)).json()).toEqual({ status: 'healthy', service: 'atomic' })
  const post = (url: string) =>
    fetch(`${url}/finops/budget`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': 'k' },
      body: JSON.stringify({ scope: 's', usd: 2 }),
    })
  await fetch(`${first.url}/finops/budget`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ scope: 's', total: 10 }),
  })
  const answer = await (await post(first.url)).text()
  first.child.kill('SIGKILL')
  await ended(first.child)

  const second = await serve(env)
  expect(await (await post(second.url)).text()).toBe(answer)
  expect(await (await fetch(`${second.url}/finops/budget?scope=s`)).json()).toMatchObject({ total: 10, consumed: 2 })
  second.child.kill('SIGTERM')
  expect(await ended(second.child)).toBe(0)
  for (const line of (await second.out).trim().split('\n'))
    expect(JSON.parse(line)).toMatchObject({ service: 'atomic' })
})

it('names every mistake at once and exits 2', async () => {
  const { code, stderr, stdout } = await atomic(['serve'], {
    env: {
      PORT: 'http',
      LOG_LEVEL: 'loud',
      HOST: '0.0.0.0',
      APP_ID: '1',
      PRIVATE_KEY: 's3cret',
      ATOMIC_TOKENS: '',
      ATOMIC_SERVICES: 'orchestrator',
      ATOMIC_LOG_KEY: 's3cret',
      GITHUB_API_URL: 'http://github.example',
    },
  })
  expect([code, stdout]).toEqual([2, ''])
  for (const name of [
    'PORT',
    'LOG_LEVEL',
    'HOST',
    'PRIVATE_KEY',
    'WEBHOOK_SECRET',
    'DTE_URL',
    'EVIDENCE_URL',
    'ATOMIC_LOG_KEY',
    'GITHUB_API_URL',
  ])
    expect(stderr).toMatch(new RegExp(`^  ${name}: `, 'm'))
  expect(stderr).not.toContain('s3cret')
})

it('says that a port is taken', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  onTestFinished(() => void other.close())
  const port = String((other.address() as AddressInfo).port)
  const { code, stderr } = await atomic(['serve'], { env: { PORT: port, ATOMIC_DATA_DIR: await dataDirectory() } })
  expect([code, stderr]).toEqual([2, expect.stringContaining(`PORT: ${port} on 127.0.0.1 is taken`)])
})
