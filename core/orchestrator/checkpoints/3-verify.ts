import type { CallContext, VerificationReport } from '../../contracts/index.ts'
import { type EventPayload, junitName, mutationName } from '../../evidence/conventions.ts'
import { isoTime } from '../../platform/clock.ts'
import { AtomicError } from '../../platform/errors.ts'
import { currentTexts } from '../current.ts'
import type { Parts } from '../deps.ts'
import { verified } from '../mission.ts'
import type { EventDraft } from '../outcome.ts'
import { survivorsOf } from '../survivors.ts'
import type { MissionEvent, MissionRecord, Problem, Verification } from '../types.ts'
import { whereFrom } from './1-plan.ts'

/** Verify, the app's own part: derive the change again and compare it with what landed; check the invariants. */
export async function verify(parts: Parts, missionId: string, ctx: CallContext): Promise<void> {
  const record = await parts.records.read(missionId)
  if (record.mission.status !== 'open' || record.mission.checkpoints[2]!.status !== 'approved') return
  if (record.verification.derived) return
  const derived = await deriveAgain(parts, record, ctx)
  await parts.records.transition(missionId, (now) => {
    if (now.verification.derived || now.mission.checkpoints[2]!.status !== 'approved')
      return { record: now, events: [], work: [] }
    const verification = { ...now.verification, derived }
    const payload: EventPayload<'verify.completed'> = {
      by: 'app',
      trusted: true,
      passed: derivedPassed(derived),
      resultTree: derived.resultTree,
      landedTree: derived.landedTree,
      treeMatches: derived.treeMatches,
      invariants: derived.invariants,
      ...boundTo(now),
    }
    return judge(parts, now, verification, { payload })
  })
}

const boundTo = (record: MissionRecord) => ({
  ...(record.plan ? { planDigest: record.plan.digest } : {}),
  ...(record.landed?.headSha === undefined ? {} : { headSha: record.landed.headSha }),
})

async function deriveAgain(
  parts: Parts,
  record: MissionRecord,
  ctx: CallContext,
): Promise<NonNullable<Verification['derived']>> {
  const landedTree = (await parts.worksiteOf(record).current(record)).treeId
  const at = isoTime(parts.clock)
  const { changeSpec } = record.mission
  if (!changeSpec) {
    const resultTree = record.landed?.tree ?? landedTree
    return { resultTree, landedTree, treeMatches: resultTree === landedTree, invariants: [], at }
  }
  const before = await whereFrom(parts, record)
  const files = await currentTexts(parts, record)
  const body = { before: 'files' in before ? before.files : before, files, changeSpec }
  const { treeMatches: matches, invariants } = await parts.services.dte.verify({ body }, ctx)
  // Derived once more only where it differs: to say what should stand there.
  const resultTree = matches
    ? landedTree
    : (await parts.services.dte.apply({ body: { changeSpec, ...before } }, ctx)).resultTree
  const treeMatches = matches === true && resultTree === record.plan?.resultTree
  return { resultTree, landedTree, treeMatches, invariants, at }
}

const derivedPassed = (d: NonNullable<Verification['derived']>): boolean =>
  d.treeMatches && d.invariants.every((i) => i.passed)

/** Verify, the part of CI: what a run of the Action found. It reports; it never approves. */
export async function reportVerification(
  parts: Parts,
  record: MissionRecord,
  report: VerificationReport,
  by: { login: string; trusted: boolean },
): Promise<MissionRecord> {
  if (record.mission.status !== 'open')
    throw new AtomicError('MISSION_CLOSED', `The mission is ${record.mission.status}.`)
  const point = record.mission.checkpoints[2]!
  if (point.status === 'completed') return record
  if (record.mission.checkpoints[1]!.status !== 'completed')
    throw new AtomicError('CHECKPOINT_ORDER', 'There is nothing to verify before every batch is applied.')
  if (report.planDigest !== record.mission.planDigest)
    throw new AtomicError('PLAN_CHANGED', `The plan is ${record.mission.planDigest}, not ${report.planDigest}.`)
  if (record.landed?.headSha !== undefined && report.headSha !== record.landed.headSha)
    throw new AtomicError('HEAD_MOVED', `The head is ${record.landed.headSha}, not ${report.headSha}.`)
  const junit = report.tests?.junit === undefined ? undefined : await parts.blobs.put(Buffer.from(report.tests.junit))
  const mutation = report.mutation && (await parts.blobs.put(Buffer.from(JSON.stringify(report.mutation.report))))
  const at = isoTime(parts.clock)
  return parts.records.transition(record.mission.missionId, (now) => {
    const slim = slimmed(report)
    // What anybody could have said never takes the place of what the pinned workflow said.
    if (now.verification.report?.trusted && !by.trusted) return { record: now, events: [], work: [] }
    if (
      now.verification.report?.trusted === by.trusted &&
      JSON.stringify(now.verification.report && slimmed(now.verification.report)) === JSON.stringify(slim)
    )
      return { record: now, events: [], work: [] }
    const artifacts: MissionEvent['artifacts'] = []
    if (junit) artifacts.push({ name: junitName(now.recorded), ...junit, mediaType: 'application/xml' })
    if (mutation) artifacts.push({ name: mutationName(now.recorded), ...mutation, mediaType: 'application/json' })
    const survivors = survivorsOf(report.mutation?.report)
    const verification = {
      ...now.verification,
      report: {
        ...slim,
        trusted: by.trusted,
        reportedBy: by.login,
        at,
        ...(survivors.length > 0 ? { survivors } : {}),
      },
    }
    return judge(parts, now, verification, { payload: reportPayload(now, report, by.trusted), artifacts })
  })
}

