import { z } from 'zod'
import { ChangeSpec, Invariant } from './changespec.ts'
import { Digest, Files, GitId, Json, Path, Repository } from './common.ts'
import { InvariantResult, MutationResult } from './mission.ts'

export const ApplyRequest = z.union([
  z.strictObject({ changeSpec: ChangeSpec, files: Files, dryRun: z.boolean().optional() }),
  z.strictObject({ changeSpec: ChangeSpec, repository: Repository, dryRun: z.boolean().optional() }),
])

const OperationResult = z.strictObject({ op: z.string(), filesChanged: z.int(), edits: z.int() })

/** One file in one batch. Texts are null where there is no file, or where its bytes are not UTF-8; the ids always tell. */
export const PlannedChange = z.strictObject({
  path: Path,
  before: z.string().nullable(),
  after: z.string().nullable(),
  /** Git blob id before and after; null where there is no file. */
  beforeOid: GitId.nullable(),
  afterOid: GitId.nullable(),
  /** Git mode after (`100644`, `100755`, `120000`); null when deleted. */
  mode: z.string().nullable(),
})

/** A step of the plan: the operations it carries, the files it changes, the tree that stands after it. */
export const PlannedBatch = z.strictObject({
  index: z.int().min(0),
  title: z.string(),
  operations: z.array(z.int().min(0)),
  changes: z.array(PlannedChange),
  /** Tree before and after this batch. */
  baseTree: GitId,
  resultTree: GitId,
})

export const ApplyAnswer = z
  .strictObject({
    planDigest: Digest,
    /** Name and version of the engine, as the plan digest covers it. */
    engine: z.string(),
    baseTree: GitId,
    resultTree: GitId,
    /** Changed files only; null is a deletion. */
    files: z.record(Path, z.string().nullable()),
    diff: z.string(),
    operations: z.array(OperationResult),
    batches: z.array(PlannedBatch),
    warnings: z.array(z.string()),
  })
  .meta({ id: 'ApplyAnswer' })

export const VerifyRequest = z.strictObject({
  before: z.union([Files, z.strictObject({ repository: Repository })]),
  /** The result: whole texts, or a repository at the commit that landed. */
  files: z.union([Files, z.strictObject({ repository: Repository })]),
  changeSpec: ChangeSpec.optional(),
  invariants: z.array(Invariant).optional(),
  mutation: z.strictObject({ report: Json.optional() }).optional(),
})
export const VerifyAnswer = z
  .strictObject({
    passed: z.boolean(),
    treeMatches: z.boolean().optional(),
    invariants: z.array(InvariantResult),
    mutation: MutationResult.optional(),
  })
  .meta({ id: 'VerifyAnswer' })

export type ApplyRequest = z.infer<typeof ApplyRequest>
export type ApplyAnswer = z.infer<typeof ApplyAnswer>
export type OperationResult = z.infer<typeof OperationResult>
export type PlannedChange = z.infer<typeof PlannedChange>
export type PlannedBatch = z.infer<typeof PlannedBatch>
export type VerifyRequest = z.infer<typeof VerifyRequest>
export type VerifyAnswer = z.infer<typeof VerifyAnswer>
