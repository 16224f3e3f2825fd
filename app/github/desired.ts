import type { Orchestrator } from '../../core/orchestrator/orchestrator.ts'
import type { MissionRecord } from '../../core/orchestrator/types.ts'
import type { Store } from '../../core/storage/store.ts'
import type { ShownDiff } from './diffs.ts'
import { makerOf } from './landings.ts'
import { pickMission } from './missions.ts'
import type { PullState, PullStates } from './pull-states.ts'
import { missionChecks } from './render/checks.ts'
import { missionComment, plainComment } from './render/comment.ts'
import { afterTheEnd, brokenSpec, withoutSpec } from './render/no-mission.ts'
import { checksHead, pullHeadOf } from './render/standing.ts'
import type { CheckView, MissionView } from './render/view.ts'

export interface DesiredDeps {
  orchestrator: Pick<Orchestrator, 'ofPull'>
  store: Store
  states: PullStates
  diffOf(derivation: string, repository: string): Promise<ShownDiff | undefined>
  /** Where people reach the app; absent: nothing links there. */
  publicUrl?: string
}

/** What GitHub should show of a pull request. */
export interface Desired {
  headSha: string
  checks: CheckView[]
  comment?: string
  /** Page that check runs link to. */
  page?: string
}

type Name = { owner: string; repo: string; number: number }

/** By the state of its mission, and of the pull request where it has none; undefined while nothing is known. */
export async function desiredOf(deps: DesiredDeps, name: Name): Promise<Desired | undefined> {
  const state = await deps.states.read(name)
  const record = pickMission(await deps.orchestrator.ofPull(name.owner, name.repo, name.number))
  const view = record?.pull && (await viewOf(deps, record))
  const comment = view ? missionComment(view, state?.notice) : state?.notice && plainComment(state.notice)
  const more = {
    ...(comment === undefined ? {} : { comment }),
    ...(view?.page === undefined ? {} : { page: view.page }),
  }
  if (!view || (state && isPast(view.record, state))) {
    // With a ChangeSpec and no mission yet, the mission is about to be.
    if (!state || state.asked.kind === 'spec') return undefined
    const { asked, headSha } = state
    return {
      headSha,
      checks: asked.kind === 'broken' ? brokenSpec(asked.path, asked.findings) : withoutSpec(asked.required),
      ...more,
    }
  }
  const own = checksHead(view.record)!
  const checks = missionChecks(view)
  const since = state && view.record.mission.status !== 'open' && (await isForeign(deps.store, state, view.record))
  return since
    ? { headSha: state.headSha, checks: afterTheEnd(checks, own), ...more }
    : { headSha: own, checks, ...more }
}

/** It ended without an effect, and the pull request does not ask for it any more. */
const isPast = ({ mission: { status } }: MissionRecord, { asked }: PullState): boolean =>
  asked.kind !== 'spec' &&
  (status === 'cancelled' || status === 'rejected' || (asked.kind === 'broken' && status !== 'open'))

async function viewOf(deps: DesiredDeps, record: MissionRecord): Promise<MissionView> {
  const { publicUrl } = deps
  const { pull, plan, mission } = record
  const diff = plan && pull && (await deps.diffOf(plan.derivation, `${pull.owner}/${pull.repo}`))
  return {
    record,
    ...(diff === undefined ? {} : { diff }),
    ...(publicUrl === undefined ? {} : { page: `${publicUrl}/missions/${mission.missionId}/view` }),
  }
}

/** Did somebody else push since the mission ended? */
async function isForeign(store: Store, state: PullState, record: MissionRecord): Promise<boolean> {
  if (state.headSha === pullHeadOf(record) || state.headSha === record.pull?.headSha) return false
  const made = await makerOf(store, { owner: state.headOwner, repo: state.headRepo }, state.headSha)
  return made !== record.mission.missionId
}
