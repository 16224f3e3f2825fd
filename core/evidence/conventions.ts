import { z } from 'zod'
import type { AtomicEventType } from '../contracts/event.ts'
import { Actor, Digest, ForecastAnswer, GitId, InvariantResult, Risk, Time } from '../contracts/index.ts'
import { CheckpointName } from '../contracts/mission.ts'

/**
 * What Atomic's events must carry, so that the audit pack of a mission can be written from its
 * events and their artifacts alone, and judged by somebody who has nothing else.
 *
 * - Every event of the orchestrator carries `seq`, the mission's own counter: 0, 1, 2 … without a
 *   gap, over all of that mission's events but `pack.exported`, which is recorded outside. A
 *   missing number is a removed event.
 * - `at` is when it happened; the log's `recordedAt` is when it was recorded.
 * - The event's actor is who did it: the approver, the one who asked for the rollback, the app.
 * - Unknown keys are welcome; a payload that does not fit is recorded as it is, and the pack's
 *   check names it.
 * - An artifact's name is its path in the pack when it begins with `diffs/`, `tests/` or
 *   `mutation/`, or is `changespec.json`; its bytes go there unchanged. Of two with one name the
 *   later has it, the earlier goes to `superseded/INDEX/NAME`. Other artifacts stay out of the
 *   pack and are known by digest.
 */
const common = { seq: z.int().min(0).optional(), at: Time.optional() }
const event = <T extends z.ZodRawShape>(shape: T) => z.looseObject({ ...common, ...shape })

/** How many people each checkpoint needs, from the policy in force. */
const Required = z.looseObject({
  plan: z.int().min(0),
  execute: z.int().min(0),
  verify: z.int().min(0),
  finalize: z.int().min(0),
})
const PolicyInForce = z.looseObject({
  digest: z.string(),
  required: Required,
  /** The proposer may approve. */
  solo: z.boolean(),
  /** A good verification is needed before the mission may end. */
  verifyRequired: z.boolean(),
})
const step = {
  batchId: z.string().min(1).max(128),
  commit: GitId.optional(),
  /** Tree before and after this step. */
  baseTree: GitId,
  resultTree: GitId,
  paths: z.array(z.string()),
}

