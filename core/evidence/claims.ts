import { checkpointNames } from '../contracts/mission.ts'
import { canonicalDigest } from '../platform/canonical.ts'
import { inForce, isProposer, people } from './approvals.ts'
import { type Fact, lastBefore, type MissionView } from './mission-view.ts'

/**
 * What a mission's record says of itself, claim by claim. `not-assessed`: the record does not
 * tell, or policy did not ask; it is never a pass.
 */
export type Verdict = 'pass' | 'fail' | 'not-assessed' | 'KEY_NOT_PINNED' | 'SELF_APPROVED'
export interface Claim {
  verdict: Verdict
  detail: string
}

const pass = (detail: string): Claim => ({ verdict: 'pass', detail })
const fail = (detail: string): Claim => ({ verdict: 'fail', detail })
const unknown = (detail: string): Claim => ({ verdict: 'not-assessed', detail })
const short = (id: string | undefined): string => (id === undefined ? 'none' : id.replace('sha256:', '').slice(0, 12))

/** How the mission ended; a mission that has not is no finished record. */
export function outcomeOf(view: MissionView): 'open' | 'completed' | 'rejected' | 'cancelled' {
  if (view.of('mission.completed').length > 0) return 'completed'
  if (view.of('mission.cancelled').length > 0) return 'cancelled'
  const last = view.of('checkpoint.approved', 'checkpoint.rejected', 'mission.planned', 'batch.applied').at(-1)
  return last?.type === 'checkpoint.rejected' && last.payload.final !== false ? 'rejected' : 'open'
}

/** No event is missing, none does not fit, and the mission has ended. */
export function judgeRecord(view: MissionView): Claim {
  const [misfit] = view.misfits
  if (misfit) return fail(`event ${misfit.index} (${misfit.type}) does not fit its type: ${misfit.reason}`)
  let next = 0
  let erased = 0
  for (const { index, body } of view.events) {
    if (!body) {
      erased++
      continue
    }
    const seq = body.payload.seq
    if (seq === undefined) continue
    // An erased event no longer tells its number, so each may stand for one that is missing.
    const gap = Number(seq) - next
    if (gap < 0 || gap > erased)
      return fail(
        `event ${index} is number ${seq} of the mission where ${next} was expected: events are missing or out of order`,
      )
    erased -= gap
    next = Number(seq) + 1
  }
  if (view.of('mission.created').length === 0 && erased === 0)
    return fail('the record has no beginning: mission.created is missing')
  const outcome = outcomeOf(view)
  if (outcome === 'open') return fail('the record has no end: the mission was still open, or its tail was cut off')
  return pass(`${view.events.length} events from first to last, the mission ${outcome}`)
}

/** The plan digest is that of this ChangeSpec, these trees and this engine. */
export function judgePlan(view: MissionView, changeSpec: unknown): Claim {
  const plan = lastBefore(view, 'mission.planned')
  if (!plan) return unknown('the mission had no plan')
  if (changeSpec === undefined) return fail('changespec.json is missing')
  const { planDigest, baseTree, engine, resultTree } = plan.payload
  const digest = canonicalDigest({ baseTree, changeSpec, engine, resultTree })
  return digest === planDigest
    ? pass(`plan digest ${short(planDigest)} follows from changespec.json, the trees and the engine`)
    : fail(`changespec.json, trees and engine give plan digest ${short(digest)}, the plan says ${short(planDigest)}`)
}

type Moment = { index: number; checkpoint: 'plan' | 'execute' | 'verify' | 'finalize'; needed: number; what: string }

