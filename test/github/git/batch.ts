import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { gitEnvironment } from './run.ts'

export interface GitObject {
  oid: string
  type: 'blob' | 'tree' | 'commit' | 'tag'
  size: number
  data: Buffer
}
interface Waiting {
  withData: boolean
  resolve(object: GitObject | undefined): void
  reject(error: Error): void
}

/** Reads objects through one `git cat-file --batch-command`, which stays up. */
export class ObjectReader {
  readonly #dir: string
  #child: ChildProcessWithoutNullStreams | undefined
  #waiting: Waiting[] = []
  #chunks: Buffer[] = []
  #held = 0
  /** Header read, contents awaited: size with the newline after it. */
  #open: { header: Omit<GitObject, 'data'> } | undefined

  constructor(dir: string) {
    this.#dir = dir
  }

  read(name: string): Promise<GitObject | undefined> {
    return this.#ask('contents', name)
  }

  info(name: string): Promise<GitObject | undefined> {
    return this.#ask('info', name)
  }

  close(): void {
    this.#child?.kill()
    this.#child = undefined
  }

  #ask(verb: 'contents' | 'info', name: string): Promise<GitObject | undefined> {
    if (name === '' || /[\n\0]/.test(name)) return Promise.resolve(undefined)
    return new Promise((resolve, reject) => {
      const child = this.#start()
      this.#waiting.push({ withData: verb === 'contents', resolve, reject })
      child.stdin.write(`${verb} ${name}\n`)
    })
  }

  #start(): ChildProcessWithoutNullStreams {
    if (this.#child) return this.#child
    const child = spawn('git', ['cat-file', '--batch-command'], { cwd: this.#dir, env: gitEnvironment })
    child.stdout.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk)
      this.#held += chunk.length
      this.#drain()
    })
    child.stderr.resume()
    child.stdin.on('error', () => undefined)
    child.on('close', () => {
      if (this.#child === child) this.#child = undefined
      const lost = this.#waiting.splice(0)
      this.#chunks = []
      this.#held = 0
      this.#open = undefined
      for (const it of lost) it.reject(new Error('git cat-file ended'))
    })
    this.#child = child
    return child
  }

  #drain(): void {
    for (;;) {
      const open = this.#open
      if (open) {
        if (this.#held < open.header.size + 1) return
        const all = this.#all()
        const data = all.subarray(0, open.header.size)
        this.#keep(all.subarray(open.header.size + 1))
        this.#open = undefined
        this.#waiting.shift()?.resolve({ ...open.header, data })
        continue
      }
      const all = this.#all()
      const end = all.indexOf(10)
      if (end < 0) return
      const line = all.subarray(0, end).toString()
      this.#keep(all.subarray(end + 1))
      const found = /^([0-9a-f]{40}) (blob|tree|commit|tag) (\d+)$/.exec(line)
      if (!found) {
        this.#waiting.shift()?.resolve(undefined)
        continue
      }
      const header = { oid: found[1]!, type: found[2] as GitObject['type'], size: Number(found[3]) }
      if (this.#waiting[0]?.withData) this.#open = { header }
      else this.#waiting.shift()?.resolve({ ...header, data: Buffer.alloc(0) })
    }
  }

  #all(): Buffer {
    if (this.#chunks.length !== 1) this.#chunks = [Buffer.concat(this.#chunks)]
    return this.#chunks[0]!
  }

  #keep(rest: Buffer): void {
    this.#chunks = [rest]
    this.#held = rest.length
  }
}
