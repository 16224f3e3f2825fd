import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:http'

// A process of its own, so that neither what the bench holds nor its collections of garbage are in the times.
// Reads `{url, text}` from standard input, writes the p95 of each series in ms.

const { url, text } = JSON.parse(readFileSync(0, 'utf8')) as { url: string; text: string }
const agent = new Agent({ keepAlive: true, maxSockets: 8 })

async function ask(body: Buffer): Promise<number> {
  const started = performance.now()
  const headers = { 'content-type': 'application/json', 'content-length': body.length }
  const sent = request(`${url}/gateway/preflight`, { method: 'POST', agent, headers }).end(body)
  const [answer] = (await once(sent, 'response')) as [NodeJS.ReadableStream & { statusCode: number }]
  if (answer.statusCode !== 200) throw new Error(`the preflight answered ${answer.statusCode}`)
  answer.resume()
  await once(answer, 'end')
  return performance.now() - started
}

async function p95(characters: number, times: number, atOnce: number): Promise<number> {
  const body = Buffer.from(JSON.stringify({ content: text.slice(0, characters) }))
  const all: number[] = []
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let i = 0; i < times / atOnce; i++) all.push(await ask(body))
    }),
  )
  return all.sort((a, b) => a - b)[Math.floor(all.length * 0.95)]!
}

await p95(10_000, 400, 1)
const figures = {
  '10 KB, one at a time': await p95(10_000, 400, 1),
  '10 KB, 8 at once': await p95(10_000, 800, 8),
  '100 KB': await p95(100_000, 100, 1),
  '1 MB': await p95(1_000_000, 30, 1),
}
agent.destroy()
console.log(JSON.stringify(figures))
