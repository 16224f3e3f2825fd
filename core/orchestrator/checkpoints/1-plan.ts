import type { ApplyAnswer, CallContext, ForecastAnswer } from '../../contracts/index.ts'
import type { EventPayload } from '../../evidence/conventions.ts'
import { AtomicError, isAtomicError } from '../../platform/errors.ts'
import type { Parts } from '../deps.ts'
import { fromJsonBlob, toJsonBlob } from '../show.ts'
import type { MissionEvent, MissionRecord, PlanDetail } from '../types.ts'

/**
 * Plan: preflight the ChangeSpec, derive the change and the exact tree that will land, forecast
 * what it costs. Writes nothing but artifacts.
 * @throws AtomicError `POLICY_DENIED` or a code of contract section 2.
 */
export async function makePlan(
  parts: Parts,
  record: MissionRecord,
  ctx: CallContext,
): Promise<{ plan: PlanDetail; event: { payload: Record<string, unknown>; artifacts: MissionEvent['artifacts'] } }> {
  const { blobs, services, clock } = parts
  const spec = record.mission.changeSpec
  if (!spec) throw new AtomicError('INVALID_CHANGESPEC', 'The mission has no ChangeSpec to plan.')
  const specText = JSON.stringify(spec)
  await preflight(parts, record, [{ path: 'changespec.json', content: specText }], ctx)

  const answer = await services.dte.apply({ body: { changeSpec: spec, ...(await whereFrom(parts, record)) } }, ctx)
  const forecast = await forecastOf(parts, record, answer, ctx)
  const derivation = await toJsonBlob(blobs, answer)
  const changespec = await blobs.put(Buffer.from(specText))
  const plan: PlanDetail = {
    digest: answer.planDigest,
    engine: answer.engine,
    baseTree: answer.baseTree,
    resultTree: answer.resultTree,
    derivation: derivation.digest,
    batches: answer.batches.map(({ changes, ...batch }) => ({ ...batch, paths: changes.map((c) => c.path) })),
    operations: answer.operations,
    warnings: answer.warnings,
    stats: diffStats(answer),
    ...(forecast === undefined ? {} : { forecast }),
    plannedAt: new Date(clock.now()).toISOString(),
  }
  const { approvals, digest, solo, verify } = record.policy
  const headSha = record.pull?.headSha
  const payload: EventPayload<'mission.planned'> = {
    planDigest: plan.digest,
    engine: plan.engine,
    baseTree: plan.baseTree,
    resultTree: plan.resultTree,
    ...(headSha === undefined ? {} : { headSha }),
    batches: plan.batches,
    stats: plan.stats,
    ...(forecast === undefined ? {} : { forecast }),
    warnings: plan.warnings,
    policy: {
      digest,
      required: {
        plan: Math.max(1, approvals.plan.required),
        execute: approvals.execute.required,
        verify: approvals.verify.required,
        finalize: approvals.finalize.required,
      },
      solo,
      verifyRequired: verify.required,
    },
  }
  const artifacts = [
    { name: 'changespec.json', ...changespec, mediaType: 'application/json' },
    { name: 'derivation.json', ...derivation, mediaType: 'application/json' },
  ]
  return { plan, event: { payload, artifacts } }
}

/** The tree a mission is derived from, as the engine is asked for it. */
export async function whereFrom(parts: Parts, record: MissionRecord) {
  if (record.sourceFiles !== undefined)
    return { files: await fromJsonBlob<Record<string, string>>(parts.blobs, record.sourceFiles) }
  if (record.pull) {
    const { owner, repo, headSha: ref } = record.pull
    return { repository: { owner, repo, ref } }
  }
  const source = record.mission.source
  if (source && 'repository' in source) return { repository: source.repository }
  throw new AtomicError('INVALID_REQUEST', 'The mission has no source to plan on.')
}

/** @throws AtomicError `POLICY_DENIED` with the rules that said no; never with a value. */
export async function preflight(
  parts: Parts,
  record: MissionRecord,
  files: { path: string; content: string }[],
  ctx: CallContext,
): Promise<void> {
  const { missionId } = record.mission
  const repository = record.pull && `${record.pull.owner}/${record.pull.repo}`
  const context = { missionId, destination: 'repository', ...(repository === undefined ? {} : { repository }) }
  const answer = await parts.services.gateway.preflight({ body: { files, context } }, ctx)
  if (answer.decision === 'allow') return
  throw new AtomicError('POLICY_DENIED', {
    detail: `The gateway denied it: ${answer.violations.map((v) => `${v.rule} (${v.message})`).join('; ')}`,
    errors: answer.findings
      .slice(0, 100)
      .map((f) => ({ path: `${f.path ?? ''}:${f.line}:${f.column}`, message: `${f.kind} ${f.type}` })),
  })
}

/** A forecast is a help, not a gate: a model without a price does not stop a plan. */
async function forecastOf(
  parts: Parts,
  { mission: { missionId, source } }: MissionRecord,
  answer: ApplyAnswer,
  ctx: CallContext,
): Promise<ForecastAnswer | undefined> {
  const repository =
    source && 'repository' in source ? { repository: `${source.repository.owner}/${source.repository.repo}` } : {}
  const files = Object.entries(answer.files).flatMap(([path, content]) => (content === null ? [] : [{ path, content }]))
  try {
    return await parts.services.finops.forecast({ body: { files, missionId, ...repository } }, ctx)
  } catch (e) {
    if (isAtomicError(e) && e.status < 500) return undefined
    throw e
  }
}

const diffStats = (answer: ApplyAnswer): PlanDetail['stats'] => {
  let insertions = 0
  let deletions = 0
  let oldLeft = 0
  let newLeft = 0
  for (const line of answer.diff.split('\n')) {
    const hunk = oldLeft <= 0 && newLeft <= 0 ? /^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@/.exec(line) : null
    if (hunk) {
      oldLeft = Number(hunk[1] ?? 1)
      newLeft = Number(hunk[2] ?? 1)
    } else if (oldLeft > 0 || newLeft > 0) {
      if (line.startsWith('+')) {
        insertions++
        newLeft--
      } else if (line.startsWith('-')) {
        deletions++
        oldLeft--
      } else if (!line.startsWith('\\')) {
        oldLeft--
        newLeft--
      }
    }
  }
  return { files: Object.keys(answer.files).length, insertions, deletions }
}
