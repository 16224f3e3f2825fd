import { z } from 'zod'
import { ChangeSpec, Risk } from './changespec.ts'
import { Actor, Cursor, Digest, Files, GitId, Json, Limit, Path, page, Repository, Time } from './common.ts'

export const CheckpointName = z.enum(['plan', 'execute', 'verify', 'finalize'])
export const checkpointNames = CheckpointName.options

/** Whole texts; `null` where there is no file. */
export const FileChange = z.strictObject({ path: Path, before: z.string().nullable(), after: z.string().nullable() })

export const Batch = z
  .strictObject({
    batchId: z.string(),
    status: z.enum(['applied', 'rolled_back']),
    files: z.array(FileChange),
    operations: z.array(z.int().min(0)).optional(),
    commit: z.string().optional(),
    createdAt: Time,
  })
  .meta({ id: 'Batch' })

export const Checkpoint = z
  .strictObject({
    name: CheckpointName,
    status: z.enum(['pending', 'approved', 'rejected', 'completed']),
    actor: z.enum(['human', 'agent', 'both']),
    artifacts: z.array(z.string()),
    batches: z.array(Batch).optional(),
  })
  .meta({ id: 'Checkpoint' })

export const MissionSource = z.union([
  z.strictObject({ files: Files }),
  z.strictObject({ repository: Repository, pullRequest: z.int().min(1).optional() }),
])

const MissionStatus = z.enum(['open', 'completed', 'rejected', 'cancelled'])

export const Mission = z
  .strictObject({
    missionId: z.string(),
    title: z.string(),
    risk: Risk,
    status: MissionStatus,
    checkpoints: z.array(Checkpoint).length(4),
    planDigest: Digest.optional(),
    changeSpec: ChangeSpec.optional(),
    source: MissionSource.optional(),
    createdAt: Time,
    version: z.int().min(1),
  })
  .meta({ id: 'Mission' })

export const CreateMission = z.strictObject({
  title: z.string().min(1).max(256),
  risk: Risk,
  changeSpec: ChangeSpec.optional(),
  source: MissionSource.optional(),
})
export const MissionParams = z.strictObject({ id: z.string().min(1).max(128) })
export const CheckpointParams = z.strictObject({ id: z.string().min(1).max(128), name: CheckpointName })
export const RollbackParams = z.strictObject({ id: z.string().min(1).max(128), batchId: z.string().min(1).max(128) })
export const ListMissions = z.strictObject({
  status: MissionStatus.optional(),
  limit: Limit.optional(),
  cursor: Cursor.optional(),
})
export const MissionPage = page(Mission)

export const ApproveCheckpoint = z.strictObject({
  actor: Actor,
  decision: z.enum(['approve', 'reject']).optional(),
  planDigest: Digest.optional(),
  headSha: GitId.optional(),
  comment: z.string().max(10_000).optional(),
})

export const CreateBatch = z.union([
  z.strictObject({ operations: z.array(z.int().min(0)).min(1) }),
  z.strictObject({ files: z.array(FileChange).min(1) }),
  z.strictObject({}),
])
export const RollbackRequest = z.strictObject({ reason: z.string().min(1).max(10_000) })

export const InvariantResult = z.strictObject({
  type: z.string(),
  passed: z.boolean(),
  message: z.string(),
  locations: z.array(
    z.strictObject({ path: z.string(), line: z.int(), column: z.int(), message: z.string().optional() }),
  ),
  /** ms */
  durationMs: z.number(),
})

export const MutationResult = z.strictObject({
  score: z.number().min(0).max(100),
  killed: z.int(),
  survived: z.int(),
  timeout: z.int(),
  noCoverage: z.int(),
  /** mutation-testing-report-schema JSON, https://github.com/stryker-mutator/mutation-testing-elements */
  report: Json,
})

export const TestResult = z.strictObject({
  /** The command as it was run. */
  command: z.string(),
  passed: z.boolean(),
  exitCode: z.int().nullable(),
  durationMs: z.number(),
  total: z.int().optional(),
  failed: z.int().optional(),
  /** JUnit XML, where the run left one. */
  junit: z.string().optional(),
})

/** What a run of the Action found; it reports and never approves. */
export const VerificationReport = z
  .strictObject({
    headSha: GitId,
    baseTree: GitId,
    planDigest: Digest,
    /** The tree that the run derived itself. */
    resultTree: GitId,
    treeMatches: z.boolean(),
    /** Files in which head and derived tree differ. */
    differences: z.array(z.strictObject({ path: z.string(), kind: z.enum(['added', 'removed', 'modified', 'mode']) })),
    invariants: z.array(InvariantResult),
    tests: TestResult.optional(),
    mutation: MutationResult.optional(),
    passed: z.boolean(),
    runUrl: z.string().max(2048).optional(),
  })
  .meta({ id: 'VerificationReport' })

export type CheckpointName = z.infer<typeof CheckpointName>
export type FileChange = z.infer<typeof FileChange>
export type Batch = z.infer<typeof Batch>
export type Checkpoint = z.infer<typeof Checkpoint>
export type Mission = z.infer<typeof Mission>
export type MissionSource = z.infer<typeof MissionSource>
export type MissionStatus = z.infer<typeof MissionStatus>
export type CreateMission = z.infer<typeof CreateMission>
export type ApproveCheckpoint = z.infer<typeof ApproveCheckpoint>
export type CreateBatch = z.infer<typeof CreateBatch>
export type InvariantResult = z.infer<typeof InvariantResult>
export type MutationResult = z.infer<typeof MutationResult>
export type TestResult = z.infer<typeof TestResult>
export type VerificationReport = z.infer<typeof VerificationReport>
