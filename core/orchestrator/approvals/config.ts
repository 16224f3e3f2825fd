import { z } from 'zod'
import { Risk } from '../../contracts/changespec.ts'
import { type ContentPolicy, ContentPolicyInput, contentPolicy } from '../../gateway/policy/schema.ts'
import { compileGlob } from '../../platform/glob.ts'
import { readYaml } from '../../platform/strict-yaml.ts'

/** `.github/atomic.yml`. */

const name = z.string().min(1).max(256)
const glob = z
  .string()
  .min(1)
  .max(1024)
  .superRefine((pattern, ctx) => {
    try {
      compileGlob(pattern)
    } catch (e) {
      ctx.addIssue({ code: 'custom', message: (e as Error).message })
    }
  })

const Rule = z.strictObject({
  /** People who must approve. */
  required: z.int().min(0).max(100).optional(),
  from: z
    .strictObject({
      /** `role_name` of the person in the repository; custom roles by their name. */
      roles: z.array(name).max(100).optional(),
      /** `organisation/team`, or a slug of the repository's own organisation. */
      teams: z.array(name).max(100).optional(),
      users: z.array(name).max(1000).optional(),
      /** Every touched file that has owners needs one of them. */
      codeowners: z.boolean().optional(),
    })
    .optional(),
  /** Approving pull request reviews count as well. */
  reviews: z.boolean().optional(),
})
const byCheckpoint = {
  plan: Rule.optional(),
  execute: Rule.optional(),
  verify: Rule.optional(),
  finalize: Rule.optional(),
}

export const ConfigInput = z.strictObject({
  version: z.literal(1),
  approvals: z
    .strictObject({
      ...byCheckpoint,
      byRisk: z.partialRecord(Risk, z.strictObject(byCheckpoint)).optional(),
      /** Where a touched path fits, these apply too; they can ask for more, never for less. */
      byPath: z
        .array(z.strictObject({ paths: z.array(glob).min(1).max(1000), ...byCheckpoint }))
        .max(200)
        .optional(),
      solo: z.boolean().optional(),
      /** Who may approve alone in an emergency, giving a reason; nobody where it is absent. */
      emergency: z
        .strictObject({
          roles: z.array(name).max(100).optional(),
          teams: z.array(name).max(100).optional(),
          users: z.array(name).max(1000).optional(),
        })
        .optional(),
    })
    .optional(),
  agents: z.array(name).max(100).optional(),
  /** Whether every pull request needs a ChangeSpec. Default `optional`. */
  changeSpec: z.enum(['optional', 'required']).optional(),
  policy: ContentPolicyInput.optional(),
  budget: z
    .strictObject({
      total: z.number().min(0).optional(),
      period: z.enum(['day', 'week', 'month', 'quarter', 'year']).optional(),
    })
    .optional(),
  verify: z
    .strictObject({
      required: z.boolean().optional(),
      test: z.string().min(1).max(4096).optional(),
      /** Commits by hand on top of Atomic's, for the Action alone: an approval stays bound to the tree. Default `deny`. */
      edits: z.enum(['deny', 'allow']).optional(),
      mutation: z
        .strictObject({
          minScore: z.number().min(0).max(100).optional(),
          scope: z.enum(['changed', 'all']).optional(),
          maxMutants: z.int().min(1).max(100_000).optional(),
        })
        .optional(),
    })
    .optional(),
})
export type ConfigInput = z.infer<typeof ConfigInput>
export type RuleInput = z.infer<typeof Rule>
type CheckpointRules = { [K in keyof typeof byCheckpoint]?: RuleInput | undefined }

/** A configuration with nothing left open. */
export interface AtomicConfig {
  approvals: CheckpointRules & {
    byRisk: { [R in Risk]?: CheckpointRules | undefined }
    byPath: readonly (CheckpointRules & { paths: readonly string[] })[]
    solo: boolean
    emergency?: { roles: string[]; teams: string[]; users: string[] }
  }
  agents: readonly string[]
  changeSpec: 'optional' | 'required'
  policy: ContentPolicy
  budget?: { total?: number | undefined; period: 'day' | 'week' | 'month' | 'quarter' | 'year' }
  verify: {
    required: boolean
    test?: string
    mutation?: { minScore?: number | undefined; scope?: 'changed' | 'all' | undefined; maxMutants?: number | undefined }
  }
}

/**
 * Reads a configuration. Every mistake is named at once, with its place.
 * @throws AtomicError `INVALID_REQUEST`; `errors` has the path and `FILE:LINE:COLUMN` of each.
 */
export const parseConfig = (text: string, file = '.github/atomic.yml'): ConfigInput => readYaml(ConfigInput, text, file)

/** The repository's settings over the organisation's, over the defaults: objects key by key, lists as wholes. */
export function effectiveConfig(repository?: ConfigInput, organisation?: ConfigInput): AtomicConfig {
  const c = overlay(organisation ?? { version: 1 }, repository ?? { version: 1 }) as ConfigInput
  const { byRisk = {}, byPath = [], solo = false, emergency, ...rules } = c.approvals ?? {}
  const alone = emergency && { roles: [], teams: [], users: [], ...emergency }
  return {
    approvals: {
      ...rules,
      byRisk,
      byPath,
      solo,
      ...(alone ? { emergency: alone as { roles: string[]; teams: string[]; users: string[] } } : {}),
    },
    agents: (c.agents ?? []).map((slug) => slug.toLowerCase()),
    changeSpec: c.changeSpec ?? 'optional',
    policy: contentPolicy(c.policy),
    ...(c.budget === undefined ? {} : { budget: { total: c.budget.total, period: c.budget.period ?? 'month' } }),
    verify: {
      required: c.verify?.required ?? true,
      ...(c.verify?.test === undefined ? {} : { test: c.verify.test }),
      ...(c.verify?.mutation === undefined ? {} : { mutation: c.verify.mutation }),
    },
  }
}

const isRecord = (v: unknown): v is Record<string, unknown> => typeof v === 'object' && v !== null && !Array.isArray(v)

export function overlay(under: unknown, over: unknown): unknown {
  if (over === undefined) return under
  if (!isRecord(under) || !isRecord(over)) return over
  const result: Record<string, unknown> = { ...under }
  for (const [key, value] of Object.entries(over)) result[key] = overlay(under[key], value)
  return result
}
