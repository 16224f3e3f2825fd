import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

/** What a client process is asked to send. */
export interface Load {
  url: string
  /** Connections, each with one request under way at most. */
  clients: number
  count: number
  /** Requests a second, whatever comes back; absent: each client sends when it was answered. */
  rate?: number
  /** JSON of each request; absent: events, each another. */
  body?: string
}
export interface LoadResult {
  seconds: number
  /** ms from when a request was due to its whole answer. */
  times: number[]
}

const loadChild = fileURLToPath(new URL('./load-child.ts', import.meta.url))
const bareServer = fileURLToPath(new URL('./bare-server.ts', import.meta.url))

/** Requests of a process of its own, so that neither what the bench holds nor its collections of garbage are in the times. */
export async function load(asked: Load): Promise<LoadResult> {
  const child = spawn(process.execPath, [loadChild], { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.end(JSON.stringify(asked))
  const [said, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')])
  if (code !== 0) throw new Error(`the client ended with ${code}`)
  return JSON.parse(said) as LoadResult
}

/** The peer: a Fastify that reads the same bodies and answers as much. */
export const spawnBareServer = (): ChildProcess => spawn(process.execPath, [bareServer])

/** Where a server that was just started says that it answers. */
export async function addressOf(child: ChildProcess): Promise<string> {
  child.stdout!.resume()
  let said = ''
  for await (const data of child.stderr!) {
    said += data
    const [, url] = /answers at (\S+)/.exec(said) ?? []
    if (url !== undefined) return url
  }
  throw new Error(`the server did not start: ${said}`)
}

export async function end(child: ChildProcess): Promise<void> {
  child.kill('SIGTERM')
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
}
