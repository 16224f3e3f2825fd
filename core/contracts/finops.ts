import { z } from 'zod'
import { Time, Usd } from './common.ts'
import { CheckpointName } from './mission.ts'

const tokens = z.int().min(0)

export const ForecastRequest = z
  .strictObject({
    model: z.string().min(1).optional(),
    content: z.string().optional(),
    tokens: tokens.optional(),
    outputTokens: tokens.optional(),
    /** `owner/repo`: whose settled missions to learn from. */
    repository: z.string().min(1).max(512).optional(),
    /** The mission that it is for; when that has ended, the forecast is compared with what it cost. */
    missionId: z.string().min(1).max(128).optional(),
    files: z.array(z.strictObject({ path: z.string().min(1), content: z.string() })).optional(),
  })
  .refine((r) => r.content !== undefined || r.tokens !== undefined || r.files !== undefined, {
    message: 'one of content, tokens or files is needed',
  })
const ModelForecast = z.strictObject({
  provider: z.string(),
  model: z.string(),
  usdEstimate: Usd,
  low: Usd,
  high: Usd,
  tokens: z.strictObject({ input: tokens, output: tokens }),
  /** ms */
  p95Latency: z.number(),
})
export const ForecastAnswer = z
  .strictObject({
    usdEstimate: Usd,
    tokens: z.strictObject({ input: tokens, output: tokens }),
    /** ms */
    p95Latency: z.number(),
    low: Usd,
    high: Usd,
    byModel: z.array(ModelForecast),
    /** By mission step, where callers said which step their calls were for; shares add up to 1. */
    byStep: z.array(z.strictObject({ step: z.string(), share: z.number(), usdEstimate: Usd })).optional(),
    /** In words: what the figures rest on. */
    basis: z.string(),
  })
  .meta({ id: 'ForecastAnswer' })

const scope = z.string().min(1).max(512)
/** Parts are counted in their whole too: cached and written input in the input, reasoning in the output. */
export const Usage = z.strictObject({
  inputTokens: tokens,
  outputTokens: tokens,
  cachedInputTokens: tokens.optional(),
  cacheWriteTokens: tokens.optional(),
  cacheWrite1hTokens: tokens.optional(),
  reasoningTokens: tokens.optional(),
  webSearches: tokens.optional(),
})
const purpose = {
  scope: scope.optional(),
  model: z.string().optional(),
  tokens: tokens.optional(),
  missionId: z.string().optional(),
  /** `owner/repo`; default: that of the mission. */
  repository: z.string().max(512).optional(),
  step: CheckpointName.optional(),
  /** Who spends; default: the caller. Only services name another. */
  person: z.string().min(1).max(256).optional(),
}
const requestId = z.string().min(1).max(256)
export const BudgetQuery = z.strictObject({ scope: scope.optional() })
export const BudgetRequest = z.union([
  z.strictObject({
    scope: scope.optional(),
    total: Usd.min(0),
    /** Calendar periods in UTC; weeks begin on Monday. `none`: everything ever consumed counts. */
    period: z.enum(['none', 'day', 'week', 'month', 'quarter', 'year']).optional(),
    /** A hard total (the default) refuses reservations beyond it, a soft one only tells. */
    limit: z.enum(['hard', 'soft']).optional(),
    /** Shares of the total that are told when they are reached. */
    alerts: z.array(z.number().positive().max(10)).max(10).optional(),
  }),
  /** Consumes; with the `requestId` of a reservation it settles that. */
  z.strictObject({ ...purpose, usd: Usd.min(0), requestId: requestId.optional() }),
  /** Consumes what a call costs by the price lists. */
  z.strictObject({
    ...purpose,
    model: z.string().min(1),
    /** The name in the provider’s answer, often dated; where it has a price, that holds. */
    pricedAs: z.string().min(1).optional(),
    provider: z.string().optional(),
    usage: Usage,
    requestId,
    /** Told by somebody who did not carry the call: nothing where it is reserved, so that its carrier will tell. */
    reported: z.boolean().optional(),
    batch: z.boolean().optional(),
    latencyMs: z.number().min(0).optional(),
  }),
  /** Reserves, to be settled within the time; 402 where it does not fit. */
  z.strictObject({
    ...purpose,
    reserve: Usd.min(0),
    requestId,
    ttlSeconds: z.int().min(1).max(86_400).optional(),
  }),
  /** Lets go what was reserved; where nothing is, nothing happens. */
  z.strictObject({ scope: scope.optional(), requestId, release: z.literal(true) }),
])
export const Budget = z
  .strictObject({
    scope: z.string(),
    total: Usd,
    consumed: Usd,
    remaining: Usd,
    breached: z.boolean(),
    /** What the usage came to, or did when it was told first. */
    charged: Usd.optional(),
    /** Reserved and not settled yet; absent: nothing. */
    held: Usd.optional(),
    period: z.string().optional(),
    /** When the period of `consumed` began. */
    periodStart: Time.optional(),
    limit: z.enum(['hard', 'soft']).optional(),
  })
  .meta({ id: 'Budget' })

