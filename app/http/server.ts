import type { IncomingHttpHeaders } from 'node:http'
import type { Socket } from 'node:net'
import Fastify, {
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify'
import { serializerCompiler } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { RouteName } from '../../core/contracts/routes.ts'
import type { Caller, Services } from '../../core/contracts/service.ts'
import type { Clock } from '../../core/platform/clock.ts'
import { correlationId } from '../../core/platform/correlation.ts'
import { AtomicError } from '../../core/platform/errors.ts'
import type { Log } from '../../core/platform/log.ts'
import type { Telemetry } from '../../core/platform/telemetry.ts'
import { continueTrace, type Trace } from '../../core/platform/trace.ts'
import type { Store } from '../../core/storage/store.ts'
import { type Authenticate, authorise, type RepositoryOf, requireScope } from './auth.ts'
import { createIdempotency } from './idempotency.ts'
import { registerJsonBody } from './json-body.ts'
import { watchMethods } from './methods.ts'
import { openSchema, registerOpenapi } from './openapi.ts'
import { problemOf, problemType, refusalOf } from './problems.ts'
import { createRateLimit } from './rate-limit.ts'
import { registerRoutes } from './routes.ts'
import { OpenStreams } from './streams.ts'
import { validatorCompiler } from './validate.ts'

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller
    trace: Trace
    /** Set once the request was refused, for the access log. */
    refusal: AtomicError | undefined
  }
  interface FastifyContextConfig {
    /** Line of routes.ts; absent where a call is none of the contract's. */
    name?: RouteName
    /** Needs no caller. */
    open?: boolean
    /** Takes `x-api-key` for a bearer token, as clients of providers send it. */
    apiKey?: boolean
    /** Scope needed, for calls that routes.ts does not list. */
    scope?: string
  }
}

export interface ServerOptions {
  /** As `/health` names it: a group, or `atomic`. */
  service: string
  version: string
  /** The groups that this server answers for. */
  services: Partial<Services>
  authenticate: Authenticate
  store: Store
  clock: Clock
  log: Log
  telemetry?: Telemetry
  /** Bytes. */
  bodyLimit: number
  /** Requests a second for each caller; 0: no limit. */
  rateLimit: number
  /** Where a mission is at home, for the runs of that repository; default nowhere. */
  repositoryOf?: RepositoryOf
  /** How a browser shows what went wrong; default: as everybody else gets it. */
  problemPage?: ProblemPage
  /** Further routes on the same server, such as GitHub's webhooks. */
  extend?: (app: FastifyInstance) => Promise<void>
}

/** A page, and the Content-Security-Policy to send it with. */
export type ProblemPage = (refusal: AtomicError, correlationId: string) => { text: string; policy: string }

/** Services wait for each other already; without credentials everybody holds the scope, and is no service. */
const isService = ({ login, scopes }: Caller): boolean => login !== 'local' && scopes.includes('service')

function withApiKey(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const key = headers['x-api-key']
  return typeof key === 'string' && headers.authorization === undefined
    ? { ...headers, authorization: `Bearer ${key}` }
    : headers
}

const nobody: Caller = { login: 'nobody', type: 'agent', scopes: [] }

function answerProblem(
  request: FastifyRequest,
  reply: FastifyReply,
  refusal: AtomicError,
  problemPage?: ProblemPage,
): FastifyReply {
  request.refusal = refusal
  // Said again here: an address that cannot be read never comes past the hooks.
  reply.header('x-correlation-id', request.id)
  if (refusal.retryAfter !== undefined) reply.header('retry-after', String(refusal.retryAfter))
  if (refusal.code === 'UNAUTHENTICATED') reply.header('www-authenticate', 'Bearer')
  const page = (request.headers.accept ?? '').includes('text/html') ? problemPage?.(refusal, request.id) : undefined
  if (page)
    reply.header('content-security-policy', page.policy).header('cache-control', 'no-store').header('vary', 'accept')
  return reply
    .code(refusal.status)
    .type(page ? 'text/html; charset=utf-8' : problemType)
    .serializer((text: string) => text)
    .send(page?.text ?? JSON.stringify(problemOf(refusal, request.id)))
}

