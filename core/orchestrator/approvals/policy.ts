import type { Risk } from '../../contracts/changespec.ts'
import { type CheckpointName, checkpointNames } from '../../contracts/index.ts'
import { canonicalDigest } from '../../platform/canonical.ts'
import { compileGlobs } from '../../platform/glob.ts'
import type { ApprovalRule, MissionPolicy } from '../types.ts'
import { type AtomicConfig, overlay, type RuleInput } from './config.ts'

const writers = ['write', 'maintain', 'admin']

/** One person with write access looks at the plan; the rest follows from it. */
const defaultRule = (checkpoint: CheckpointName): ApprovalRule => ({
  required: checkpoint === 'plan' ? 1 : 0,
  from: { roles: [...writers], teams: [], users: [], codeowners: false },
  reviews: false,
})

/** What a configuration asks of a mission of this risk that touches these paths. */
export function missionPolicy(config: AtomicConfig, mission: { risk: Risk; paths: readonly string[] }): MissionPolicy {
  const matching = config.approvals.byPath.filter(({ paths }) => mission.paths.some(compileGlobs(paths)))
  const rule = (checkpoint: CheckpointName): ApprovalRule => {
    const base = overlay(
      overlay(defaultRule(checkpoint), config.approvals[checkpoint]),
      config.approvals.byRisk[mission.risk]?.[checkpoint],
    ) as ApprovalRule
    return matching.reduce((so, entry) => stricter(so, entry[checkpoint]), base)
  }
  const { required, test, mutation } = config.verify
  const policy: Omit<MissionPolicy, 'digest'> = {
    approvals: Object.fromEntries(checkpointNames.map((c) => [c, rule(c)])) as MissionPolicy['approvals'],
    solo: config.approvals.solo,
    ...(config.approvals.emergency ? { emergency: config.approvals.emergency } : {}),
    agents: [...config.agents],
    verify: {
      required,
      ...(test === undefined ? {} : { test }),
      ...(mutation === undefined
        ? {}
        : {
            mutation: {
              ...(mutation.minScore === undefined ? {} : { minScore: mutation.minScore }),
              ...(mutation.maxMutants === undefined ? {} : { maxMutants: mutation.maxMutants }),
            },
          }),
    },
  }
  return { digest: canonicalDigest(policy), ...policy }
}

function stricter(rule: ApprovalRule, more: RuleInput | undefined): ApprovalRule {
  if (more === undefined) return rule
  const merged = overlay(rule, more) as ApprovalRule
  return {
    required: Math.max(rule.required, merged.required),
    from: { ...merged.from, codeowners: rule.from.codeowners || merged.from.codeowners },
    reviews: rule.reviews && merged.reviews,
  }
}
