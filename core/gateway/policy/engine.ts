import type { Violation } from '../../contracts/index.ts'
import { policyRules, type Subject } from './rules.ts'
import type { ContentPolicy } from './schema.ts'

export interface PolicyDecision {
  decision: 'allow' | 'deny'
  violations: Violation[]
  /** Every rule in the order it was asked, and what it said. */
  trace: { rule: string; verdict: 'pass' | 'deny' | 'failed'; detail: string }[]
}

export type CompiledPolicy = (subject: Subject) => PolicyDecision

const compiled = new WeakMap<ContentPolicy, CompiledPolicy>()

/** Allows only what every rule passes; what cannot be evaluated is denied. */
export function compilePolicy(policy: ContentPolicy): CompiledPolicy {
  const known = compiled.get(policy)
  if (known !== undefined) return known
  const rules = policyRules.map(({ name, compile }) => ({ name, evaluate: compile(policy) }))
  const run: CompiledPolicy = (subject) => {
    const violations: Violation[] = []
    const trace = rules.map(({ name, evaluate }): PolicyDecision['trace'][number] => {
      try {
        const found = evaluate(subject)
        violations.push(...found)
        return found.length === 0
          ? { rule: name, verdict: 'pass', detail: '' }
          : { rule: name, verdict: 'deny', detail: found[0]!.message }
      } catch {
        const message = 'The rule could not be evaluated.'
        violations.push({ rule: name, message })
        return { rule: name, verdict: 'failed', detail: message }
      }
    })
    return { decision: violations.length === 0 ? 'allow' : 'deny', violations, trace }
  }
  compiled.set(policy, run)
  return run
}
