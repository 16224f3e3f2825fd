import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { type ApplyAnswer, CheckpointName, Content, type Services } from '../../core/contracts/index.ts'
import { serviceContext } from '../../core/orchestrator/deps.ts'
import type { Orchestrator } from '../../core/orchestrator/orchestrator.ts'
import type { MissionRecord } from '../../core/orchestrator/types.ts'
import { AtomicError } from '../../core/platform/errors.ts'
import type { Html } from '../../core/platform/html.ts'
import type { Blobs } from '../../core/storage/blobs.ts'
import type { GithubShell } from '../github/shell.ts'
import { eventStream, OpenStreams } from '../http/streams.ts'
import { act, mayAct, type Said } from './act.ts'
import { checkForm, type Door, type Visitor } from './door.ts'
import { formBodies } from './form-bodies.ts'
import { diffPage, missionPage } from './mission-page.ts'
import { missionsPage } from './missions-page.ts'
import { contentSecurityPolicy } from './page.ts'

export interface PagesOptions {
  orchestrator: Orchestrator
  blobs: Blobs
  door: Door
  evidence: Services['evidence']
  press?: GithubShell['press']
  /** GitHub's own pages, without a slash at the end. */
  webUrl: string
  /** US dollars recorded for a mission; undefined where that cannot be read. */
  spentFor(missionId: string): Promise<number | undefined>
}

// Who may look is decided by the door: people come with a session, others with a token.
const open = { config: { open: true }, schema: { hide: true } as object }

/** A tree with its one approved leaf. */
const favicon =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path d="M8 2v5M8 7l-4 4M8 7l4 4" stroke="#8b949e" stroke-width="1.5"/><circle cx="8" cy="3" r="2" fill="#8b949e"/><circle cx="4" cy="12" r="2.4" fill="#8b949e"/><circle cx="12" cy="12" r="2.4" fill="#1f7a37"/></svg>'

const Form = z.object({
  token: z.string().max(256).optional(),
  verb: z.enum(['approve', 'reject', 'retry', 'rollback', 'emergency']),
  checkpoint: CheckpointName,
  batch: z.string().max(128).optional(),
  reason: z.string().trim().max(500).optional(),
  mark: z.string().max(64).default(''),
})

