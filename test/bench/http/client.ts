import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

const endOfHead = Buffer.from('\r\n\r\n')

export const requestOf = ({ host, pathname }: URL, body: string | Buffer): Buffer =>
  Buffer.concat([
    Buffer.from(
      `POST ${pathname} HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n`,
    ),
    Buffer.from(body),
  ])

/**
 * HTTP/1.1 on a bare socket: an HTTP library takes as much of a core for a request as the server
 * does for its answer, and would be what is measured.
 */
export class Client {
  readonly #socket: Socket
  #pieces: Buffer[] = []
  /** Of the whole answer, once its head is there. */
  #length: number | undefined
  #got = 0
  #answered: ((error?: Error) => void) | undefined

  constructor(socket: Socket) {
    this.#socket = socket
    socket.setNoDelay(true)
    socket.on('data', (data) => this.#take(data))
    socket.on('error', (error) => this.#settle(error))
    socket.on('close', () => this.#settle(new Error('the server closed the connection')))
  }
  static async to({ hostname, port }: URL): Promise<Client> {
    const socket = connect(Number(port), hostname)
    await once(socket, 'connect')
    return new Client(socket)
  }
  #settle(error?: Error): void {
    const answered = this.#answered
    this.#answered = undefined
    answered?.(error)
  }
  #take(data: Buffer): void {
    this.#pieces.push(data)
    this.#got += data.length
    if (this.#length === undefined) {
      const start = Buffer.concat(this.#pieces)
      const head = start.indexOf(endOfHead)
      if (head < 0) return
      this.#length =
        head + endOfHead.length + Number(/content-length: (\d+)/i.exec(start.toString('latin1', 0, head))?.[1])
    }
    if (this.#got < this.#length) return
    const pieces = this.#pieces
    const refused = !pieces[0]!.subarray(0, 12).toString().startsWith('HTTP/1.1 20')
    this.#pieces = []
    this.#got = 0
    this.#length = undefined
    this.#settle(refused ? new Error(Buffer.concat(pieces).toString()) : undefined)
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
