import { Agent, request } from 'node:http'
import { parentPort, workerData } from 'node:worker_threads'

const { url, body, count } = workerData as { url: string; body: Uint8Array; count: number }
const agent = new Agent({ keepAlive: true, maxSockets: 1 })
const headers = { 'content-type': 'application/json', 'content-length': body.length }

const post = (): Promise<void> =>
  new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', agent, headers }, (answer) => {
      answer.resume()
      answer.once('end', () =>
        answer.statusCode === 200 ? resolve() : reject(new Error(`answered ${answer.statusCode}`)),
      )
    })
    sent.once('error', reject)
    sent.end(body)
  })

const times: number[] = []
for (let i = 0; i < count; i++) {
  const started = performance.now()
  await post()
  times.push(performance.now() - started)
}
agent.destroy()
parentPort!.postMessage(times)
