import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { authenticate } from './authenticate.ts'
import type { Caller } from './caller.ts'
import { Failure } from './failure.ts'
import type { Faults } from './faults/faults.ts'
import { RateLimit } from './rate-limit.ts'
import { RequestLog } from './request-log.ts'
import type { Answer, Call, Route } from './route.ts'
import { Router } from './router.ts'
import type { Json } from './state.ts'
import type { Violations } from './violations.ts'
import type { World } from './world.ts'

/** A write, told before it is carried out and again before it is answered. */
export interface Write {
  /** From 1, counting writes only. */
  n: number
  phase: 'before' | 'after'
  method: string
  path: string
  caller: string
}
/** Takes over requests that are not REST: git's, GraphQL's. True where it did. */
export type Outside = (request: IncomingMessage, response: ServerResponse, path: string) => Promise<boolean>

export class ApiServer {
  readonly log = new RequestLog()
  readonly rateLimit: RateLimit
  readonly writeHooks: ((write: Write) => unknown)[] = []
  readonly outside: Outside[] = []
  readonly #world: World
  readonly #router: Router
  readonly #faults: Faults
  readonly #violations: Violations
  readonly #server: Server
  #writes = 0

  constructor(world: World, routes: Route[], faults: Faults, violations: Violations) {
    this.#world = world
    this.#router = new Router(routes)
    this.#faults = faults
    this.#violations = violations
    this.rateLimit = new RateLimit(world)
    this.#server = createServer((request, response) => {
      this.#serve(request, response).catch((error: unknown) => {
        console.error('the loopback GitHub failed', error)
        if (response.headersSent) response.destroy()
        else this.#write(response, { status: 500, body: { message: 'Server Error' } })
      })
    })
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    this.#server.closeAllConnections()
    await closed
  }

  /** Counts a write and tells of it; the answer waits for those who listen. */
  async announce(phase: Write['phase'], method: string, path: string, caller: string): Promise<void> {
    if (phase === 'before') this.#writes += 1
    const n = this.#writes
    for (const hook of this.writeHooks) await hook({ n, phase, method, path, caller })
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.#world.url)
    // The same under the address that an Enterprise server would have.
    const path = url.pathname.replace(/^\/api\/graphql$/, '/graphql').replace(/^\/api\/v3(?=\/)/, '')
    for (const outside of this.outside) if (await outside(request, response, path)) return
    const started = performance.now()
    const text = await readBody(request)
    const method = request.method ?? 'GET'
    const found = this.#router.find(method, path)
    const template = found?.route.path ?? path
    let caller: Caller = { kind: 'anonymous', name: 'anonymous' }
    let answer: Answer | undefined
    let write = false
    try {
      caller = authenticate(this.#world, request.headers.authorization)
      write = isWrite(method, template, text)
      answer = await this.#answer(found, { method, path, url, text, template, caller, write, headers: request.headers })
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      answer = { status: error.status, body: error.body, headers: error.headers }
    }
    const logged = { method, path: url.pathname + url.search, template, caller: caller.name, write }
    this.log.add({ ...logged, status: answer?.status ?? 0, ms: performance.now() - started })
    if (!answer) {
      request.socket.destroy()
      return
    }
    if (found) this.#violations.answer(method, template, answer.status, answer.media ?? 'application/json', answer.body)
    const shown = this.#conditional(request, answer)
    // What has not changed costs nothing.
    if (shown.status === 304) this.rateLimit.spend(caller, -1)
    this.#write(response, shown, this.rateLimit.headers(caller))
  }

  async #answer(
    found: ReturnType<Router['find']>,
    asked: {
      method: string
      path: string
      url: URL
      text: string
      template: string
      caller: Caller
      write: boolean
      headers: IncomingMessage['headers']
    },
  ): Promise<Answer | undefined> {
    const { method, path, url, template, caller, write } = asked
    const faults = this.#faults.meet({ method, template, path, caller: caller.name, write })
    for (const fault of faults) {
      if (fault.kind === 'slow') await new Promise((resolve) => setTimeout(resolve, fault.ms))
      if (fault.kind === 'before') await fault.act()
      if (fault.kind === 'drop' && !fault.performed) return undefined
      if (fault.kind === 'error' && !fault.performed) throw serverError(fault.status)
      if (fault.kind === 'rateLimit') throw this.#limited(caller, fault.status, fault.resetInSeconds)
      if (fault.kind === 'secondaryLimit') throw secondary(fault.status, fault.retryAfterSeconds)
    }
    this.rateLimit.spend(caller, template === '/rate_limit' ? 0 : 1)
    if (this.rateLimit.exhausted(caller)) throw this.#limited(caller)
    if (!found) {
      this.#violations.note('request', `${method} ${path}`, [{ path: '', message: 'this GitHub has no such call' }])
      throw new Failure(404, 'Not Found')
    }
    const query = Object.fromEntries(url.searchParams)
    const body = parse(asked.text)
    const mismatches = this.#violations.request(method, template, query, body)
    if (mismatches.length > 0) {
      const said = mismatches.map((it) => `${it.path} ${it.message}`).join('\n')
      throw new Failure(422, `Invalid request.\n\n${said}`, {
        errors: mismatches.map((it) => ({ code: 'invalid', ...it })),
      })
    }
    const call: Call = {
      world: this.#world,
      caller,
      method,
      params: found.params,
      query,
      body: (body ?? {}) as Json,
      headers: asked.headers,
      target: url.pathname + url.search,
    }
    if (write) await this.announce('before', method, path, caller.name)
    const answer = await found.route.run(call)
    if (write) await this.announce('after', method, path, caller.name)
    for (const fault of faults) {
      if (fault.kind === 'after') await fault.act()
      if (fault.kind === 'error') throw serverError(fault.status)
      if (fault.kind === 'drop') return undefined
    }
    return answer
  }

  #limited(caller: Caller, status: 403 | 429 = 403, resetInSeconds?: number): Failure {
    const headers = this.rateLimit.headers(caller)
    const now = Math.ceil(this.#world.clock.now() / 1000)
    return new Failure(
      status,
      `API rate limit exceeded for ${caller.name}.`,
      {},
      {
        ...headers,
        'x-ratelimit-remaining': '0',
        ...(resetInSeconds === undefined ? {} : { 'x-ratelimit-reset': String(now + resetInSeconds) }),
      },
    )
  }

  #conditional(request: IncomingMessage, answer: Answer): Answer {
    if (request.method !== 'GET' || answer.status !== 200) return answer
    const body = answer.raw ?? JSON.stringify(answer.body)
    const etag = `W/"${createHash('sha256').update(body).digest('hex')}"`
    const headers = { ...answer.headers, etag }
    if (request.headers['if-none-match'] === etag) return { status: 304, headers }
    return { ...answer, headers, raw: body, media: answer.media ?? 'application/json' }
  }

  #write(response: ServerResponse, answer: Answer, more: Record<string, string> = {}): void {
    const hasJson = answer.raw === undefined && answer.body !== undefined
    const raw = hasJson ? JSON.stringify(answer.body) : answer.raw
    const media = answer.media ?? 'application/json'
    response.writeHead(answer.status, {
      ...(raw === undefined ? {} : { 'content-type': /zip/.test(media) ? media : `${media}; charset=utf-8` }),
      'x-github-media-type': 'github.v3; format=json',
      'x-github-request-id': `A70A:${this.log.calls.length}`,
      'cache-control': 'private, max-age=60, s-maxage=60',
      ...more,
      ...answer.headers,
    })
    response.end(raw)
  }
}

export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

/** Making a token and asking by GraphQL change nothing. */
function isWrite(method: string, template: string, text: string): boolean {
  if (method === 'GET' || template.endsWith('/access_tokens')) return false
  return template !== '/graphql' || /"query"\s*:\s*"(\\n|\s)*mutation\b/.test(text)
}

function parse(text: string): unknown {
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    throw new Failure(400, 'Problems parsing JSON')
  }
}

const serverError = (status: number = 502): Failure => new Failure(status, 'Server Error')

const secondary = (status: 403 | 429 = 403, seconds = 60): Failure =>
  new Failure(
    status,
    'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.',
    {},
    { 'retry-after': String(seconds) },
  )
