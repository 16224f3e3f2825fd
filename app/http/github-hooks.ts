import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Probot } from 'probot'
import { AtomicError } from '../../core/platform/errors.ts'
import type { Telemetry } from '../../core/platform/telemetry.ts'
import type { Deliveries } from './deliveries.ts'
import { invalid } from './problems.ts'
import { readRawBody } from './raw-body.ts'
import { isSigned, sign } from './signature.ts'

/** GitHub's own limit: https://docs.github.com/en/webhooks/webhook-events-and-payloads#payload-cap */
const hookLimit = 25 * 1_048_576

export const hookPath = '/api/github/webhooks'

export interface GithubHooksOptions {
  probot: Probot
  secret: string
  /** Accepted too, while the secret is being changed. */
  previousSecret?: string
  deliveries: Deliveries
  telemetry?: Telemetry
  /** Bytes; default 25 MB. */
  limit?: number
}

function headerOf({ headers }: FastifyRequest, name: string, shape: RegExp): string {
  const value = headers[name]
  if (typeof value !== 'string' || !shape.test(value))
    throw invalid([{ path: name, message: 'missing, or not as GitHub sends it' }])
  return value
}

/** The signature's header by itself: without a likely one no byte of the body is read. */
function signatureOf({ headers }: FastifyRequest): string {
  const value = headers['x-hub-signature-256']
  if (typeof value === 'string' && /^sha256=[0-9a-f]{64}$/.test(value)) return value
  throw new AtomicError('UNAUTHENTICATED', 'The delivery is not signed (X-Hub-Signature-256).')
}

/**
 * GitHub's webhooks, ahead of any body parsing. The raw bytes are capped, then verified, then given
 * to Probot, whose handler keeps them and puts a job: the answer is 202 as soon as that is durable.
 * What a handler throws never reaches the answer.
 */
export async function registerGithubHooks(app: FastifyInstance, options: GithubHooksOptions): Promise<void> {
  const { probot, secret, previousSecret, deliveries, telemetry, limit = hookLimit } = options
  const secrets = previousSecret === undefined ? [secret] : [secret, previousSecret]
  await probot.ready()
  probot.onAny(async ({ id, name, payload }) => {
    const outcome = await deliveries.accept({ id, name, payload: payload as unknown as Record<string, unknown> })
    telemetry?.webhook(name, outcome)
  })

  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    // Leaves the stream alone: the body is read below, under the cap.
    scope.addContentTypeParser('application/json', (_request, _payload, done) => done(null))
    scope.route({
      method: 'POST',
      url: hookPath,
      config: { open: true },
      schema: { hide: true } as object,
      handler: async (request, reply) => {
        const id = headerOf(request, 'x-github-delivery', /^[\w-]{1,64}$/)
        const name = headerOf(request, 'x-github-event', /^[a-z0-9_]{1,64}$/)
        const signature = signatureOf(request)
        const body = await readRawBody(request.raw, limit).catch((error: unknown) => {
          // What is still on its way is not read: the connection ends with the answer.
          reply.header('connection', 'close')
          throw error
        })
        if (!isSigned(body, signature, secrets)) {
          telemetry?.webhook('unknown', 'refused')
          throw new AtomicError('UNAUTHENTICATED', 'The signature of the delivery is not valid.')
        }
        await receive(probot, { id, name, body, secret })
        return reply.code(202).send()
      },
    })
  })
}

const notJson = (): AtomicError =>
  invalid([{ path: '', message: 'the body is not a JSON object' }], 'The body is not a JSON object.')

/** Probot knows one secret: what another one vouched for is signed again with it. */
async function receive(
  probot: Probot,
  { id, name, body, secret }: { id: string; name: string; body: Buffer; secret: string },
): Promise<void> {
  const payload = body.toString('utf8')
  if (!payload.trimStart().startsWith('{')) throw notJson()
  try {
    await probot.webhooks.verifyAndReceive({ id, name, payload, signature: sign(Buffer.from(payload), secret) })
  } catch (error) {
    if ((error as { message?: string }).message === 'Invalid JSON') throw notJson()
    throw new AtomicError('INTERNAL', { detail: 'The delivery could not be kept.', cause: error })
  }
}
