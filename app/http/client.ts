import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import { z } from 'zod'
import { Problem } from '../../core/contracts/problem.ts'
import { type Group, type RouteName, type RouteSpec, routes, routesOf } from '../../core/contracts/routes.ts'
import { type CallContext, Content, type Service } from '../../core/contracts/service.ts'
import { canonicalDigest, sha256Hex } from '../../core/platform/canonical.ts'
import { AtomicError } from '../../core/platform/errors.ts'
import { type ReasonCode, reasons } from '../../core/platform/reasons.ts'
import { currentTrace, traceparent } from '../../core/platform/trace.ts'
import { problemType } from './problems.ts'

export interface ClientOptions {
  /** Address of the service, without a slash at the end. */
  baseUrl: string
  /** Bearer token that this process shows there. */
  token?: string
  /** Until the answer begins; default 60 s. */
  timeoutMs?: number
}

interface Input {
  params?: Record<string, unknown>
  query?: Record<string, unknown>
  body?: unknown
}

function addressOf(spec: RouteSpec, { params = {}, query = {} }: Input): string {
  const path = spec.path.replace(/:(\w+)|\*/g, (part, name: string | undefined) =>
    // A wildcard keeps its slashes.
    name === undefined
      ? String(params[part]).split('/').map(encodeURIComponent).join('/')
      : encodeURIComponent(String(params[name])),
  )
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined)
  return pairs.length === 0
    ? path
    : `${path}?${new URLSearchParams(pairs.map(([k, v]): [string, string] => [k, String(v)]))}`
}

/**
 * The key for the service behind: the same call of the same request has the same key, and two
 * calls of one request never share one.
 */
const keyFor = (name: RouteName, input: Input, { idempotencyKey }: CallContext): string =>
  idempotencyKey === undefined ? randomUUID() : sha256Hex(`${idempotencyKey}\0${name}\0${canonicalDigest(input)}`)

function headersOf(name: RouteName, input: Input, ctx: CallContext, token: string | undefined): Record<string, string> {
  const trace = currentTrace()
  const { method } = routes[name]
  return {
    accept: ctx.accept ?? 'application/json, */*',
    'x-correlation-id': ctx.correlationId,
    ...(input.body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(trace === undefined ? {} : { traceparent: traceparent(trace) }),
    ...(method === 'POST' ? { 'idempotency-key': keyFor(name, input, ctx) } : {}),
    ...(ctx.ifMatch === undefined ? {} : { 'if-match': ctx.ifMatch }),
    ...(ctx.lastEventId === undefined ? {} : { 'last-event-id': ctx.lastEventId }),
  }
}

const failed = (group: Group, detail: string, cause?: unknown): AtomicError =>
  new AtomicError('UPSTREAM_FAILED', {
    detail: `The ${group} service ${detail}`,
    ...(cause === undefined ? {} : { cause }),
  })

/** A refusal over there is the same refusal here. */
async function refusalOf(group: Group, response: Response): Promise<AtomicError> {
  const problem = Problem.safeParse(await response.json().catch(() => undefined))
  if (!problem.success || !(problem.data.code in reasons)) return failed(group, `answered ${response.status}.`)
  const { code, detail, place, operation, errors } = problem.data
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN)
  return new AtomicError(code as ReasonCode, {
    detail,
    ...(place === undefined ? {} : { place }),
    ...(operation === undefined ? {} : { operation }),
    ...(errors === undefined ? {} : { errors }),
    ...(Number.isNaN(retryAfter) ? {} : { retryAfter }),
  })
}

async function readAnswer(spec: RouteSpec, response: Response): Promise<unknown> {
  const type = response.headers.get('content-type') ?? ''
  if (spec.answer !== undefined && /^application\/json\b/.test(type)) {
    const parsed = z.safeParse(spec.answer, await response.json().catch(() => undefined))
    if (!parsed.success) throw failed(spec.group, 'answered what does not fit the contract.', parsed.error)
    return parsed.data
  }
  const headers: Record<string, string> = {}
  for (const name of ['content-disposition', 'etag', 'cache-control'])
    if (response.headers.has(name)) headers[name] = response.headers.get(name) ?? ''
  const body = response.body === null ? '' : Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0])
  return new Content(type, body, headers)
}

const retryPauseMs = 200

async function send(url: string, init: RequestInit, { group }: RouteSpec, timeoutMs: number): Promise<Response> {
  for (let attempt = 1; ; attempt++) {
    const timeout = new AbortController()
    // The clock stops when the answer begins: a stream may go on for hours.
    const timer = setTimeout(() => timeout.abort(), timeoutMs)
    const given = init.signal
    const signal = given ? AbortSignal.any([given, timeout.signal]) : timeout.signal
    try {
      return await fetch(url, { ...init, signal, redirect: 'error' })
    } catch (cause) {
      if (timeout.signal.aborted) throw failed(group, `did not answer within ${timeoutMs} ms.`, cause)
      if (given?.aborted || attempt === 3) throw failed(group, 'cannot be reached.', cause)
    } finally {
      clearTimeout(timer)
    }
    await new Promise((resolve) => setTimeout(resolve, retryPauseMs * attempt))
  }
}

/**
 * The service of a group over HTTP, with the interface it has in process. Calls are safe to repeat
 * (GET, PUT, or a POST with its Idempotency-Key), so a broken connection is tried again.
 * @throws AtomicError with the code of the service, or `UPSTREAM_FAILED`.
 */
export function createClient<G extends Group>(
  group: G,
  { baseUrl, token, timeoutMs = 60_000 }: ClientOptions,
): Service<G> {
  const call = (name: RouteName) => async (input: Input, ctx: CallContext) => {
    const spec: RouteSpec = routes[name]
    const response = await send(
      baseUrl + addressOf(spec, input),
      {
        method: spec.method,
        headers: headersOf(name, input, ctx, token),
        ...(input.body === undefined ? {} : { body: JSON.stringify(input.body) }),
        ...(ctx.signal === undefined ? {} : { signal: ctx.signal }),
      },
      spec,
      timeoutMs,
    )
    if (!response.ok) {
      if (response.headers.get('content-type')?.startsWith(problemType)) throw await refusalOf(group, response)
      throw failed(group, `answered ${response.status}.`)
    }
    return readAnswer(spec, response)
  }
  return Object.fromEntries(routesOf(group).map((name) => [name.split('.')[1], call(name)])) as Service<G>
}
