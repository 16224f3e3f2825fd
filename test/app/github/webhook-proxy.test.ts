import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { readConfig } from '../../../app/config.ts'
import { start } from '../../../app/main.ts'
import { startGitHub } from '../../github/index.ts'

/** A channel as smee.io has them: what is posted there is told to those who listen. */
async function openChannel() {
  const listeners = new Set<ServerResponse>()
  let met = 0
  const server = createServer((request, response) => {
    if (request.method === 'GET') {
      met++
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write('event: ready\ndata: {}\n\n')
      listeners.add(response)
      response.on('close', () => listeners.delete(response))
      return
    }
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString())
      const message = JSON.stringify({ ...request.headers, body, query: {}, timestamp: Date.now() })
      for (const listener of listeners) listener.write(`id: 1\ndata: ${message}\n\n`)
      response.writeHead(200).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/channel`,
    tell: (text: string) => listeners.forEach((listener) => void listener.write(text)),
    cut: () => listeners.forEach((listener) => void listener.destroy()),
    met: () => met,
  }
}

test('on a laptop, webhooks come by a channel, also after the connection broke, and their signature is judged', async () => {
  const github = await startGitHub()
  onTestFinished(() => github.stop())
  for (const login of ['ada', 'rita']) github.createUser(login)
  github.createOrganization('acme', { ada: 'admin', rita: 'member' })
  const app = await github.createApp({ slug: 'atomic', owner: 'acme' })
  const repo = await github.createRepository('acme/shop', { private: true, files: { 'a.md': 'a\n' }, as: 'ada' })
  const channel = await openChannel()
  const dir = await mkdtemp(join(tmpdir(), 'atomic proxy '))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  const running = await start(
    readConfig({
      PORT: '0',
      LOG_LEVEL: 'error',
      NODE_ENV: 'development',
      ATOMIC_DATA_DIR: dir,
      APP_ID: String(app.id),
      PRIVATE_KEY: app.privateKey,
      WEBHOOK_SECRET: app.webhookSecret,
      GITHUB_API_URL: github.url,
      WEBHOOK_PROXY_URL: channel.url,
    }),
  )
  onTestFinished(() => running.stop())
  await vi.waitUntil(() => channel.met() === 1, { timeout: 10_000 })
  app.setWebhook(channel.url)
  app.install('acme')
  const opened = async (head: string): Promise<string> => {
    await repo.push(head, { 'b.md': `${head}\n` }, { as: 'ada' })
    return (await repo.openPull({ head, title: 'Docs: “naïve” 🎉 </script>', as: 'ada' })).headSha
  }
  const first = await opened('one')
  await vi.waitUntil(() => repo.checkRun('atomic/plan', first)?.conclusion === 'neutral', { timeout: 20_000 })

  channel.tell('data: not JSON\n\ndata: {"body":7}\n\n')
  channel.tell('data: {"x-github-event":"push","x-github-delivery":"forged","body":{}}\n\n')
  channel.cut()
  await vi.waitUntil(() => channel.met() === 2, { timeout: 10_000 })
  const second = await opened('two')
  await vi.waitUntil(() => repo.checkRun('atomic/plan', second)?.conclusion === 'neutral', { timeout: 20_000 })
  expect(channel.met()).toBe(2)
  github.assertValid()
}, 60_000)