/** The pages that people read and decide on; the REST calls stay beside them. */
export async function registerPages(app: FastifyInstance, options: PagesOptions): Promise<void> {
  const { orchestrator, blobs, door, evidence, press, spentFor, webUrl } = options
  const streams = new OpenStreams()
  app.addHook('preClose', async () => streams.end())

  /** Another's mission is not there: who may not read its repository does not learn of it. */
  const read = async (visitor: Visitor, request: FastifyRequest): Promise<MissionRecord> => {
    const { id } = request.params as { id: string }
    const record = await orchestrator.record(id)
    if (!record || !(await door.maySee(visitor, record)))
      throw new AtomicError('NOT_FOUND', 'There is no such mission.')
    return record
  }
  const diffOf = async ({ plan }: MissionRecord): Promise<string> =>
    plan ? (JSON.parse(Buffer.from(await blobs.get(plan.derivation)).toString()) as ApplyAnswer).diff : ''
  const who = ({ login, session }: Visitor) =>
    session && door.signIn ? { who: { login, token: door.signIn.sessions.formToken(session) } } : {}

  app.get('/favicon.svg', open, async (_request, reply) =>
    reply.type('image/svg+xml').header('cache-control', 'max-age=86400').send(favicon),
  )
  app.get('/', open, async (_request, reply) => reply.redirect('/missions/view'))

  app.get('/missions/view', open, async (request, reply) => {
    const visitor = await door.visitor(request, reply)
    if (!visitor) return reply
    const list = await orchestrator.service.list({ query: { limit: 100 } }, serviceContext(request.id))
    const seen = await Promise.all(
      list.items.map(async (mission) => {
        const record = visitor.session ? await orchestrator.record(mission.missionId) : undefined
        return !visitor.session || (record && (await door.maySee(visitor, record)))
      }),
    )
    const mine = list.items.filter((_, i) => seen[i])
    return send(reply, missionsPage(mine, webUrl, who(visitor).who))
  })

  app.get('/missions/:id/view', open, async (request, reply) => {
    const visitor = await door.visitor(request, reply)
    if (!visitor) return reply
    const record = await read(visitor, request)
    const { missionId } = record.mission
    const events = await orchestrator.timeline(missionId)
    const spent = await spentFor(missionId)
    const note = door.notes.unseal<Said & { id: string }>('note', (request.query as { note?: string }).note)
    const forms = {
      token: visitor.session && door.signIn ? door.signIn.sessions.formToken(visitor.session) : '',
      emergency: record.policy.emergency !== undefined,
    }
    return send(
      reply,
      missionPage({
        record,
        diff: await diffOf(record),
        webUrl,
        events,
        graph: `/missions/${missionId}/view/provenance.svg`,
        ...who(visitor),
        ...(spent === undefined ? {} : { spentUsd: spent }),
        ...(mayAct(visitor, record) ? { forms } : {}),
        ...(note?.id === missionId ? { said: note } : {}),
      }),
    )
  })

  app.get('/missions/:id/view/diff', open, async (request, reply) => {
    const visitor = await door.visitor(request, reply)
    if (!visitor) return reply
    const record = await read(visitor, request)
    const from = Number((request.query as { from?: string }).from ?? 0)
    const at = Number.isSafeInteger(from) && from > 0 ? from : 0
    return send(reply, diffPage(record, await diffOf(record), at, who(visitor).who))
  })

  app.get('/missions/:id/view/events', open, async (request, reply) => {
    const visitor = await door.visitor(request, reply)
    if (!visitor) return reply
    const { missionId } = (await read(visitor, request)).mission
    const { from } = request.query as { from?: string }
    const last = request.headers['last-event-id'] ?? (from === undefined ? undefined : String(Number(from) - 1))
    const gone = new AbortController()
    reply.raw.once('close', () => gone.abort())
    const content = await orchestrator.service.events(
      { params: { id: missionId } },
      {
        ...serviceContext(request.id),
        signal: gone.signal,
        ...(typeof last === 'string' ? { lastEventId: last } : {}),
      },
    )
    return reply
      .type('text/event-stream')
      .header('cache-control', 'no-store')
      .send(streams.add(eventStream(content.body as never)))
  })

  app.get('/missions/:id/view/provenance.svg', open, async (request, reply) => {
    const visitor = await door.visitor(request, reply)
    if (!visitor) return reply
    const { missionId } = (await read(visitor, request)).mission
    const ctx = { ...serviceContext(request.id), accept: 'image/svg+xml' }
    const answer = await evidence.mission({ params: { id: missionId }, query: {} }, ctx)
    if (!(answer instanceof Content)) throw new AtomicError('NOT_FOUND', 'There is no drawing of this mission.')
    return reply
      .type('image/svg+xml')
      .header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'")
      .header('cache-control', 'no-store')
      .send(answer.body)
  })

  app.get('/missions/:id/view/audit-pack.zip', open, async (request, reply) => {
    const visitor = await door.visitor(request, reply)
    if (!visitor) return reply
    const record = await read(visitor, request)
    if (!record.pack) throw new AtomicError('NOT_FOUND', 'This mission has no audit pack yet.')
    const name = `atomic-audit-pack-${record.mission.missionId}.zip`
    return reply
      .type('application/zip')
      .header('content-disposition', `attachment; filename="${name}"`)
      .header('cache-control', 'no-store')
      .send(Readable.from(blobs.pieces(record.pack.digest)))
  })

  await app.register(async (scope) => {
    formBodies(scope)
    scope.post('/missions/:id/view/act', open, async (request, reply) => {
      const visitor = await door.visitor(request, reply)
      if (!visitor) return reply
      const form = Form.safeParse(request.body)
      if (!form.success) throw new AtomicError('INVALID_REQUEST', 'The form is not one of this page.')
      checkForm(door, visitor, request, form.data.token)
      const record = await read(visitor, request)
      const { token: _, batch, reason, ...rest } = form.data
      const wish = { ...rest, ...(batch === undefined ? {} : { batch }), ...(reason === undefined ? {} : { reason }) }
      const said = await act(orchestrator, press, visitor, record, wish)
      const { missionId } = record.mission
      const note = door.notes.seal('note', { ...said, text: said.text.slice(0, 600), id: missionId })
      return reply.redirect(`/missions/${missionId}/view?note=${note}`, 303)
    })
  })
}

const send = (reply: FastifyReply, markup: Html): FastifyReply =>
  reply
    .type('text/html; charset=utf-8')
    .header('content-security-policy', contentSecurityPolicy)
    .header('referrer-policy', 'same-origin')
    .header('cache-control', 'no-store')
    .send(markup.text)