/** The report without what is kept as an artifact. */
const slimmed = (report: VerificationReport): VerificationReport => {
  const { headSha, baseTree, planDigest, resultTree, treeMatches, differences, invariants, passed, runUrl } = report
  const { junit: _, ...tests } = report.tests ?? { command: '' }
  return {
    headSha,
    baseTree,
    planDigest,
    resultTree,
    treeMatches,
    differences,
    invariants,
    passed,
    ...(runUrl === undefined ? {} : { runUrl }),
    ...(report.tests ? { tests: tests as NonNullable<VerificationReport['tests']> } : {}),
    ...(report.mutation ? { mutation: { ...report.mutation, report: null } } : {}),
  }
}

const reportPayload = (
  record: MissionRecord,
  report: VerificationReport,
  trusted: boolean,
): EventPayload<'verify.completed'> => {
  const { baseTree: _, mutation, tests, headSha, planDigest, ...rest } = slimmed(report)
  const minScore = record.mission.changeSpec?.mutation?.minScore ?? record.policy.verify.mutation?.minScore
  const { report: __, ...scores } = mutation ?? { report: null }
  return {
    by: 'run',
    trusted,
    headSha,
    planDigest,
    ...rest,
    ...(tests ? { tests } : {}),
    ...(mutation
      ? {
          mutation: { ...(scores as Omit<typeof mutation, 'report'>), ...(minScore === undefined ? {} : { minScore }) },
        }
      : {}),
  }
}

/** Both parts together: what the checkpoint becomes. A report that nobody can vouch for is shown and does not count. */
const judge = (
  parts: Parts,
  record: MissionRecord,
  verification: Verification,
  event: Omit<EventDraft, 'type' | 'actor'>,
) => {
  const { derived, report } = verification
  const problem = problemOf(parts, record, verification)
  const needed = record.policy.verify.required
  const counted = report !== undefined && (report.trusted || !needed)
  const verdict = problem ? 'failed' : derived && (!needed || counted) ? 'passed' : 'waiting'
  return verified(record, verification, verdict, event, problem)
}

const problemOf = (parts: Parts, record: MissionRecord, { derived, report }: Verification): Problem | undefined => {
  const detail = (() => {
    if (derived && !derived.treeMatches)
      return `The tree that landed (${derived.landedTree}) is not the tree that was planned (${record.plan?.resultTree ?? derived.resultTree}).`
    const broken = [...(derived?.invariants ?? []), ...(report?.trusted ? report.invariants : [])].find(
      (i) => !i.passed,
    )
    if (broken) return `Invariant ${broken.type} does not hold: ${broken.message}`
    if (!report?.trusted || report.passed) return undefined
    if (!report.treeMatches)
      return `CI derived another tree; ${report.differences.length} files differ, such as ${report.differences[0]?.path ?? '(none named)'}.`
    if (report.tests && !report.tests.passed)
      return `The tests fail: ${report.tests.command} ended with ${report.tests.exitCode ?? 'no'} exit code.`
    return 'The run in CI did not pass.'
  })()
  if (detail === undefined) return undefined
  const next = 'Read the run and the check run; mend and /atomic retry verify, or /atomic rollback all.'
  return { checkpoint: 'verify', code: 'VERIFICATION_FAILED', detail, next, at: isoTime(parts.clock) }
}