/** What cannot even be read as HTTP is answered on the bare socket. */
function answerBrokenHttp(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const refusal = new AtomicError('INVALID_REQUEST', 'The request is not valid HTTP, or its headers are too large.')
  const body = JSON.stringify(problemOf(refusal, correlationId()))
  socket.end(
    `HTTP/1.1 400 Bad Request\r\nContent-Type: ${problemType}\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  )
}

function registerHooks(app: FastifyInstance, options: ServerOptions): void {
  const { authenticate, clock, log, rateLimit, telemetry } = options
  const limit = createRateLimit(rateLimit, clock)
  app.decorateRequest('caller', null as unknown as Caller)
  app.decorateRequest('trace', null as unknown as Trace)
  app.decorateRequest('refusal', undefined)

  app.addHook('onRequest', async (request, reply) => {
    request.caller = nobody
    const { traceparent } = request.headers
    request.trace = continueTrace(typeof traceparent === 'string' ? traceparent : undefined)
    reply.header('x-correlation-id', request.id)
    reply.header('x-content-type-options', 'nosniff')
    const { config } = request.routeOptions
    if (request.is404 || config.open === true) return
    const from = `address ${request.ip}`
    try {
      request.caller = await authenticate(config.apiKey === true ? withApiKey(request.headers) : request.headers)
    } catch (error) {
      limit(from)
      throw error
    }
    const { caller } = request
    if (!isService(caller)) limit(`${caller.type} ${caller.login}`)
    if (config.name !== undefined) authorise(config.name, caller)
    else requireScope(caller, config.scope ?? 'admin')
  })

  app.addHook('onResponse', async (request, reply) => {
    const { config, url } = request.routeOptions
    const ms = reply.elapsedTime
    const { refusal } = request
    // The path of an unknown address is whatever somebody typed: it is not kept.
    const route = request.is404 ? undefined : url
    telemetry?.request(route ?? 'unknown', request.method, reply.statusCode, ms / 1_000)
    const fields = {
      method: request.method,
      ...(route === undefined ? {} : { route, params: request.params }),
      status: reply.statusCode,
      ms: Math.round(ms * 100) / 100,
      ...(config.open === true ? {} : { caller: request.caller.login }),
      correlationId: request.id,
      traceId: request.trace.traceId,
      ...(refusal === undefined ? {} : { code: refusal.code }),
      ...(refusal === undefined || refusal.status < 500 ? {} : { err: refusal.cause ?? refusal }),
    }
    if (reply.statusCode >= 500) log.error(fields, 'request failed')
    else log.info(fields, 'request')
  })
}

function registerService(app: FastifyInstance, { service, telemetry }: ServerOptions): void {
  const Health = z.strictObject({ status: z.literal('healthy'), service: z.string() })
  app.route({
    method: 'GET',
    url: '/health',
    config: { open: true },
    schema: openSchema('service_health', 'Is the service up?', { 'application/json': Health }),
    handler: async () => ({ status: 'healthy', service }),
  })
  app.route({
    method: 'GET',
    url: '/openapi.json',
    config: { open: true },
    schema: openSchema('service_openapi', 'This document', {
      'application/json': z.looseObject({ openapi: z.string() }),
    }),
    handler: async () => app.swagger(),
  })
  if (telemetry !== undefined)
    app.route({
      method: 'GET',
      url: '/metrics',
      config: { scope: 'service' },
      schema: { hide: true } as object,
      handler: async (_request, reply) => reply.type(telemetry.contentType).send(await telemetry.text()),
    })
}

/** The server of one group, or of all. It listens nowhere yet. */
export async function createServer(options: ServerOptions): Promise<FastifyInstance> {
  const { bodyLimit, clock, log, services, store, problemPage } = options
  const app = Fastify({
    loggerInstance: log as FastifyBaseLogger,
    childLoggerFactory: (logger) => logger,
    logController: new Fastify.LogController({ disableRequestLogging: true }),
    bodyLimit,
    requestTimeout: 120_000,
    routerOptions: { maxParamLength: 1_024 },
    forceCloseConnections: 'idle',
    genReqId: ({ headers }) => {
      const given = headers['x-correlation-id']
      return correlationId(typeof given === 'string' ? given : undefined)
    },
    frameworkErrors: (error, request, reply) => {
      answerProblem(request as FastifyRequest, reply as FastifyReply, refusalOf(error, bodyLimit), problemPage)
    },
    clientErrorHandler: answerBrokenHttp,
  })
  const methodsOf = watchMethods(app)
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  app.removeContentTypeParser('text/plain')
  registerJsonBody(app)
  app.setErrorHandler((error: FastifyError, request, reply) =>
    answerProblem(request, reply, refusalOf(error, bodyLimit), problemPage),
  )
  app.setNotFoundHandler((request, reply) => {
    const allowed = methodsOf(request.url)
    if (allowed.length > 0) reply.header('allow', allowed.join(', '))
    const refusal =
      allowed.length === 0
        ? new AtomicError('NOT_FOUND', 'There is nothing at this address.')
        : new AtomicError('METHOD_NOT_ALLOWED', `Here ${allowed.join(' and ')} can be used.`)
    return answerProblem(request, reply, refusal, problemPage)
  })
  const streams = new OpenStreams()
  app.addHook('preClose', async () => {
    streams.end()
    // A connection whose last request ends from now on would otherwise be kept alive, and the server with it.
    const timer = setInterval(() => app.server.closeIdleConnections(), 20)
    app.server.once('close', () => clearInterval(timer))
  })
  registerHooks(app, options)
  await registerOpenapi(app, options.version)
  registerService(app, options)
  const { repositoryOf = async () => undefined } = options
  registerRoutes(app, { services, streams, idempotency: createIdempotency(store, clock), repositoryOf })
  await options.extend?.(app)
  await app.ready()
  return app
}