/** Each moment at which approvals had to stand: every batch, and the end of every checkpoint that policy guards. */
function moments(view: MissionView): Moment[] {
  const needed = (index: number, checkpoint: Moment['checkpoint']): number =>
    lastBefore(view, 'mission.planned', index)?.payload.policy.required[checkpoint] ?? (checkpoint === 'plan' ? 1 : 0)
  const batches = view.of('batch.applied').map(
    ({ index, payload }): Moment => ({
      index,
      checkpoint: 'plan',
      needed: needed(index, 'plan'),
      what: `batch ${payload.batchId}`,
    }),
  )
  const ends = view.of('checkpoint.completed').map(
    ({ index, payload }): Moment => ({
      index,
      checkpoint: payload.checkpoint,
      needed: needed(index, payload.checkpoint),
      what: `the end of ${payload.checkpoint}`,
    }),
  )
  return [...batches, ...ends]
}

/** The one who decided alone, where policy let them in an emergency. */
const alone = (view: MissionView, { checkpoint, index }: Moment) =>
  inForce(view, checkpoint, index).find((a) => a.payload.override?.kind === 'emergency' && a.actor.type === 'human')

/** Enough people approved, before it ran, the plan that ran. */
export function judgeApprovals(view: MissionView): Claim {
  const guarded = moments(view).filter((m) => m.needed > 0)
  for (const moment of guarded) {
    const { index, checkpoint, needed, what } = moment
    const given = people(inForce(view, checkpoint, index))
    if (given.length < needed && !alone(view, moment))
      return fail(
        `${what} (event ${index}) needed ${needed} approval(s) of ${checkpoint} by people; ${given.length} stood`,
      )
  }
  if (view.of('batch.applied').length === 0) return unknown('nothing was executed')
  if (guarded.length === 0) return unknown('policy asked for no approval by a person')
  const names = people(
    checkpointNames.flatMap((c) => guarded.filter((m) => m.checkpoint === c).flatMap((m) => inForce(view, c, m.index))),
  )
  const emergency = guarded.map((m) => alone(view, m)).find((a) => a !== undefined)
  const why = emergency
    ? `; by emergency override of ${emergency.actor.login}: ${emergency.payload.override?.reason}`
    : ''
  return pass(`approved before execution by ${names.join(', ')}${why}`)
}

/** The people who approved are others than the one who proposed. */
export function judgeIndependence(view: MissionView): Claim {
  let self = false
  let emergency = false
  const guarded = moments(view).filter((m) => m.needed > 0)
  for (const moment of guarded) {
    const { index, checkpoint, needed, what } = moment
    if (alone(view, moment)) {
      emergency = true
      continue
    }
    const others = people(inForce(view, checkpoint, index)).filter((login) => !isProposer(view, login))
    if (others.length >= needed) continue
    if (lastBefore(view, 'mission.planned', index)?.payload.policy.solo !== true)
      return fail(`${what} (event ${index}): the proposer’s own approval was counted, and policy is not solo`)
    self = true
  }
  if (view.of('batch.applied').length === 0 || guarded.length === 0)
    return unknown('no approval by a person was needed')
  if (view.of('mission.created').length === 0) return unknown('who proposed the mission is erased')
  if (emergency) return { verdict: 'SELF_APPROVED', detail: 'one person decided alone, by emergency override' }
  return self
    ? { verdict: 'SELF_APPROVED', detail: 'the proposer approved, as policy (solo) allows' }
    : pass('nobody approved their own proposal')
}