export const CostReportQuery = z.strictObject({
  by: z.enum(['mission', 'repository', 'person', 'model', 'day', 'scope']).optional(),
  from: Time.optional(),
  to: Time.optional(),
  format: z.enum(['json', 'csv', 'focus']).optional(),
})
export const CostReport = z.strictObject({
  by: z.string(),
  from: z.string().nullable(),
  to: z.string().nullable(),
  rows: z.array(z.strictObject({ key: z.string(), usd: Usd, tokens, entries: z.int() })),
  total: Usd,
})

const glob = z.string().min(1).max(256)
export const ModelRule = z.strictObject({
  task: z.string().optional(),
  dataClass: z.string().optional(),
  maxUsd: Usd.min(0).optional(),
  maxLatencyMs: z.number().min(0).optional(),
  regions: z.array(z.string()).optional(),
  allow: z.array(glob),
  deny: z.array(glob).optional(),
  prefer: z.enum(['cheapest', 'fastest', 'quality']),
})
export const ModelPolicyInput = z.strictObject({ rules: z.array(ModelRule), default: z.enum(['deny', 'allow']) })
export const ModelPolicy = z
  .strictObject({ rules: z.array(ModelRule), default: z.enum(['deny', 'allow']), version: z.int().min(0) })
  .meta({ id: 'ModelPolicy' })

export const ShadowRequest = z.strictObject({
  policy: ModelPolicyInput,
  /** Inclusive. */
  from: Time.optional(),
  /** Exclusive. */
  to: Time.optional(),
})
export const ShadowAnswer = z
  .strictObject({
    /** Calls that the policy allows a model for. */
    calls: z.int(),
    denied: z.int(),
    actualUsd: Usd,
    shadowUsd: Usd,
    moves: z.array(
      z.strictObject({ from: z.string(), to: z.string(), calls: z.int(), actualUsd: Usd, shadowUsd: Usd }),
    ),
    /** In words: what the figures rest on. */
    basis: z.string(),
  })
  .meta({ id: 'ShadowAnswer' })

export const ForecastsAnswer = z.strictObject({
  /** Of the newest missions. */
  items: z.array(
    z.strictObject({
      missionId: z.string(),
      at: Time,
      repository: z.string(),
      model: z.string(),
      usd: Usd,
      low: Usd,
      high: Usd,
      /** So far, or in all where the mission has ended. */
      actualUsd: Usd,
      verdict: z.enum(['above', 'below', 'within', 'nothing spent']),
    }),
  ),
})

export type ShadowRequest = z.infer<typeof ShadowRequest>
export type ShadowAnswer = z.infer<typeof ShadowAnswer>
export type ForecastsAnswer = z.infer<typeof ForecastsAnswer>
export type ForecastRequest = z.infer<typeof ForecastRequest>
export type ForecastAnswer = z.infer<typeof ForecastAnswer>
export type BudgetRequest = z.infer<typeof BudgetRequest>
export type Budget = z.infer<typeof Budget>
export type CostReport = z.infer<typeof CostReport>
export type ModelPolicyInput = z.infer<typeof ModelPolicyInput>
export type ModelPolicy = z.infer<typeof ModelPolicy>
