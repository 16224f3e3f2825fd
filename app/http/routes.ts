import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { type Group, groups, type RouteName, type RouteSpec, routes, routesOf } from '../../core/contracts/routes.ts'
import { type CallContext, Content, type Services } from '../../core/contracts/service.ts'
import { canonicalDigest } from '../../core/platform/canonical.ts'
import { withCorrelationId } from '../../core/platform/correlation.ts'
import { isAtomicError } from '../../core/platform/errors.ts'
import { withTrace } from '../../core/platform/trace.ts'
import { authoriseBody, type RepositoryOf } from './auth.ts'
import { decodeCursor, encodeCursor } from './cursor.ts'
import type { Idempotency } from './idempotency.ts'
import { encoded, writeJson } from './json-write.ts'
import { routeSchema } from './openapi.ts'
import { problemOf, problemType } from './problems.ts'
import { eventStream, type OpenStreams } from './streams.ts'

type Method = (request: unknown, ctx: CallContext) => Promise<unknown>

export interface RouteParts {
  services: Partial<Services>
  idempotency: Idempotency
  streams: OpenStreams
  repositoryOf: RepositoryOf
}

const json = 'application/json; charset=utf-8'

/** Running these again has no second effect: they compute, or the service itself knows the key. */
const repeatable = new Set<RouteName>([
  'gateway.preflight',
  'gateway.restore',
  'gateway.route',
  'dte.apply',
  'dte.verify',
  'finops.forecast',
  'evidence.append',
  'orchestrator.create',
  'orchestrator.approve',
  'orchestrator.rollback',
  'orchestrator.report',
])

const header = (request: FastifyRequest, name: string): string | undefined => {
  const value = request.headers[name]
  return typeof value === 'string' ? value : undefined
}

function contextOf(request: FastifyRequest, reply: FastifyReply, name: RouteName): CallContext {
  const given = {
    idempotencyKey: header(request, 'idempotency-key'),
    ifMatch: header(request, 'if-match'),
    accept: header(request, 'accept'),
    lastEventId: header(request, 'last-event-id'),
  }
  const controller = new AbortController()
  // Only what has no effect is given up when nobody waits for it any more.
  if (routes[name].method === 'GET' || repeatable.has(name))
    reply.raw.once('close', () => {
      if (!reply.raw.writableFinished) controller.abort()
    })
  return {
    caller: request.caller,
    correlationId: request.id,
    signal: controller.signal,
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  }
}

function sendContent(reply: FastifyReply, content: Content, streams: OpenStreams): FastifyReply {
  reply.type(content.contentType)
  for (const [name, value] of Object.entries(content.headers)) reply.header(name, value)
  const { body } = content
  if (typeof body === 'string' || body instanceof Uint8Array) return reply.send(body)
  if (!content.contentType.startsWith('text/event-stream')) return reply.send(streams.add(body))
  reply.header('cache-control', 'no-store').header('x-accel-buffering', 'no')
  return reply.send(streams.add(eventStream(body)))
}

function registerRoute(
  app: FastifyInstance,
  name: RouteName,
  { services, idempotency, streams, repositoryOf }: RouteParts,
): void {
  const spec: RouteSpec = routes[name]
  const [, methodName = ''] = name.split('.')
  const service = services[spec.group] as unknown as Record<string, Method>
  const { answer: schema } = spec

  const answerOf = (value: unknown): { status: number; headers: Record<string, string>; value: unknown } => {
    const { nextCursor, version } = value as { nextCursor?: unknown; version?: unknown }
    const answer =
      typeof nextCursor === 'string' ? { ...(value as object), nextCursor: encodeCursor(nextCursor) } : value
    const headers: Record<string, string> = { 'content-type': json }
    if (typeof version === 'number') headers.etag = `"${version}"`
    if (schema === undefined) throw new TypeError(`${name} answered JSON, which routes.ts does not know of`)
    return { status: spec.status, headers, value: z.encode(schema, answer) }
  }

  const handler = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const call = request.body as unknown
    await authoriseBody(name, request.caller, call, repositoryOf)
    const ctx = contextOf(request, reply, name)
    const query = request.query as { cursor?: string }
    if (spec.query !== undefined && query.cursor !== undefined) query.cursor = decodeCursor(query.cursor)
    const input = {
      ...(spec.params === undefined ? {} : { params: request.params }),
      ...(spec.query === undefined ? {} : { query }),
      ...(spec.body === undefined ? {} : { body: call }),
    }
    const run = () =>
      withTrace(request.trace, () => withCorrelationId(request.id, () => service[methodName]!(input, ctx)))

    if (spec.method !== 'POST' || ctx.idempotencyKey === undefined || schema === undefined) {
      const given = await run()
      if (given instanceof Content) return sendContent(reply, given, streams)
      const { status, headers, value } = answerOf(given)
      return reply.code(status).headers(headers).send(writeJson(value))
    }

    const { answer, replayed } = await idempotency.once(
      {
        scope: `${ctx.caller.type} ${ctx.caller.login}\0POST ${request.url.split('?', 1)[0]}`,
        key: ctx.idempotencyKey,
        hash: canonicalDigest(input),
        repeatable: repeatable.has(name),
      },
      async () => {
        try {
          const { value, ...head } = answerOf(await run())
          return { ...head, body: JSON.stringify(value) }
        } catch (error) {
          if (!isAtomicError(error) || error.status >= 500 || error.status === 429) throw error
          request.refusal = error
          const retry = error.retryAfter === undefined ? {} : { 'retry-after': String(error.retryAfter) }
          const problem = JSON.stringify(problemOf(error, request.id))
          return { status: error.status, headers: { 'content-type': problemType, ...retry }, body: problem }
        }
      },
    )
    if (replayed) reply.header('idempotency-replayed', 'true')
    return reply.code(answer.status).headers(answer.headers).send(encoded(answer.body))
  }

  app.route({
    method: spec.method,
    url: spec.path,
    exposeHeadRoute: spec.answer !== undefined,
    config: { name },
    schema: routeSchema(name),
    handler,
  })
}

/** Registers each endpoint of the groups that are given. */
export function registerRoutes(app: FastifyInstance, parts: RouteParts): void {
  const served = groups.filter((group: Group) => parts.services[group] !== undefined)
  for (const group of served) for (const name of routesOf(group)) registerRoute(app, name, parts)
}
