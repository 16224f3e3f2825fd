import type { CheckpointName } from '../contracts/mission.ts'
import { canonical } from '../platform/canonical.ts'
import type { Fact, MissionView } from './mission-view.ts'
import { lastBefore } from './mission-view.ts'

type Approved = Fact<'checkpoint.approved'>
const sameLogin = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase()

/** When an approval was taken back, if it was: by its giver's login, by its reference, or with all of its checkpoint. */
function withdrawalOf(view: MissionView, approval: Approved): Fact<'approval.withdrawn'> | undefined {
  return view.of('approval.withdrawn').find(({ index, payload }) => {
    if (index < approval.index || payload.checkpoint !== approval.payload.checkpoint) return false
    if (payload.reference !== undefined && payload.reference !== approval.payload.reference) return false
    return payload.login === undefined || sameLogin(payload.login, approval.actor.login)
  })
}

/** Approvals that counted when the event at `index` was recorded: given before it for the plan then in force, and not withdrawn. */
export function inForce(view: MissionView, checkpoint: CheckpointName, index: number): Approved[] {
  const plan = lastBefore(view, 'mission.planned', index)
  return view
    .of('checkpoint.approved')
    .filter(
      (a) =>
        a.payload.checkpoint === checkpoint &&
        a.index < index &&
        (plan === undefined || (a.index > plan.index && a.payload.planDigest === plan.payload.planDigest)) &&
        !((withdrawalOf(view, a)?.index ?? Infinity) < index),
    )
}

/** People among them, each once. */
export function people(approvals: readonly Approved[]): string[] {
  const humans = approvals.filter((a) => a.actor.type === 'human' && a.payload.automatic !== true)
  return [...new Map(humans.map((a) => [a.actor.login.toLowerCase(), a.actor.login])).values()]
}

export const isProposer = (view: MissionView, login: string): boolean =>
  view.of('mission.created').some((c) => sameLogin(c.payload.proposer.login, login))

/** The same keys in the same order, whether an event is read from the store or, in canonical form, from a pack. */
const inOrder = <T>(value: T): T => JSON.parse(canonical(value)) as T

/** `approvals.json` of a pack: every approval and rejection, with what it was given for. */
export function approvalsDocument(view: MissionView): unknown {
  const plan = lastBefore(view, 'mission.planned')
  return {
    missionId: view.missionId,
    planDigest: plan?.payload.planDigest ?? null,
    approvedTree: plan?.payload.resultTree ?? null,
    required: plan?.payload.policy.required ?? null,
    proposer: view.of('mission.created')[0]?.payload.proposer ?? null,
    approvals: view.of('checkpoint.approved', 'checkpoint.rejected').map((fact) => {
      const { seq: _, ...payload } = inOrder(fact.payload)
      const withdrawn = fact.type === 'checkpoint.approved' ? withdrawalOf(view, fact) : undefined
      return {
        decision: fact.type === 'checkpoint.approved' ? 'approve' : 'reject',
        index: fact.index,
        eventId: fact.eventId,
        recordedAt: fact.recordedAt,
        actor: fact.actor,
        ...payload,
        ...(withdrawn && {
          withdrawn: { index: withdrawn.index, by: withdrawn.actor, reason: withdrawn.payload.reason },
        }),
      }
    }),
  }
}
