import { z } from 'zod'
import { compileGlob } from '../../platform/glob.ts'

const PathGlob = z
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

/** What may be sent out: the `policy` block of `.github/atomic.yml`. */
export const ContentPolicyInput = z.strictObject({
  maxFiles: z.int().min(1).optional(),
  /** UTF-8 bytes, all files together. */
  maxBytes: z.int().min(1).optional(),
  paths: z.strictObject({ deny: z.array(PathGlob).max(1_000).optional() }).optional(),
  secrets: z.enum(['deny', 'mask', 'allow']).optional(),
  pii: z.enum(['deny', 'mask', 'allow']).optional(),
  /** Whether a ChangeSpec may carry hand-written patches. */
  patch: z.enum(['allow', 'deny']).optional(),
})
export type ContentPolicyInput = z.infer<typeof ContentPolicyInput>

export interface ContentPolicy {
  maxFiles: number
  maxBytes: number
  paths: { deny: readonly string[] }
  secrets: 'deny' | 'mask' | 'allow'
  pii: 'deny' | 'mask' | 'allow'
  patch: 'allow' | 'deny'
}

const defaultPolicy: ContentPolicy = {
  maxFiles: 2000,
  maxBytes: 10_485_760,
  paths: { deny: ['.github/workflows/**'] },
  secrets: 'deny',
  pii: 'mask',
  patch: 'allow',
}

/** The settings given, over the defaults. */
export const contentPolicy = (input: ContentPolicyInput = {}): ContentPolicy => ({
  maxFiles: input.maxFiles ?? defaultPolicy.maxFiles,
  maxBytes: input.maxBytes ?? defaultPolicy.maxBytes,
  paths: { deny: input.paths?.deny ?? defaultPolicy.paths.deny },
  secrets: input.secrets ?? defaultPolicy.secrets,
  pii: input.pii ?? defaultPolicy.pii,
  patch: input.patch ?? defaultPolicy.patch,
})
