import type { Invariant, InvariantResult } from '../contracts/index.ts'
import type { InvariantCheck, InvariantContext } from './invariant.ts'
import { apiCompat } from './invariants/api-compat.ts'
import { regex } from './invariants/regex.ts'
import { semanticRule } from './invariants/semantic-rule.ts'
import { symbolExists } from './invariants/symbol-exists.ts'
import { typecheck } from './invariants/typecheck.ts'

const checks: readonly InvariantCheck[] = [
  typecheck,
  symbolExists,
  apiCompat,
  regex,
  semanticRule,
] as unknown as InvariantCheck[]

/** Judges a result, one answer for each invariant, in their order. */
export function checkInvariants(invariants: readonly Invariant[], context: InvariantContext): InvariantResult[] {
  return invariants.map((invariant) => {
    const started = performance.now()
    const check = checks.find((c) => c.type === invariant.type) as InvariantCheck
    const finding = check.check(invariant as never, context)
    return { type: invariant.type, ...finding, durationMs: Math.round(performance.now() - started) }
  })
}
