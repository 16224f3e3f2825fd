import type { AtomicEventType } from '../contracts/event.ts'
import type {
  Actor,
  ApplyAnswer,
  CheckpointName,
  ForecastAnswer,
  InvariantResult,
  Mission,
  VerificationReport,
} from '../contracts/index.ts'

/** The pull request that a mission belongs to. */
export interface PullBinding {
  installationId: number
  owner: string
  repo: string
  number: number
  /** Repository and branch that batches are committed to. Commits are read from `owner/repo`, which has them all. */
  headOwner: string
  headRepo: string
  headRef: string
  /**
   * The head is in a fork that the app may not write: `headRef` is a branch of the repository itself
   * that begins at `headSha` with the first batch, and is proposed by a pull request of its own.
   */
  stacked?: true
  baseRef: string
  /** Head that the plan was made on; Atomic's own commits follow it. */
  headSha: string
  /** Where the ChangeSpec stands: a path in the head, or `description`. */
  specPath: string
}

/** What an approval is given for, beside its checkpoint and the policy's digest: change one, and it is stale. */
export interface Binding {
  /** `owner/name` of the pull request, and its number. */
  repository?: string
  pullRequest?: number
  /** Branch that it would go into. */
  baseRef?: string
  headSha?: string
  /** Tree that the plan was made on. */
  baseTree?: string
  planDigest?: string
}

export interface Approval extends Binding {
  checkpoint: CheckpointName
  decision: 'approve' | 'reject'
  actor: Actor
  /** ISO 8601 UTC. */
  at: string
  policyDigest?: string
  comment?: string
  /** Where it was given. */
  via: 'rest' | 'comment' | 'review' | 'check-run' | 'cli'
  /** Address or id of the comment, review or check run: an edit or deletion there withdraws it. */
  reference?: string
  /** The proposer approved: allowed in `solo` only. */
  selfApproved?: boolean
  /** Why it counts though the usual rule was not kept. */
  override?: { kind: 'solo' | 'emergency'; reason: string }
  withdrawn?: { at: string; by: Actor; reason: string }
}

/** What a plan fixed. The derivation itself is an artifact: JSON of `ApplyAnswer`. */
export interface PlanDetail {
  digest: string
  engine: string
  baseTree: string
  resultTree: string
  /** `sha256:` of the derivation in the blob store. */
  derivation: string
  batches: {
    index: number
    title: string
    operations: number[]
    paths: string[]
    baseTree: string
    resultTree: string
  }[]
  operations: ApplyAnswer['operations']
  warnings: string[]
  stats: { files: number; insertions: number; deletions: number }
  forecast?: ForecastAnswer
  plannedAt: string
}

/** What stands in the way; shown on the check run, cleared by the next success. */
export interface Problem {
  checkpoint: CheckpointName
  code: string
  detail: string
  next: string
  place?: string
  operation?: number
  at: string
}

/** A mutant that survived: lines and columns from 1. */
export interface Survivor {
  path: string
  line: number
  endLine: number
  column: number
  mutator: string
  replacement: string
}

export interface Verification {
  /** Derived again by the app: does the tree that landed equal the tree that was planned? */
  derived?: { resultTree: string; landedTree: string; treeMatches: boolean; invariants: InvariantResult[]; at: string }
  /** From a run of the Action; `trusted` when it came from the pinned reusable workflow. */
  report?: VerificationReport & {
    trusted: boolean
    reportedBy: string
    at: string
    /** The first mutants that no test noticed; the artifact has them all. */
    survivors?: Survivor[]
  }
}

/** Who must approve what, as policy says; evaluated by `approvals/`. */
export interface ApprovalRule {
  required: number
  from: { roles: string[]; teams: string[]; users: string[]; codeowners: boolean }
  /** Pull request reviews of kind "approve" count too. */
  reviews: boolean
}
export interface MissionPolicy {
  digest: string
  approvals: { plan: ApprovalRule; execute: ApprovalRule; verify: ApprovalRule; finalize: ApprovalRule }
  solo: boolean
  /** Who may decide alone in an emergency; absent: nobody. */
  emergency?: Omit<ApprovalRule['from'], 'codeowners'>
  agents: string[]
  verify: { required: boolean; test?: string; mutation?: { minScore?: number; maxMutants?: number } }
}

/** All that is kept of a mission; `mission` is what the API shows. Committed with its events in one write. */
export interface MissionRecord {
  mission: Mission
  /** Who starts execution once it is approved: the app by itself, or the caller batch by batch. */
  drive: 'auto' | 'caller'
  /** Proposal key: the same key is the same mission while it is open. */
  key?: string
  /** Artifacts that hold what would make this record large: the source's files, each batch's changes. */
  sourceFiles?: string
  batchChanges: Record<string, string>
  proposer: Actor
  pull?: PullBinding
  policy: MissionPolicy
  plan?: PlanDetail
  /** Head of the plan before this one: people may still have that one before their eyes. */
  replaced?: { headSha?: string }
  approvals: Approval[]
  verification: Verification
  pack?: { digest: string; size: number; at: string }
  problem?: Problem
  /** The mission's last event is written; what is missing is the pack. */
  closing?: boolean
  /** Where Atomic's commits have brought the branch; absent before the first. */
  landed?: { headSha?: string; tree: string }
  /** Set by a push that is not the mission's own: approvals no longer count until it is planned again. */
  stale?: { headSha: string; at: string }
  /** Number of events so far: the next event's sequence number. */
  events: number
  /** The same without `pack.exported`, which stands outside the record that a pack proves. */
  recorded: number
}

/** One event of one mission, in its order; also what `GET /missions/:id/events` streams. */
export interface MissionEvent {
  seq: number
  /** Its number in the record that a pack proves; absent for `pack.exported`. */
  ordinal?: number
  id: string
  type: AtomicEventType
  at: string
  actor: Actor
  payload: Record<string, unknown>
  artifacts: { name: string; digest: string; size: number; mediaType?: string }[]
}
