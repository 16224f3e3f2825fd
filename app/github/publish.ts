import type { Orchestrator } from '../../core/orchestrator/orchestrator.ts'
import type { MissionRecord } from '../../core/orchestrator/types.ts'
import type { Store } from '../../core/storage/store.ts'
import { publishChecks } from './check-runs.ts'
import type { GitHubFor } from './client.ts'
import type { ShownDiff } from './diffs.ts'
import { makerOf } from './landings.ts'
import { pickMission } from './missions.ts'
import type { PublishOrder } from './parts.ts'
import { readPublished, savePublished } from './published.ts'
import type { PullState, PullStates } from './pull-states.ts'
import { missionChecks } from './render/checks.ts'
import { missionComment, plainComment } from './render/comment.ts'
import { afterTheEnd, brokenSpec, withoutSpec } from './render/no-mission.ts'
import { checksHead, headOf } from './render/standing.ts'
import type { CheckView, MissionView } from './render/view.ts'
import { publishComment } from './sticky-comment.ts'

export interface PublishDeps {
  orchestrator: Pick<Orchestrator, 'ofPull'>
  store: Store
  states: PullStates
  githubFor: GitHubFor
  diffOf(derivation: string, repository: string): Promise<ShownDiff | undefined>
  appId: number
  /** Where people reach the app; absent: nothing links there. */
  publicUrl?: string
}

/** Check runs and comment of a pull request, brought to what the mission's state says they should be. */
export async function publish(deps: PublishDeps, { again = [], ...name }: PublishOrder): Promise<void> {
  const state = await deps.states.read(name)
  const record = pickMission(await deps.orchestrator.ofPull(name.owner, name.repo, name.number))
  const desired = await desiredFor(deps, state, record)
  if (!desired) return
  const github = await deps.githubFor(name.installationId)
  const to = {
    github,
    pull: name,
    appId: deps.appId,
    ...(desired.page === undefined ? {} : { page: desired.page }),
    save: (published: Parameters<typeof savePublished>[2]) => savePublished(deps.store, name, published),
  }
  const before = await readPublished(deps.store, name)
  for (const checkpoint of again) if (before.checks[checkpoint]) before.checks[checkpoint].digest = ''
  const published = await publishChecks(to, before, desired.headSha, desired.checks)
  if (desired.comment !== undefined) await publishComment(to, published, desired.comment)
}

interface Desired {
  headSha: string
  checks: CheckView[]
  comment?: string
  page?: string
}

async function desiredFor(
  deps: PublishDeps,
  state: PullState | undefined,
  record: MissionRecord | undefined,
): Promise<Desired | undefined> {
  const notice = state?.notice
  if (!record?.pull || (record.mission.status !== 'open' && state?.asked.kind === 'broken')) {
    // With a ChangeSpec and no mission yet, the mission is about to be.
    if (!state || state.asked.kind === 'spec') return undefined
    const { asked, headSha } = state
    const checks = asked.kind === 'broken' ? brokenSpec(asked.path, asked.findings) : withoutSpec()
    return { headSha, checks, ...(notice ? { comment: plainComment(notice) } : {}) }
  }
  const page = deps.publicUrl === undefined ? undefined : `${deps.publicUrl}/missions/${record.mission.missionId}/view`
  const diff = record.plan && (await deps.diffOf(record.plan.derivation, `${record.pull.owner}/${record.pull.repo}`))
  const view: MissionView = {
    record,
    ...(diff === undefined ? {} : { diff }),
    ...(page === undefined ? {} : { page }),
  }
  const end = checksHead(record)!
  const since = state && record.mission.status !== 'open' && (await isForeign(deps.store, state, record))
  return {
    headSha: since ? state.headSha : end,
    checks: since ? afterTheEnd(missionChecks(view), end) : missionChecks(view),
    comment: missionComment(view, notice),
    ...(page === undefined ? {} : { page }),
  }
}

/** Did somebody else push since the mission ended? */
async function isForeign(store: Store, state: PullState, record: MissionRecord): Promise<boolean> {
  if (state.headSha === headOf(record) || state.headSha === record.pull?.headSha) return false
  const made = await makerOf(store, { owner: state.headOwner, repo: state.headRepo }, state.headSha)
  return made !== record.mission.missionId
}
