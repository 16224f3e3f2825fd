import { z } from 'zod'
import { Time, Usd } from './common.ts'

const tokens = z.int().min(0)

export const ForecastRequest = z
  .strictObject({
    model: z.string().min(1).optional(),
    content: z.string().optional(),
    tokens: tokens.optional(),
    outputTokens: tokens.optional(),
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
    /** In words: what the figures rest on. */
    basis: z.string(),
  })
  .meta({ id: 'ForecastAnswer' })

export const BudgetQuery = z.strictObject({ scope: z.string().min(1).max(512).optional() })
export const BudgetRequest = z.union([
  z.strictObject({ scope: z.string().min(1).max(512).optional(), total: Usd.min(0) }),
  z.strictObject({
    scope: z.string().min(1).max(512).optional(),
    usd: Usd.min(0),
    model: z.string().optional(),
    tokens: tokens.optional(),
    missionId: z.string().optional(),
    requestId: z.string().max(256).optional(),
  }),
])
export const Budget = z
  .strictObject({ scope: z.string(), total: Usd, consumed: Usd, remaining: Usd, breached: z.boolean() })
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

export type ForecastRequest = z.infer<typeof ForecastRequest>
export type ForecastAnswer = z.infer<typeof ForecastAnswer>
export type BudgetRequest = z.infer<typeof BudgetRequest>
export type Budget = z.infer<typeof Budget>
export type CostReport = z.infer<typeof CostReport>
export type ModelPolicyInput = z.infer<typeof ModelPolicyInput>
export type ModelPolicy = z.infer<typeof ModelPolicy>
