import { z } from 'zod'
import { Hex64, Path, Usd } from './common.ts'

/** Offsets are UTF-16, end exclusive; lines and columns from 1. A finding never carries the value. */
export const Finding = z
  .strictObject({
    kind: z.enum(['secret', 'pii']),
    type: z.string(),
    path: Path.optional(),
    start: z.int().min(0),
    end: z.int().min(0),
    line: z.int().min(1),
    column: z.int().min(1),
    placeholder: z.string(),
  })
  .meta({ id: 'Finding' })

export const Violation = z.strictObject({ rule: z.string(), message: z.string() })
const TextFile = z.strictObject({ path: Path, content: z.string() })

/** Who asks, for what: what policy may look at. */
export const PreflightContext = z.strictObject({
  missionId: z.string().max(128).optional(),
  /** Where the content is about to go, such as `github` or a provider's name. */
  destination: z.string().max(256).optional(),
  repository: z.string().max(512).optional(),
  environment: z.string().max(128).optional(),
  /** The answer says what each rule of the policy decided. */
  explain: z.boolean().optional(),
  /** With a `missionId`: what is masked can be had back by the caller (`/gateway/restore`), for a time. */
  vault: z.boolean().optional(),
})

export const PreflightRequest = z.union([
  z.strictObject({ content: z.string(), context: PreflightContext.optional() }),
  z.strictObject({ files: z.array(TextFile), context: PreflightContext.optional() }),
])
export const PreflightAnswer = z
  .strictObject({
    decision: z.enum(['allow', 'deny']),
    sanitized: z.union([z.string(), z.array(TextFile)]).optional(),
    findings: z.array(Finding),
    violations: z.array(Violation),
    /** Keyed (HMAC): the same content has the same digest here, and nobody outside can test a guess. */
    digest: Hex64,
    latencyMs: z.number(),
    /** With `explain`: each rule in the order it was asked, and why it decided as it did. */
    trace: z
      .array(
        z.strictObject({
          policy: z.string(),
          rule: z.string(),
          verdict: z.enum(['pass', 'deny', 'failed']),
          detail: z.string(),
        }),
      )
      .optional(),
  })
  .meta({ id: 'PreflightAnswer' })

export const RestoreRequest = z.strictObject({ missionId: z.string().min(1).max(128), content: z.string() })
/** `restored`: how many different placeholders were known. */
export const RestoreAnswer = z.strictObject({ content: z.string(), restored: z.int().min(0) })

export const RouteRequest = z.strictObject({
  task: z.string().min(1).max(128),
  content: z.string(),
  requirements: z
    .strictObject({
      model: z.string().optional(),
      provider: z.string().optional(),
      maxUsd: Usd.min(0).optional(),
      maxLatencyMs: z.number().min(0).optional(),
      minContextTokens: z.int().min(0).optional(),
      region: z.string().optional(),
    })
    .optional(),
})
export const RouteCandidate = z.strictObject({
  provider: z.string(),
  model: z.string(),
  usdEstimate: Usd,
  accepted: z.boolean(),
  reason: z.string(),
})
export const RouteAnswer = z.strictObject({
  provider: z.string(),
  model: z.string(),
  reason: z.string(),
  candidates: z.array(RouteCandidate),
  usdEstimate: Usd,
  sanitized: z.string(),
})

export type Finding = z.infer<typeof Finding>
export type Violation = z.infer<typeof Violation>
export type PreflightRequest = z.infer<typeof PreflightRequest>
export type PreflightAnswer = z.infer<typeof PreflightAnswer>
export type PreflightContext = z.infer<typeof PreflightContext>
export type RestoreAnswer = z.infer<typeof RestoreAnswer>
export type RouteRequest = z.infer<typeof RouteRequest>
export type RouteAnswer = z.infer<typeof RouteAnswer>
export type RouteCandidate = z.infer<typeof RouteCandidate>
