import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** Chromium as Debian packages it, driven by its own protocol: https://chromedevtools.github.io/devtools-protocol/ */

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
export const chromium = places.find((path) => existsSync(path))

type Json = Record<string, unknown>

class Connection {
  readonly #socket: WebSocket
  readonly #waiting = new Map<number, { resolve(value: Json): void; reject(error: Error): void }>()
  readonly #listeners = new Set<(method: string, params: Json, sessionId?: string) => void>()
  #id = 0

  private constructor(socket: WebSocket) {
    this.#socket = socket
    socket.addEventListener('message', ({ data }) => {
      const { id, result, error, method, params, sessionId } = JSON.parse(String(data)) as {
        id?: number
        result?: Json
        error?: { message: string }
        method?: string
        params?: Json
        sessionId?: string
      }
      if (id === undefined) {
        for (const listen of this.#listeners) listen(method ?? '', params ?? {}, sessionId)
        return
      }
      const waiting = this.#waiting.get(id)
      this.#waiting.delete(id)
      if (error) waiting?.reject(new Error(error.message))
      else waiting?.resolve(result ?? {})
    })
  }

  static async open(url: string): Promise<Connection> {
    const socket = new WebSocket(url)
    await once(socket as never, 'open')
    return new Connection(socket)
  }

  send(method: string, params: Json = {}, sessionId?: string): Promise<Json> {
    const id = ++this.#id
    this.#socket.send(JSON.stringify({ id, method, params, ...(sessionId === undefined ? {} : { sessionId }) }))
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }))
  }

  on(listen: (method: string, params: Json, sessionId?: string) => void): void {
    this.#listeners.add(listen)
  }

  close(): void {
    this.#socket.close()
  }
}

/** One tab. */
export class Tab {
  readonly #connection: Connection
  readonly #session: string
  /** What the page complained of: errors of scripts, and what its policy kept out. */
  readonly complaints: string[] = []

  constructor(connection: Connection, session: string) {
    this.#connection = connection
    this.#session = session
    connection.on((method, params, from) => {
      if (from !== session) return
      if (method === 'Runtime.exceptionThrown') this.complaints.push(JSON.stringify(params).slice(0, 500))
      if (method === 'Log.entryAdded') {
        const { level, text } = params.entry as { level: string; text: string }
        if (level === 'error') this.complaints.push(text)
      }
    })
  }

  send = (method: string, params: Json = {}): Promise<Json> => this.#connection.send(method, params, this.#session)

  async open(url: string): Promise<void> {
    await this.send('Page.navigate', { url })
    await this.until(`document.readyState === 'complete' && location.href !== 'about:blank'`)
  }

  async run<T>(expression: string): Promise<T> {
    const { result, exceptionDetails } = (await this.send('Runtime.evaluate', {
      expression,
      returnByValue: true,
      awaitPromise: true,
    })) as { result: { value: T }; exceptionDetails?: { text: string } }
    if (exceptionDetails) throw new Error(`${expression}: ${JSON.stringify(exceptionDetails).slice(0, 300)}`)
    return result.value
  }

  async until(expression: string, ms = 30_000): Promise<void> {
    for (const end = Date.now() + ms; ; ) {
      if (await this.run<boolean>(`Boolean(${expression})`).catch(() => false)) return
      if (Date.now() > end) throw new Error(`the page never came to this: ${expression}`)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  async size(width: number, height: number, dark = false): Promise<void> {
    await this.send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: width < 500 })
    const features = [{ name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' }]
    await this.send('Emulation.setEmulatedMedia', { features })
  }

  /** A key, as a person presses it. */
  async press(key: 'Tab' | 'Enter'): Promise<void> {
    const code = key === 'Tab' ? 9 : 13
    const event = { key, code: key, windowsVirtualKeyCode: code, ...(key === 'Enter' ? { text: '\r' } : {}) }
    await this.send('Input.dispatchKeyEvent', { type: 'keyDown', ...event })
    await this.send('Input.dispatchKeyEvent', { type: 'keyUp', ...event })
  }

  /** Kept where `ATOMIC_SCREENSHOTS` names a folder, to be looked at. */
  async picture(name: string): Promise<void> {
    const folder = process.env.ATOMIC_SCREENSHOTS
    if (folder === undefined) return
    mkdirSync(folder, { recursive: true })
    const { data } = await this.send('Page.captureScreenshot', { captureBeyondViewport: true, format: 'png' })
    writeFileSync(join(folder, `${name}.png`), Buffer.from(String(data), 'base64'))
  }
}

export interface Browser {
  tab(): Promise<Tab>
  close(): Promise<void>
}

/** @throws Error that says how to get it, where there is none. */
export async function openBrowser(): Promise<Browser> {
  if (chromium === undefined) throw new Error('No Chromium here: apt-get install chromium.')
  const profile = await mkdtemp(join(tmpdir(), 'atomic-browser-'))
  const child: ChildProcess = spawn(
    chromium,
    [
      '--headless=new',
      '--no-sandbox',
      '--disable-gpu',
      '--remote-debugging-port=0',
      `--user-data-dir=${profile}`,
      'about:blank',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  let url: string | undefined
  for await (const line of createInterface({ input: child.stderr! })) {
    url = /^DevTools listening on (ws:\S+)$/.exec(line)?.[1]
    if (url !== undefined) break
  }
  child.stderr!.resume()
  const connection = await Connection.open(url!)
  return {
    async tab() {
      // A context of its own: nobody is signed in.
      const { browserContextId } = await connection.send('Target.createBrowserContext')
      const { targetId } = await connection.send('Target.createTarget', { url: 'about:blank', browserContextId })
      const { sessionId } = await connection.send('Target.attachToTarget', { targetId, flatten: true })
      const tab = new Tab(connection, String(sessionId))
      for (const domain of ['Page', 'Runtime', 'Log']) await tab.send(`${domain}.enable`)
      return tab
    },
    async close() {
      connection.close()
      child.kill()
      await once(child, 'exit')
      await rm(profile, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}
