import type { FastifyInstance, FastifyReply } from 'fastify'
import { parseSignerKey } from '../../core/evidence/log/keys.ts'
import { createWitness, type WitnessAnswer } from '../../core/evidence/witness/witness.ts'
import type { Clock } from '../../core/platform/clock.ts'
import { AtomicError } from '../../core/platform/errors.ts'
import type { Store } from '../../core/storage/store.ts'
import type { Config } from '../config.ts'
import { createRateLimit } from '../http/rate-limit.ts'

const plain = 'text/plain; charset=utf-8'
const bodyLimit = 65_536
/** Logs ask once a checkpoint. */
const perSecond = 20

const statuses: Record<WitnessAnswer['kind'], number> = {
  cosigned: 200,
  malformed: 400,
  'not-signed': 403,
  'unknown-log': 404,
  stale: 409,
  inconsistent: 422,
}

function send(reply: FastifyReply, answer: WitnessAnswer): FastifyReply {
  reply.code(statuses[answer.kind])
  if (answer.kind === 'cosigned') return reply.type(plain).send(answer.lines)
  if (answer.kind === 'stale') return reply.type('text/x.tlog.size').send(`${answer.size}\n`)
  return reply.type(plain).send(`${answer.detail}\n`)
}

/**
 * Atomic as a witness of other logs, below `/witness` (https://c2sp.org/tlog-witness): open to
 * all, since the signature of the log that it watches is what it goes by.
 */
export async function registerWitness(
  app: FastifyInstance,
  { key, logs }: NonNullable<Config['witness']>,
  { store, clock }: { store: Store; clock: Clock },
): Promise<void> {
  const signers = key.split(/\s+/).filter(Boolean).map(parseSignerKey)
  const witness = createWitness({ store, clock, signers, logs })
  const limit = createRateLimit(perSecond, clock)
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'string', bodyLimit }, (_request, body, done) => done(null, body))
    scope.route({
      method: 'POST',
      url: '/witness/add-checkpoint',
      config: { open: true },
      schema: { hide: true } as object,
      handler: async (request, reply) => {
        limit(request.ip)
        return send(reply, await witness.addCheckpoint(typeof request.body === 'string' ? request.body : ''))
      },
    })
    scope.route<{ Params: { origin: string } }>({
      method: 'GET',
      url: '/witness/:origin/checkpoint',
      config: { open: true },
      schema: { hide: true } as object,
      handler: async (request, reply) => {
        limit(request.ip)
        const note = await witness.latest(request.params.origin)
        if (note === undefined) throw new AtomicError('NOT_FOUND', 'This witness has cosigned no such log.')
        return reply.type(plain).header('cache-control', 'no-store').send(note)
      },
    })
  })
}
