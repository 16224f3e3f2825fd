import { connect, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { event } from './figures.ts'

/** What a client process is asked to send. */
export interface Load {
  url: string
  /** Connections, each with one request under way at most. */
  clients: number
  count: number
  /** Requests a second, whatever comes back; absent: each client sends when it was answered. */
  rate?: number
}
export interface LoadResult {
  seconds: number
  /** ms from when a request was due to its whole answer. */
  times: number[]
}

const endOfHead = Buffer.from('\r\n\r\n')

/**
 * HTTP/1.1 on a bare socket: an HTTP library takes as much of a core for a request as the server
 * does for its answer, and would be what is measured.
 */
class Client {
  readonly #socket: Socket
  #got: Buffer = Buffer.alloc(0)
  #answered: ((error?: Error) => void) | undefined

  constructor(socket: Socket) {
    this.#socket = socket
    socket.setNoDelay(true)
    socket.on('data', (data) => this.#take(data))
    socket.on('error', (error) => this.#settle(error))
    socket.on('close', () => this.#settle(new Error('the server closed the connection')))
  }
  #settle(error?: Error): void {
    const answered = this.#answered
    this.#answered = undefined
    answered?.(error)
  }
  #take(data: Buffer): void {
    this.#got = this.#got.length === 0 ? data : Buffer.concat([this.#got, data])
    const head = this.#got.indexOf(endOfHead)
    if (head < 0) return
    const text = this.#got.toString('latin1', 0, head)
    const length = Number(/content-length: (\d+)/i.exec(text)?.[1])
    if (this.#got.length < head + endOfHead.length + length) return
    const answer = this.#got
    this.#got = Buffer.alloc(0)
    this.#settle(text.startsWith('HTTP/1.1 20') ? undefined : new Error(answer.toString()))
  }
  post(request: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#answered = (error) => (error === undefined ? resolve() : reject(error))
      this.#socket.write(request)
    })
  }
  close(): void {
    this.#socket.destroy()
  }
}

const { url, clients, count, rate } = JSON.parse(process.argv[2]!) as Load
const { hostname, port, host, pathname } = new URL(url)

function requestOf(i: number): Buffer {
  const body = JSON.stringify(event(`mis_${i % 50}`, i))
  return Buffer.from(
    `POST ${pathname} HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  )
}

const requests = Array.from({ length: count }, (_, i) => requestOf(i))
const opened = await Promise.all(
  Array.from(
    { length: clients },
    () =>
      new Promise<Client>((resolve, reject) => {
        const socket = connect(Number(port), hostname, () => resolve(new Client(socket)))
        socket.once('error', reject)
      }),
  ),
)
const times: number[] = []
const started = performance.now()
const dueOf = (i: number): number => (rate === undefined ? performance.now() : started + (i * 1_000) / rate)

let next = 0
const take = async (client: Client): Promise<void> => {
  while (next < count) {
    const i = next++
    const due = dueOf(i)
    const early = due - performance.now()
    if (early > 0) await pause(early)
    // A timer may end a little early; whoever sends late has waited since it was due.
    const from = Math.min(due, performance.now())
    await client.post(requests[i]!)
    times.push(performance.now() - from)
  }
}
await Promise.all(opened.map(take))
const seconds = (performance.now() - started) / 1_000
for (const client of opened) client.close()
process.stdout.write(JSON.stringify({ seconds, times } satisfies LoadResult))
