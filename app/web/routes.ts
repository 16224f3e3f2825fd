import type { FastifyInstance, FastifyReply } from 'fastify'
import type { ApplyAnswer } from '../../core/contracts/index.ts'
import type { Orchestrator } from '../../core/orchestrator/orchestrator.ts'
import { AtomicError } from '../../core/platform/errors.ts'
import type { Html } from '../../core/platform/html.ts'
import type { Blobs } from '../../core/storage/blobs.ts'
import { missionPage } from './mission-page.ts'
import { missionsPage } from './missions-page.ts'
import { contentSecurityPolicy } from './page.ts'

export interface PagesOptions {
  orchestrator: Orchestrator
  blobs: Blobs
}

const config = { scope: 'orchestrator:read' }
const schema = { hide: true } as object

/** The pages that people read; the REST calls stay beside them. */
export function registerPages(app: FastifyInstance, { orchestrator, blobs }: PagesOptions): void {
  const read = async (params: unknown) => {
    const { id } = params as { id: string }
    const record = await orchestrator.record(id)
    if (!record) throw new AtomicError('NOT_FOUND', 'There is no such mission.')
    return record
  }

  app.get('/', { config, schema }, async (_request, reply) => reply.redirect('/missions/view'))

  app.get('/missions/view', { config, schema }, async (request, reply) => {
    const ctx = { caller: request.caller, correlationId: request.id }
    const list = await orchestrator.service.list({ query: { limit: 100 } }, ctx)
    return send(reply, missionsPage(list.items))
  })

  app.get('/missions/:id/view', { config, schema }, async (request, reply) => {
    const record = await read(request.params)
    const derivation =
      record.plan && (JSON.parse(Buffer.from(await blobs.get(record.plan.derivation)).toString()) as ApplyAnswer)
    const events = await orchestrator.timeline(record.mission.missionId)
    return send(reply, missionPage({ record, diff: derivation?.diff ?? '', events }))
  })

  app.get('/missions/:id/view/audit-pack.zip', { config, schema }, async (request, reply) => {
    const record = await read(request.params)
    if (!record.pack) throw new AtomicError('NOT_FOUND', 'This mission has no audit pack yet.')
    const name = `atomic-audit-pack-${record.mission.missionId}.zip`
    return reply
      .type('application/zip')
      .header('content-disposition', `attachment; filename="${name}"`)
      .send(Buffer.from(await blobs.get(record.pack.digest)))
  })
}

const send = (reply: FastifyReply, markup: Html): FastifyReply =>
  reply
    .type('text/html; charset=utf-8')
    .header('content-security-policy', contentSecurityPolicy)
    .header('referrer-policy', 'no-referrer')
    .header('cache-control', 'no-store')
    .send(markup.text)
