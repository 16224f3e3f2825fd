import { z } from 'zod'
import { compileGlob } from '../../platform/glob.ts'
import { compilePattern, type OwnPatternInput } from '../own-patterns.ts'

const checked = (least: number, most: number, check: (text: string) => unknown) =>
  z
    .string()
    .min(least)
    .max(most)
    .superRefine((text, ctx) => {
      try {
        check(text)
      } catch (e) {
        ctx.addIssue({ code: 'custom', message: (e as Error).message })
      }
    })
const PathGlob = checked(1, 1024, compileGlob)
const Verdict = z.enum(['deny', 'mask', 'allow'])
export type Verdict = z.infer<typeof Verdict>
const type = z.string().regex(/^[a-z][a-z0-9-]{0,63}$/, 'expected the type of a finding, such as github-token')

/** As core/gateway/own-patterns.ts says. */
const OwnPattern = z.strictObject({
  name: type,
  pattern: checked(1, 2048, compilePattern),
  keywords: z.array(z.string().min(2).max(64)).max(20).optional(),
  kind: z.enum(['secret', 'pii']).optional(),
})

const settings = {
  maxFiles: z.int().min(1).optional(),
  /** UTF-8 bytes, all files together. */
  maxBytes: z.int().min(1).optional(),
  paths: z.strictObject({ deny: z.array(PathGlob).max(1_000).optional() }).optional(),
  /** By the ending of the name: `pem`, `tar.gz`. */
  fileTypes: z.strictObject({ deny: z.array(z.string().regex(/^[\w.+-]{1,32}$/)).max(1_000) }).optional(),
  /** SPDX identifiers, `*` for any letters: `AGPL-*`. */
  licences: z.strictObject({ deny: z.array(z.string().regex(/^[\w.+*-]{1,64}$/)).max(1_000) }).optional(),
  /** In any letter case; blanks and line ends between words are all one. */
  phrases: z.strictObject({ deny: z.array(z.string().min(3).max(256)).max(200) }).optional(),
  secrets: Verdict.optional(),
  pii: Verdict.optional(),
  /** For single types of findings, before `secrets` and `pii`. */
  kinds: z.record(type, Verdict).optional(),
  /** National numbers of these countries alone, by ISO 3166-1 code; absent: of all. */
  locales: z
    .array(z.string().regex(/^[a-z]{2}$/, 'expected two lower-case letters'))
    .max(250)
    .optional(),
  patterns: z.array(OwnPattern).max(100).optional(),
  /** What is let through though it looks like a secret or personal data. */
  allow: z
    .strictObject({
      /** Of values: HMAC with the operator's key (`valueDigest` in core/gateway/allow.ts). */
      digests: z
        .array(z.string().regex(/^[0-9a-f]{64}$/))
        .max(10_000)
        .optional(),
      paths: z.array(PathGlob).max(1_000).optional(),
      rules: z.array(type).max(1_000).optional(),
    })
    .optional(),
  /** Whether `atomic:allow RULE reason` on a line counts. */
  inlineAllow: z.enum(['allow', 'deny']).optional(),
  /** Whether a ChangeSpec may carry hand-written patches. */
  patch: z.enum(['allow', 'deny']).optional(),
}
const globs = z.array(PathGlob).min(1).max(100).optional()

/** What may be sent out: the `policy` block of `.github/atomic.yml`, and the operator's own policy file. */
export const ContentPolicyInput = z.strictObject({
  ...settings,
  /** Where all that is named fits, these settings stand over those above; later ones over earlier ones. */
  when: z
    .array(
      z.strictObject({
        environment: globs,
        repository: globs,
        destination: globs,
        /** Logins. */
        caller: globs,
        use: z.strictObject(settings),
      }),
    )
    .max(100)
    .optional(),
})
export type ContentPolicyInput = z.infer<typeof ContentPolicyInput>
export type Condition = NonNullable<ContentPolicyInput['when']>[number]

export interface ContentPolicy {
  maxFiles: number
  maxBytes: number
  paths: { deny: readonly string[] }
  fileTypes: { deny: readonly string[] }
  licences: { deny: readonly string[] }
  phrases: { deny: readonly string[] }
  secrets: Verdict
  pii: Verdict
  kinds: Readonly<Record<string, Verdict>>
  locales?: readonly string[]
  patterns: readonly OwnPatternInput[]
  allow: { digests: readonly string[]; paths: readonly string[]; rules: readonly string[] }
  inlineAllow: 'allow' | 'deny'
  patch: 'allow' | 'deny'
  when: readonly Condition[]
}

/**
 * What is kept as evidence, or goes through a proxy that gives back what it hid, is masked: to deny a
 * comment for the secret in it would only lose the comment.
 */
const always: readonly Condition[] = [
  { destination: ['evidence', 'proxy'], use: { secrets: 'mask' } },
  // An agent could write the comment that lets its own secret through.
  { destination: ['proxy'], use: { inlineAllow: 'deny' } },
]

/** The settings given, over the defaults. */
export const contentPolicy = (input: ContentPolicyInput = {}): ContentPolicy => ({
  maxFiles: input.maxFiles ?? 2000,
  maxBytes: input.maxBytes ?? 10_485_760,
  paths: { deny: input.paths?.deny ?? ['.github/workflows/**'] },
  fileTypes: input.fileTypes ?? { deny: [] },
  licences: input.licences ?? { deny: [] },
  phrases: input.phrases ?? { deny: [] },
  secrets: input.secrets ?? 'deny',
  pii: input.pii ?? 'mask',
  kinds: input.kinds ?? {},
  ...(input.locales === undefined ? {} : { locales: input.locales }),
  patterns: input.patterns ?? [],
  allow: {
    digests: input.allow?.digests ?? [],
    paths: input.allow?.paths ?? [],
    rules: input.allow?.rules ?? [],
  },
  inlineAllow: input.inlineAllow ?? 'allow',
  patch: input.patch ?? 'allow',
  when: [...always, ...(input.when ?? [])],
})
