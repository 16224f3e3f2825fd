import {
  type Actor,
  type ApproveCheckpoint,
  type CallContext,
  type CheckpointName,
  Content,
  type CreateMission,
  type Mission,
  type MissionSource,
  type Service,
} from '../contracts/index.ts'
import { canonicalDigest } from '../platform/canonical.ts'
import { isoTime } from '../platform/clock.ts'
import { AtomicError, isAtomicError } from '../platform/errors.ts'
import { newId } from '../platform/ids.ts'
import { createBatch, rollbackBatch } from './batches.ts'
import { makePlan } from './checkpoints/1-plan.ts'
import { reportVerification } from './checkpoints/3-verify.ts'
import { type Parts, serviceContext } from './deps.ts'
import { streamEvents, type Watchers } from './events-stream.ts'
import { created, emptyCheckpoints, plainPolicy, planned, unplanned } from './mission.ts'
import type { Decision, Orchestrator, PullShell } from './orchestrator.ts'
import { showMission, toJsonBlob } from './show.ts'
import type { MissionRecord } from './types.ts'
import { cleanWords } from './words.ts'

/** The REST calls on missions. */
export function missionService(
  parts: Parts,
  shell: () => PullShell | undefined,
  decide: Orchestrator['decide'],
  watchers: Watchers,
): Service<'orchestrator'> {
  const { records, blobs } = parts
  const show = (record: MissionRecord): Promise<Mission> => showMission(blobs, record)

  return {
    async create({ body }, ctx) {
      const key = ctx.idempotencyKey === undefined ? undefined : `rest:${ctx.caller.login}:${ctx.idempotencyKey}`
      const standing = key === undefined ? undefined : await records.byKey(key)
      if (standing) return show(standing)
      const fresh = { ...(await newRecord(parts, shell(), body, ctx)), ...(key === undefined ? {} : { key }) }
      const source = sourceFacts(body.source)
      if (!body.changeSpec || !body.source) return show(await records.create(created(fresh, source)))
      try {
        const { plan, event } = await makePlan(parts, fresh, planContext(fresh, ctx))
        const born = created(fresh, source)
        const out = planned(born.record, plan, event)
        return await show(await records.create({ ...out, events: [...born.events, ...out.events] }))
      } catch (e) {
        if (isAtomicError(e, 'POLICY_DENIED')) await recordDenial(parts, fresh.mission.missionId, ctx, e)
        throw e
      }
    },

    async list({ query }) {
      const page = await records.list({
        limit: query.limit ?? 50,
        ...(query.status === undefined ? {} : { status: query.status }),
        ...(query.cursor === undefined ? {} : { cursor: query.cursor }),
      })
      const items = await Promise.all(page.records.map(show))
      return { items, ...(page.next === undefined ? {} : { nextCursor: page.next }) }
    },

    async get({ params }) {
      return show(await records.read(params.id))
    },

    async putChangeSpec({ params, body }, ctx) {
      const record = await records.read(params.id)
      if (record.pull)
        throw new AtomicError('NOT_ALLOWED', 'This mission’s ChangeSpec is in its pull request; change it there.')
      const change = (now: MissionRecord) => ({
        ...unplanned(now, { changeSpec: body, title: body.title, risk: body.risk }, isoTime(parts.clock)),
        work: [],
      })
      const next = change(record).record
      if (!hasSource(record)) return show(await records.transition(params.id, change))
      const { plan, event } = await makePlan(parts, next, planContext(next, ctx))
      return show(
        await records.transition(params.id, (now) => {
          const dropped = change(now)
          const out = planned(dropped.record, plan, event)
          return { ...out, events: [...dropped.events, ...out.events] }
        }),
      )
    },

    async events({ params }, ctx) {
      await records.read(params.id)
      const last = Number(ctx.lastEventId ?? -1)
      const from = Number.isSafeInteger(last) && last >= 0 ? last + 1 : 0
      return new Content('text/event-stream', streamEvents(records, watchers, params.id, from, ctx.signal), {
        'cache-control': 'no-store',
      })
    },

    async approve({ params, body }, ctx) {
      const record = await records.read(params.id)
      const decision = await restDecision(parts, record, params.name, body, ctx)
      const guarded = record.pull ? await guard(shell(), record, decision) : decision
      return show(await decide(params.id, guarded))
    },

    async createBatch({ params, body }, ctx) {
      return createBatch(parts, await records.read(params.id), body, ctx)
    },

    async rollback({ params, body }, ctx) {
      const reason = await cleanWords(parts, body.reason, ctx)
      return (await rollbackBatch(parts, params.id, params.batchId, actorOf(ctx), reason)).batch
    },

    async report({ params, body }, ctx) {
      const record = await records.read(params.id)
      const { run } = ctx.caller
      const home = record.pull && `${record.pull.owner}/${record.pull.repo}`
      if (run && home && run.repository.toLowerCase() !== home.toLowerCase())
        throw new AtomicError('NOT_ALLOWED', `A run of another repository cannot report on this mission.`)
      const by = { login: ctx.caller.login, trusted: run ? run.trusted : false }
      return show(await reportVerification(parts, record, body, by))
    },
  }
}

const hasSource = (record: MissionRecord): boolean =>
  record.sourceFiles !== undefined || record.mission.source !== undefined

const actorOf = (ctx: CallContext): Actor => ({ login: ctx.caller.login, type: ctx.caller.type })