/** The tree that landed is the tree that was approved, batch by batch and at the end. */
export function judgeLanding(view: MissionView): Claim {
  let current: string | undefined
  const applied = new Set<number>()
  for (const fact of view.of('mission.planned', 'batch.applied', 'batch.rolled_back', 'mission.completed')) {
    if (fact.type === 'mission.planned') {
      current = fact.payload.baseTree
      applied.clear()
      continue
    }
    const plan = lastBefore(view, 'mission.planned', fact.index)?.payload
    if (fact.type === 'mission.completed') {
      const wrong = judgeEnd(fact, plan, current, applied)
      if (wrong) return wrong
      continue
    }
    const { batchId, baseTree, resultTree } = fact.payload
    if (current !== undefined && baseTree !== current)
      return fail(
        `batch ${batchId} (event ${fact.index}) began on tree ${short(baseTree)}, where ${short(current)} stood`,
      )
    if (fact.type === 'batch.applied' && plan) {
      const planned = plan.batches.find((b) => b.index === fact.payload.index)
      if (!planned) return fail(`batch ${batchId} (event ${fact.index}) was not planned`)
      if (planned.baseTree !== baseTree || planned.resultTree !== resultTree)
        return fail(
          `batch ${batchId} (event ${fact.index}) left tree ${short(resultTree)}, planned was ${short(planned.resultTree)}`,
        )
      applied.add(planned.index)
    }
    current = resultTree
  }
  const end = lastBefore(view, 'mission.completed')
  if (!end) return unknown('the mission did not complete')
  const plan = lastBefore(view, 'mission.planned', end.index)
  if (!plan) return unknown('the mission had no plan to compare with')
  const undone = view.of('batch.rolled_back').filter((f) => f.index > end.index).length
  const later = undone > 0 ? `; ${undone} batch(es) were rolled back afterwards` : ''
  return pass(`the approved tree ${short(plan.payload.resultTree)} is the tree that landed${later}`)
}

function judgeEnd(
  end: Fact<'mission.completed'>,
  plan: Fact<'mission.planned'>['payload'] | undefined,
  current: string | undefined,
  applied: ReadonlySet<number>,
): Claim | undefined {
  const { resultTree } = end.payload
  if (resultTree !== undefined && current !== undefined && resultTree !== current)
    return fail(`the mission says it ended on tree ${short(resultTree)}, its batches on ${short(current)}`)
  if (!plan) return undefined
  const missing = plan.batches.find((b) => !applied.has(b.index))
  if (missing) return fail(`planned batch ${missing.index} was never applied`)
  if ((resultTree ?? current) !== plan.resultTree)
    return fail(`tree ${short(resultTree ?? current)} landed, ${short(plan.resultTree)} was approved`)
  return undefined
}

/** The tree that landed was verified by somebody to be trusted, after the last batch. */
export function judgeTests(view: MissionView): Claim {
  const plan = lastBefore(view, 'mission.planned')
  if (view.of('batch.applied').length === 0) return unknown('nothing was executed')
  const end = lastBefore(view, 'mission.completed')
  const landed = lastBefore(view, 'batch.applied', end?.index)
  const runs = view
    .of('verify.completed')
    .filter((f) => f.index > (landed?.index ?? 0) && f.index < (end?.index ?? Infinity))
  const ofThis = runs.filter(
    ({ payload: p }) =>
      (p.planDigest === undefined || p.planDigest === plan?.payload.planDigest) &&
      (p.landedTree === undefined || p.landedTree === landed?.payload.resultTree),
  )
  const good = ofThis.filter(({ payload: p }) => p.trusted && p.passed && p.treeMatches !== false)
  const latest = ofThis.filter((f) => f.payload.trusted).at(-1)
  if (latest && !good.includes(latest))
    return fail(`the last trusted verification (event ${latest.index}) did not pass`)
  if (end && plan?.payload.policy.verifyRequired && !good.some((f) => f.payload.by !== 'app'))
    return fail('policy asks for a trusted run that verifies what landed; none passed')
  if (good.length === 0)
    return unknown(
      runs.length > 0 ? 'only reported by the pull request, not by a trusted run' : 'the result was not verified',
    )
  const tests = good.flatMap(({ payload }) => (payload.tests ? [payload.tests] : []))
  const mutation = good.findLast((f) => f.payload.mutation)?.payload.mutation
  const parts = [
    'the landed tree was verified',
    tests.length > 0 ? 'tests passed' : 'no tests were run',
    mutation ? `mutation score ${mutation.score}` : 'no mutation test was run',
  ]
  return pass(parts.join('; '))
}
