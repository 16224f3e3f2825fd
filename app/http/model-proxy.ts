import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Json, Protocol } from '../../core/gateway/proxy/protocol.ts'
import { anthropic } from '../../core/gateway/proxy/protocols/anthropic.ts'
import { openai } from '../../core/gateway/proxy/protocols/openai.ts'
import type { ModelProxy } from '../../core/gateway/proxy/proxy.ts'
import { withCorrelationId } from '../../core/platform/correlation.ts'
import { withTrace } from '../../core/platform/trace.ts'
import { refusalOf } from './problems.ts'

const protocols: readonly Protocol[] = [openai, anthropic]

const header = (request: FastifyRequest, name: string): string | undefined => {
  const value = request.headers[name]
  return typeof value === 'string' ? value : undefined
}

/** A mission's id, as `X-Atomic-Mission` names it. */
const missionOf = (request: FastifyRequest): string | undefined => {
  const given = header(request, 'x-atomic-mission')
  return given !== undefined && /^[\w.:-]{1,128}$/.test(given) ? given : undefined
}

/** `POST /v1/chat/completions` and `/v1/messages`: what a program that speaks with a provider speaks with here. */
export function registerModelProxy(app: FastifyInstance, proxy: ModelProxy, bodyLimit: number): void {
  for (const protocol of protocols)
    app.route({
      method: 'POST',
      url: protocol.path,
      config: { scope: 'gateway:write', apiKey: true },
      schema: { hide: true } as object,
      // Errors too are in the words that the provider's own clients know.
      errorHandler: (error, request, reply) => answerError(protocol, refusalOf(error, bodyLimit), request, reply),
      handler: async (request, reply) => {
        const controller = new AbortController()
        reply.raw.once('close', () => {
          if (!reply.raw.writableFinished) controller.abort()
        })
        const missionId = missionOf(request)
        const headers = Object.fromEntries(
          ['anthropic-version', 'anthropic-beta'].map((name) => [name, header(request, name)]),
        )
        const call = { body: request.body as Json, headers, ...(missionId === undefined ? {} : { missionId }) }
        const ctx = { caller: request.caller, correlationId: request.id, signal: controller.signal }
        const answer = await withTrace(request.trace, () =>
          withCorrelationId(request.id, () => proxy(protocol, call, ctx)),
        )
        reply.code(answer.status).headers(answer.headers)
        if ('json' in answer) return reply.type('application/json').serializer(JSON.stringify).send(answer.json)
        reply.header('cache-control', 'no-store').header('x-accel-buffering', 'no')
        return reply.send(Readable.from(answer.stream))
      },
    })
}

function answerError(
  protocol: Protocol,
  refusal: ReturnType<typeof refusalOf>,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  request.refusal = refusal
  if (refusal.retryAfter !== undefined) reply.header('retry-after', String(refusal.retryAfter))
  return reply
    .code(refusal.status)
    .type('application/json')
    .serializer((text: string) => text)
    .send(JSON.stringify(protocol.error(refusal.status, refusal.code, refusal.message)))
}
