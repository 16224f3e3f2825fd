import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, type WriteStream } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The app as its users run it: a process of its own, settings from the environment. */
export class AppProcess {
  readonly #env: Record<string, string>
  readonly #log: WriteStream
  #child: ChildProcess | undefined
  url = ''

  constructor(env: Record<string, string>, logFile: string) {
    this.#env = { ...env }
    this.#log = createWriteStream(logFile, { flags: 'a' })
  }

  get pid(): number | undefined {
    return this.#child?.pid
  }

  /** Resolves when it is healthy. @throws Error with the last lines it said, when it ends instead. */
  async start(): Promise<string> {
    const cli = fileURLToPath(
      new URL(`../../app/cli.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url),
    )
    const { PATH, HOME, TMPDIR, SystemRoot } = process.env
    const env = Object.fromEntries(
      Object.entries({ PATH, HOME, TMPDIR, SystemRoot, ...this.#env }).filter(([, v]) => v !== undefined),
    )
    const child = spawn(process.execPath, [cli, 'serve'], {
      env: env as NodeJS.ProcessEnv,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#child = child
    let tail = ''
    const keep = (chunk: Buffer): void => {
      this.#log.write(chunk)
      tail = (tail + chunk.toString()).slice(-4000)
    }
    child.stdout?.on('data', keep)
    child.stderr?.on('data', keep)
    const exited = once(child, 'exit').then(() => {
      throw new Error(`The app ended before it was up:\n${tail}`)
    })
    exited.catch(() => {})
    const up = (async () => {
      for (;;) {
        const url = /Atomic answers at (\S+)/.exec(tail)?.[1]
        if (url !== undefined) return url
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    })()
    this.url = await Promise.race([up, exited])
    // After a restart it must be found where it was: that is where GitHub sends its webhooks.
    this.#env.PORT = new URL(this.url).port
    return this.url
  }

  /** SIGKILL: no farewell, nothing flushed. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL')
  }

  async stop(): Promise<void> {
    await this.#end('SIGTERM')
    this.#log.end()
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child
    this.#child = undefined
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill(signal)
    await gone
  }
}