export const payloads = {
  'mission.created': event({
    title: z.string(),
    risk: Risk,
    /** Who asked for the change: on GitHub the author of the pull request. */
    proposer: Actor,
    /** Where it comes from: `{kind:'files'}`, `{kind:'worktree'}`, or a repository with its pull request. */
    source: z.looseObject({
      kind: z.enum(['files', 'worktree', 'repository', 'none']),
      /** Default `github.com`. */
      host: z.string().optional(),
      owner: z.string().optional(),
      repo: z.string().optional(),
      ref: z.string().optional(),
      pullRequest: z.int().optional(),
    }),
    /** Version of Atomic that carries the mission. */
    atomic: z.string().optional(),
  }),

  /** Again with each new plan: the last one counts. Artifacts: `changespec.json` (JSON of the ChangeSpec as parsed, before defaults) and `derivation.json` (ApplyAnswer). */
  'mission.planned': event({
    planDigest: Digest,
    engine: z.string(),
    baseTree: GitId,
    resultTree: GitId,
    /** Head that the plan was made on. */
    headSha: GitId.optional(),
    batches: z.array(
      z.looseObject({
        index: z.int().min(0),
        title: z.string(),
        operations: z.array(z.int().min(0)),
        paths: z.array(z.string()),
        baseTree: GitId,
        resultTree: GitId,
      }),
    ),
    stats: z.looseObject({ files: z.int(), insertions: z.int(), deletions: z.int() }),
    forecast: ForecastAnswer.optional(),
    warnings: z.array(z.string()).optional(),
    policy: PolicyInForce,
  }),

  /** One for each approval given, also where more are needed; also for an agent's own, with `automatic`. */
  'checkpoint.approved': event({
    checkpoint: CheckpointName,
    planDigest: Digest.optional(),
    /** The tree that is approved: the plan's. */
    resultTree: GitId.optional(),
    headSha: GitId.optional(),
    policyDigest: z.string().optional(),
    via: z.enum(['rest', 'comment', 'review', 'check-run', 'cli', 'policy']),
    /** Address or id of the comment, review or check run. */
    reference: z.string().optional(),
    selfApproved: z.boolean().optional(),
    /** Why it counts though the usual rule was not kept: the author under `solo`, or one person alone in an emergency. */
    override: z.looseObject({ kind: z.enum(['solo', 'emergency']), reason: z.string() }).optional(),
    /** No person decided: the checkpoint's actor is an agent, or no approval is required. */
    automatic: z.boolean().optional(),
    comment: z.string().optional(),
  }),
  'checkpoint.rejected': event({
    checkpoint: CheckpointName,
    reason: z.string().optional(),
    via: z.string().optional(),
    reference: z.string().optional(),
    automatic: z.boolean().optional(),
    /** False where it can still be retried, as after a failed verification. */
    final: z.boolean().optional(),
  }),
  'checkpoint.completed': event({ checkpoint: CheckpointName }),
  /** `login` names whose approval no longer counts; absent: all of that checkpoint's (a push made them stale). */
  'approval.withdrawn': event({
    checkpoint: CheckpointName,
    login: z.string().optional(),
    reference: z.string().optional(),
    reason: z.string(),
  }),

  /** Artifact: `diffName(ordinal, batchId)`, the unified diff of this batch. */
  'batch.applied': event({
    ...step,
    /** Index in the plan; absent where there was none. */
    index: z.int().min(0).optional(),
    title: z.string().optional(),
    operations: z.array(z.int().min(0)).optional(),
  }),
  /** Artifact: `diffName(ordinal, batchId, 'rollback')`, the inverse diff. */
  'batch.rolled_back': event({ ...step, reason: z.string() }),

  /**
   * One for each judgement: the app's own derivation, and each report of a run.
   * Artifacts: `tests/NNN-junit.xml`, `mutation/NNN-report.json` (mutation-testing-report-schema), NNN the `seq`.
   */
  'verify.completed': event({
    by: z.enum(['app', 'run', 'cli']),
    /** The app itself, or a run of the pinned reusable workflow. */
    trusted: z.boolean(),
    passed: z.boolean(),
    planDigest: Digest.optional(),
    headSha: GitId.optional(),
    /** The tree derived anew, and the one that stands there. */
    resultTree: GitId.optional(),
    landedTree: GitId.optional(),
    treeMatches: z.boolean().optional(),
    differences: z.array(z.looseObject({ path: z.string(), kind: z.string() })).optional(),
    invariants: z.array(InvariantResult),
    tests: z
      .looseObject({
        command: z.string(),
        passed: z.boolean(),
        exitCode: z.int().nullable(),
        durationMs: z.number(),
        total: z.int().optional(),
        failed: z.int().optional(),
      })
      .optional(),
    mutation: z
      .looseObject({
        score: z.number(),
        killed: z.int(),
        survived: z.int(),
        timeout: z.int(),
        noCoverage: z.int(),
        minScore: z.number().optional(),
      })
      .optional(),
    runUrl: z.string().optional(),
  }),

  'budget.consumed': event({
    scope: z.string(),
    usd: z.number(),
    provider: z.string().optional(),
    model: z.string().optional(),
    tokens: z.int().optional(),
    requestId: z.string().optional(),
  }),
  'budget.breached': event({ scope: z.string(), total: z.number(), consumed: z.number() }),
  'policy.denied': event({ where: z.string(), rule: z.string(), message: z.string().optional() }),

  /**
   * Ends the record, before the pack is written: finalize's `checkpoint.completed` and this one
   * are appended, then the pack, then `pack.exported`. Only a rollback, an erasure or another
   * export may follow.
   */
  'mission.completed': event({
    planDigest: Digest.optional(),
    /** The tree that stands at the end, and its commit. */
    resultTree: GitId.optional(),
    commit: GitId.optional(),
  }),
  'mission.cancelled': event({ reason: z.string().optional() }),
  'pack.exported': event({ digest: Digest, size: z.int(), treeSize: z.int() }),
  erasure: event({ eventIds: z.array(z.string()), reason: z.string() }),
} as const satisfies Record<AtomicEventType, z.ZodType>

/** `EventPayload<'batch.applied'>`: what the payload of that event must carry. */
export type EventPayload<T extends AtomicEventType> = z.infer<(typeof payloads)[T]>

const three = (n: number): string => String(n).padStart(3, '0')

/** Name of a batch's diff; `ordinal` counts applied batches from 1, a rollback keeps its batch's. */
export const diffName = (ordinal: number, batchId: string, kind: 'apply' | 'rollback' = 'apply'): string =>
  `diffs/${three(ordinal)}-${batchId}${kind === 'rollback' ? '.rollback' : ''}.diff`

/** Names of a verification's artifacts; `seq` is the event's. */
export const junitName = (seq: number): string => `tests/${three(seq)}-junit.xml`
export const mutationName = (seq: number): string => `mutation/${three(seq)}-report.json`
