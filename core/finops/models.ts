import { type ModelPolicy, ModelPolicyInput } from '../contracts/finops.ts'
import { AtomicError, isAtomicError } from '../platform/errors.ts'
import type { Store } from '../storage/store.ts'

const collection = 'finops.policies'
const key = 'models'

/** Before anybody wrote a policy, every model may be used. */
const initial: ModelPolicy = { rules: [], default: 'allow', version: 0 }

/** The routing policy that stands; version 0 is the initial one. */
export async function readModelPolicy(store: Store): Promise<ModelPolicy> {
  const row = await store.get<ModelPolicyInput>(collection, key)
  return row ? { ...row.value, version: row.version } : initial
}

/** Versions that an `If-Match` names: `"3"`, `W/"3"`, `"3", "4"`, `*`. */
function matches(ifMatch: string, version: number): boolean {
  if (ifMatch.trim() === '*') return version > 0
  return ifMatch.split(',').some((tag) => /^\s*(?:W\/)?"?(\d+)"?\s*$/.exec(tag)?.[1] === String(version))
}

/**
 * Replaces the policy; with `ifMatch` only the version that it names.
 * @throws AtomicError `STALE_VERSION`, `INVALID_REQUEST`.
 */
export async function replaceModelPolicy(store: Store, policy: unknown, ifMatch?: string): Promise<ModelPolicy> {
  const parsed = ModelPolicyInput.safeParse(policy)
  if (!parsed.success)
    throw new AtomicError('INVALID_REQUEST', {
      detail: 'The routing policy does not fit.',
      errors: parsed.error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message })),
    })
  for (;;) {
    const { version } = await readModelPolicy(store)
    if (ifMatch !== undefined && !matches(ifMatch, version))
      throw new AtomicError('STALE_VERSION', `The routing policy has version ${version}.`)
    try {
      await store.commit([{ put: { collection, key, value: parsed.data, expect: version } }])
      return { ...parsed.data, version: version + 1 }
    } catch (error) {
      if (!isAtomicError(error, 'VERSION_CONFLICT')) throw error
    }
  }
}
