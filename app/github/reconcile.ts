import type { AtomicConfig } from '../../core/orchestrator/approvals/config.ts'
import type { MissionRecord } from '../../core/orchestrator/types.ts'
import { canonicalDigest } from '../../core/platform/canonical.ts'
import { type AtomicError, isAtomicError } from '../../core/platform/errors.ts'
import { type GitHub, orAbsent } from './client.ts'
import { makerOf } from './landings.ts'
import { pickMission } from './missions.ts'
import { commit, type Parts, publishJob } from './parts.ts'
import { policyFor } from './permissions.ts'
import { type Asked, askedBy } from './proposals.ts'
import { bindingOf, type PullName, type PullRequest, pullKey, readPull } from './pull-request.ts'
import type { PullState } from './pull-states.ts'
import { pullHeadOf } from './render/standing.ts'
import { readConfig } from './repository-config.ts'
import { isStack } from './stacks.ts'

const system = { login: 'atomic', type: 'agent' } as const

/**
 * Brings the mission of a pull request in line with what stands on GitHub now. It reads the state
 * and never the event that called for it, so lost, late and repeated deliveries come to the same.
 * `asked`: somebody wants a plan, even of a ChangeSpec whose mission has ended.
 */
export async function reconcile(parts: Parts, name: PullName, asked = false): Promise<MissionRecord | undefined> {
  const github = await parts.githubFor(name.installationId)
  const pull = await orAbsent(readPull(github, name))
  if (!pull || isStack(pull)) return undefined
  const missions = await parts.orchestrator.ofPull(pull.owner, pull.repo, pull.number)
  const mission = pickMission(missions)
  const before = await parts.states.read(pull)
  if (pull.state === 'closed') return closed(parts, pull, before, mission)
  if (pull.draft && !mission && !asked) return undefined
  const open = mission?.mission.status === 'open' ? mission : undefined
  if (open && (begun(open) || open.pull?.specPath === elsewhere)) return followHead(parts, pull, before, open)

  const standsInFile = open !== undefined && open.pull?.specPath !== 'description'
  const { found, config } = await askedOrBroken(github, pull, asked || standsInFile)
  const spec = found.kind === 'spec' ? canonicalDigest(found.reading.raw) : undefined
  const state: PullState = { ...stateOf(pull, before), asked: seen(found) }
  if (spec !== undefined && mission?.plan && specOf(mission) === spec)
    state.touched = { spec, paths: [...new Set(mission.plan.batches.flatMap((b) => b.paths))] }
  await commit(parts, [parts.states.put(state), publishJob(parts.jobs, pull)])

  if (found.kind !== 'spec' || !config) {
    if (!open) return mission
    const reason = found.kind === 'none' ? 'The ChangeSpec was removed.' : 'The ChangeSpec cannot be read any more.'
    return parts.orchestrator.cancel(open.mission.missionId, system, reason)
  }
  const wasClosed = mission?.mission.status === 'cancelled' && before?.open === false
  if (mission && !open && !asked && !wasClosed && specOf(mission) === spec) return mission
  const paths = state.touched?.spec === spec ? state.touched!.paths : []
  return parts.orchestrator.propose({
    // One mission at a time: the key changes when one has ended.
    key: `${pullKey(pull)}/${missions.filter((m) => m.mission.status !== 'open').length}`,
    title: found.reading.spec.title,
    risk: found.reading.spec.risk,
    changeSpec: found.reading.raw as typeof found.reading.spec,
    proposer: { login: pull.author.login, type: pull.author.bot ? 'agent' : 'human' },
    policy: policyFor(config, pull.baseRef, { risk: found.reading.spec.risk, paths }),
    pull: bindingOf(pull, found.path),
  })
}

/** Where the ChangeSpec of a mission did not come from the pull request itself. */
export const elsewhere = 'request'

const begun = (record: MissionRecord): boolean => record.mission.checkpoints[0]?.status === 'completed'
const specOf = (record: MissionRecord): string => canonicalDigest(record.mission.changeSpec ?? null)

async function askedOrBroken(
  github: GitHub,
  pull: PullRequest,
  onDemand: boolean,
): Promise<{ found: Asked; config?: AtomicConfig }> {
  const found = await askedBy(github, pull, onDemand)
  if (found.kind === 'broken') return { found }
  try {
    if (found.kind === 'none') {
      const { changeSpec } = await readConfig(github, { owner: pull.owner, repo: pull.repo })
      return { found: changeSpec === 'required' ? { kind: 'none', required: true } : found }
    }
    return { found, config: await readConfig(github, { owner: pull.owner, repo: pull.repo }) }
  } catch (error) {
    if (!isAtomicError(error, 'INVALID_REQUEST') || !error.errors) throw error
    return { found: { kind: 'broken', findings: mistakes(error) } }
  }
}

/** Mistakes of the configuration: they are on the default branch, so there is no line here to annotate. */
const mistakes = (error: AtomicError) =>
  (error.errors ?? []).map((e) => ({ line: 1, column: 1, endLine: 1, path: e.path, message: e.message }))

const seen = (found: Asked): PullState['asked'] =>
  found.kind === 'spec'
    ? { kind: 'spec' }
    : found.kind === 'none'
      ? { kind: 'none', ...(found.required ? { required: true as const } : {}) }
      : { kind: 'broken', ...(found.path === undefined ? {} : { path: found.path }), findings: found.findings }

export function stateOf(pull: PullRequest, before: PullState | undefined): PullState {
  return {
    installationId: pull.installationId,
    owner: pull.owner,
    repo: pull.repo,
    number: pull.number,
    headOwner: pull.headOwner,
    headRepo: pull.headRepo,
    headRef: pull.headRef,
    headSha: pull.headSha,
    baseRef: pull.baseRef,
    open: pull.state === 'open',
    asked: before?.asked ?? { kind: 'none' },
    ...(before?.notice ? { notice: before.notice } : {}),
    ...(before?.touched ? { touched: before.touched } : {}),
  }
}

async function closed(
  parts: Parts,
  pull: PullRequest,
  before: PullState | undefined,
  mission: MissionRecord | undefined,
): Promise<MissionRecord | undefined> {
  if (!before && !mission) return undefined
  await commit(parts, [parts.states.put(stateOf(pull, before)), publishJob(parts.jobs, pull)])
  if (mission?.mission.status !== 'open') return mission
  const reason = pull.merged
    ? 'The pull request was merged before the mission had ended.'
    : 'The pull request was closed.'
  return parts.orchestrator.cancel(mission.mission.missionId, system, reason)
}

/** The mission keeps its ChangeSpec; only a push that is not its own concerns it. */
async function followHead(
  parts: Parts,
  pull: PullRequest,
  before: PullState | undefined,
  mission: MissionRecord,
): Promise<MissionRecord> {
  await commit(parts, [parts.states.put(stateOf(pull, before)), publishJob(parts.jobs, pull)])
  const { missionId } = mission.mission
  const made = await makerOf(parts.store, { owner: pull.headOwner, repo: pull.headRepo }, pull.headSha)
  if (made === missionId || pull.headSha === pullHeadOf(mission)) return mission
  return parts.orchestrator.headMoved(missionId, pull.headSha)
}
