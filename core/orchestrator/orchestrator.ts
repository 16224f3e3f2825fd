import type { Actor, CallContext, ChangeSpec, CheckpointName, Service } from '../contracts/index.ts'
import type { Write } from '../storage/store.ts'
import type { Approval, MissionEvent, MissionPolicy, MissionRecord, PullBinding } from './types.ts'
import type { Worksite } from './worksite.ts'

/** A mission that a shell asks for: from a pull request, or from the command line. */
export interface Proposal {
  /** The same key is the same mission: `owner/repo#7:.atomic/change.json`. */
  key: string
  title: string
  risk: 'low' | 'medium' | 'high'
  changeSpec: ChangeSpec
  proposer: Actor
  policy: MissionPolicy
  pull?: PullBinding
}

/** A decision whose right to be made the shell has established; the machine checks order, digest, head and quorum. */
export type Decision = Omit<Approval, 'at' | 'withdrawn'> & {
  /** Approvals needed now, from the policy read right before. */
  policy?: MissionPolicy
}

/** What the shell of a pull request brings: the branch that batches land on, and its approval policy. */
export interface PullShell {
  worksite: Worksite
  /**
   * The repository's own approval policy for a decision that came over REST; it answers the
   * decision with the policy as read now. @throws AtomicError `NOT_ALLOWED`.
   */
  guard(record: MissionRecord, decision: Decision): Promise<Decision>
  /** Binds a REST mission's `source.pullRequest`; with the raw ChangeSpec of the request. */
  bind(source: {
    owner: string
    repo: string
    ref: string
    pullRequest: number
  }): Promise<{ pull: PullBinding; policy: MissionPolicy; proposer: Actor }>
}

/** Everything shells ask of missions, beyond the REST calls of `Service<'orchestrator'>`. */
export interface Orchestrator {
  service: Service<'orchestrator'>
  record(missionId: string): Promise<MissionRecord | undefined>
  /** Everything that happened in a mission so far, oldest first. */
  timeline(missionId: string): Promise<MissionEvent[]>
  /** Missions of a pull request, oldest first. */
  ofPull(owner: string, repo: string, number: number): Promise<MissionRecord[]>
  /** Idempotent by key while the mission is open: replans when the spec, head or policy differ, else answers what stands. */
  propose(proposal: Proposal): Promise<MissionRecord>
  /** @throws AtomicError `CHECKPOINT_ORDER`, `PLAN_CHANGED`, `HEAD_MOVED`, `NOT_ALLOWED`, `MISSION_CLOSED`. */
  decide(missionId: string, decision: Decision): Promise<MissionRecord>
  withdraw(
    missionId: string,
    which: { checkpoint?: CheckpointName; reference?: string; login?: string },
    by: Actor,
    reason: string,
  ): Promise<MissionRecord>
  /** The head moved by somebody else: approvals go stale and the plan is made anew on that head. */
  headMoved(missionId: string, headSha: string): Promise<MissionRecord>
  /** Runs the current checkpoint's work again after a failure. */
  retry(missionId: string, checkpoint?: CheckpointName): Promise<MissionRecord>
  /** @throws AtomicError `ROLLBACK_CONFLICT` with the paths, `HEAD_MOVED`. */
  rollback(missionId: string, batchId: string | 'all', by: Actor, reason: string): Promise<MissionRecord>
  cancel(missionId: string, by: Actor, reason: string): Promise<MissionRecord>
  /** Reading the pack of a completed mission, or one written now. */
  pack(missionId: string, ctx: CallContext): Promise<AsyncIterable<Uint8Array>>
  /** Attached once, before any job runs. */
  attach(shell: PullShell): void
  /**
   * Called inside each transition with the state before and after; the writes it returns are
   * committed with it, so that what follows from a transition is never lost.
   */
  onTransition(hook: (after: MissionRecord, before: MissionRecord | undefined) => Write[]): void
}
