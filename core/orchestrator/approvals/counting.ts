import { type Checkpoint, type CheckpointName, checkpointNames } from '../../contracts/index.ts'
import { canonicalDigest } from '../../platform/canonical.ts'
import type { Approval, Binding, MissionRecord } from '../types.ts'

export const checkpoint = (record: MissionRecord, name: CheckpointName): Checkpoint =>
  record.mission.checkpoints[checkpointNames.indexOf(name)]!

/** Approvals a checkpoint needs. A checkpoint for people always needs one. */
export const quorum = (record: MissionRecord, name: CheckpointName): number => {
  const required = record.policy.approvals[name].required
  return checkpoint(record, name).actor === 'human' ? Math.max(1, required) : required
}

/** What an approval of this checkpoint binds to now, beside the checkpoint and the policy. */
export function boundTo(record: MissionRecord, name: CheckpointName): Binding {
  const { pull, plan, landed, mission } = record
  const headSha = name === 'plan' ? pull?.headSha : (landed?.headSha ?? pull?.headSha)
  return {
    ...(pull ? { repository: `${pull.owner}/${pull.repo}`, pullRequest: pull.number, baseRef: pull.baseRef } : {}),
    ...(plan ? { baseTree: plan.baseTree } : {}),
    ...(mission.planDigest === undefined ? {} : { planDigest: mission.planDigest }),
    ...(headSha === undefined ? {} : { headSha }),
  }
}

/** Twelve hex digits that stand for what an approval would bind to now, policy included: where there is room for no more. */
export const markOf = (record: MissionRecord, name: CheckpointName): string =>
  canonicalDigest({ ...boundTo(record, name), name, policy: record.policy.digest }).slice(7, 19)

/** The fields in which what was approved is not what stands now. */
export const differing = (given: Binding, now: Binding): (keyof Binding)[] =>
  (Object.keys(now) as (keyof Binding)[]).filter((field) => given[field] !== now[field])

/** Approvals that count now: given for exactly what stands now, not withdrawn, one a person. */
export function counting(record: MissionRecord, name: CheckpointName): Approval[] {
  const now = boundTo(record, name)
  const seen = new Map<string, Approval>()
  for (const approval of record.approvals) {
    if (approval.checkpoint !== name || approval.decision !== 'approve' || approval.withdrawn) continue
    if (differing(approval, now).length > 0) continue
    if (approval.policyDigest !== undefined && approval.policyDigest !== record.policy.digest) continue
    if (checkpoint(record, name).actor === 'human' && approval.actor.type !== 'human') continue
    seen.set(approval.actor.login.toLowerCase(), approval)
  }
  return [...seen.values()]
}

/** Do enough approvals count now? */
export const holds = (record: MissionRecord, name: CheckpointName): boolean =>
  counting(record, name).length >= quorum(record, name)
