import { Worker } from 'node:worker_threads'

/** ms that each of `count` requests takes, one after the other, as seen by a client with a thread of its own. */
export function postTimes(url: string, body: string, count: number): Promise<number[]> {
  const worker = new Worker(new URL('./post-worker.ts', import.meta.url), {
    workerData: { url, body: Buffer.from(body), count },
  })
  return new Promise((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
  })
}
