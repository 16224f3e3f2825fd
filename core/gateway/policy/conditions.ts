import { compileGlob } from '../../platform/glob.ts'
import type { Condition, ContentPolicy } from './schema.ts'

/** Who sends what where. */
export interface Circumstances {
  environment?: string | undefined
  repository?: string | undefined
  destination?: string | undefined
  caller?: string | undefined
}

const aspects = ['environment', 'repository', 'destination', 'caller'] as const

/** What is asked for and not known does not fit. */
function fits(condition: Condition, given: Circumstances): boolean {
  return aspects.every((aspect) => {
    const globs = condition[aspect]
    if (globs === undefined) return true
    const value = given[aspect]
    return value !== undefined && globs.some((glob) => compileGlob(glob)(value))
  })
}

const resolved = new WeakMap<ContentPolicy, Map<string, ContentPolicy>>()

/** The policy as it stands for these circumstances; the same object for the same conditions, so that it is compiled once. */
export function policyUnder(policy: ContentPolicy, given: Circumstances): ContentPolicy {
  const chosen = policy.when.filter((condition) => fits(condition, given))
  if (chosen.length === 0) return policy
  const id = chosen.map((condition) => policy.when.indexOf(condition)).join()
  const known = resolved.get(policy) ?? new Map<string, ContentPolicy>()
  resolved.set(policy, known)
  const before = known.get(id)
  if (before !== undefined) return before
  let now = policy
  for (const { use } of chosen) {
    const { allow, paths, kinds, ...rest } = use
    const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined))
    now = {
      ...now,
      ...given,
      kinds: { ...now.kinds, ...kinds },
      ...(paths?.deny === undefined ? {} : { paths: { deny: paths.deny } }),
      ...(allow === undefined
        ? {}
        : {
            allow: {
              digests: allow.digests ?? now.allow.digests,
              paths: allow.paths ?? now.allow.paths,
              rules: allow.rules ?? now.allow.rules,
            },
          }),
    }
  }
  known.set(id, now)
  return now
}