/** A repository named in a request is read with the caller's own access; a bound pull request with the app's. */
const planContext = (record: MissionRecord, ctx: CallContext): CallContext =>
  record.pull
    ? serviceContext(ctx.correlationId)
    : {
        ...serviceContext(ctx.correlationId),
        caller: {
          ...ctx.caller,
          scopes: [...ctx.caller.scopes, 'service', 'gateway:write', 'dte:write', 'finops:write'],
        },
      }

async function newRecord(
  parts: Parts,
  shell: PullShell | undefined,
  body: CreateMission,
  ctx: CallContext,
): Promise<MissionRecord> {
  const { source, changeSpec } = body
  const bound =
    source && 'repository' in source && source.pullRequest !== undefined
      ? await bind(shell, { ...source.repository, pullRequest: source.pullRequest })
      : undefined
  const files = source && 'files' in source ? await toJsonBlob(parts.blobs, source.files) : undefined
  return {
    mission: {
      missionId: newId('msn', parts.clock),
      title: body.title,
      risk: body.risk,
      status: 'open',
      checkpoints: emptyCheckpoints(),
      ...(changeSpec === undefined ? {} : { changeSpec }),
      ...(source === undefined || files ? {} : { source }),
      createdAt: isoTime(parts.clock),
      version: 1,
    },
    drive: bound ? 'auto' : 'caller',
    ...(files ? { sourceFiles: files.digest } : {}),
    batchChanges: {},
    proposer: bound?.proposer ?? actorOf(ctx),
    ...(bound ? { pull: bound.pull } : {}),
    policy: bound?.policy ?? plainPolicy(canonicalDigest),
    approvals: [],
    verification: {},
    events: 0,
    recorded: 0,
  }
}

const bind = (shell: PullShell | undefined, source: Parameters<PullShell['bind']>[0]) => {
  if (!shell)
    throw new AtomicError('UNAVAILABLE', 'No GitHub App is configured here, so a pull request cannot be bound.')
  return shell.bind(source)
}

const guard = (shell: PullShell | undefined, record: MissionRecord, decision: Decision): Promise<Decision> => {
  if (!shell)
    throw new AtomicError(
      'NOT_ALLOWED',
      'The pull request’s approval policy cannot be read here, so nothing is approved.',
    )
  return shell.guard(record, decision)
}

/** The facts of a source that stand in the evidence. */
export const sourceFacts = (source: MissionSource | undefined): Record<string, unknown> => {
  if (!source) return { kind: 'none' }
  if ('files' in source) return { kind: 'files', files: Object.keys(source.files).length }
  const { owner, repo, ref } = source.repository
  return {
    kind: 'repository',
    owner,
    repo,
    ref,
    ...(source.pullRequest === undefined ? {} : { pullRequest: source.pullRequest }),
  }
}

async function recordDenial(parts: Parts, missionId: string, ctx: CallContext, e: AtomicError): Promise<void> {
  const payload = { where: 'plan', rule: 'preflight', message: e.message, seq: 0, at: isoTime(parts.clock) }
  await parts.services.evidence.append(
    { body: { missionId, type: 'policy.denied', actor: actorOf(ctx), payload } },
    serviceContext(ctx.correlationId),
  )
}

/**
 * Who decides: the caller, or with `act-for` somebody the caller speaks for, who can neither be
 * the proposer nor count where people are asked. On a server without credentials the caller is
 * whoever sits at this machine: another name is taken down as said, and as self-approved.
 */
async function restDecision(
  parts: Parts,
  record: MissionRecord,
  checkpoint: CheckpointName,
  body: ApproveCheckpoint,
  ctx: CallContext,
): Promise<Decision> {
  const { caller } = ctx
  const same = body.actor.login.toLowerCase() === caller.login.toLowerCase() && body.actor.type === caller.type
  const local = caller.login === 'local' && caller.scopes.includes('admin')
  if (!same && !local) speaksFor(record, checkpoint, body.actor, ctx)
  const isProposer = (login: string): boolean => login.toLowerCase() === record.proposer.login.toLowerCase()
  const selfApproved = isProposer(body.actor.login) || (local && isProposer(caller.login))
  if (selfApproved && !record.policy.solo)
    throw new AtomicError('NOT_ALLOWED', 'Who proposed a mission does not approve it.')
  return {
    checkpoint,
    decision: body.decision ?? 'approve',
    actor: body.actor,
    ...(body.planDigest === undefined ? {} : { planDigest: body.planDigest }),
    ...(body.headSha === undefined ? {} : { headSha: body.headSha }),
    ...(body.comment === undefined ? {} : { comment: await cleanWords(parts, body.comment, ctx) }),
    policyDigest: record.policy.digest,
    via: 'rest',
    ...(selfApproved ? { selfApproved: true } : {}),
  }
}

const speaksFor = (record: MissionRecord, checkpoint: CheckpointName, actor: Actor, { caller }: CallContext): void => {
  if (!caller.scopes.includes('act-for') && !caller.scopes.includes('admin'))
    throw new AtomicError('NOT_ALLOWED', `The actor of an approval is the caller, ${caller.login}.`)
  if (actor.login.toLowerCase() === record.proposer.login.toLowerCase())
    throw new AtomicError('NOT_ALLOWED', 'Nobody can act for the proposer.')
  const needsPeople = record.mission.checkpoints.find((c) => c.name === checkpoint)!.actor === 'human'
  if (actor.type === 'human' && needsPeople)
    throw new AtomicError(
      'NOT_ALLOWED',
      `${checkpoint} needs people themselves; an approval on somebody’s behalf does not count.`,
    )
}
