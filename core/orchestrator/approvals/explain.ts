import { type CheckpointName, checkpointNames } from '../../contracts/index.ts'
import { AtomicError } from '../../platform/errors.ts'
import type { MissionPolicy } from '../types.ts'
import type { AtomicConfig } from './config.ts'
import { evaluateApprovals, mayApprove, whoMay } from './evaluate.ts'
import { Facts } from './facts.ts'
import { missionPolicy } from './policy.ts'
import { renderTree, type VerdictTree } from './tree.ts'

export interface Explanation {
  policy: MissionPolicy
  checkpoints: {
    name: CheckpointName
    satisfied: boolean
    have: number
    need: number
    /** In words: whose approval counts. */
    from: string
    selfApproved: boolean
    tree: VerdictTree
    /** Each person that the facts name under `people`: may they approve, and why. */
    people: { login: string; allowed: boolean; reason: string }[]
  }[]
  /** The trees as text. */
  text: string
}

/**
 * What a configuration and a pull request's facts lead to.
 * @throws AtomicError `INVALID_REQUEST` when the facts do not fit.
 */
export function explain(config: AtomicConfig, input: unknown): Explanation {
  const parsed = Facts.safeParse(input)
  if (!parsed.success)
    throw new AtomicError('INVALID_REQUEST', {
      detail: 'The facts do not fit.',
      errors: parsed.error.issues.map((i) => ({ path: i.path.join('.'), message: i.message })),
    })
  const facts = parsed.data
  const policy = missionPolicy(config, facts)
  const checkpoints = checkpointNames.map((name) => {
    const { satisfied, have, need, selfApproved, tree } = evaluateApprovals(policy, name, facts)
    const people = (facts.people ?? []).map((person) => {
      const { allowed, reason } = mayApprove(policy, name, person, facts)
      return { login: person.login, allowed, reason }
    })
    return { name, satisfied, have, need, from: whoMay(policy, name), selfApproved, tree, people }
  })
  return { policy, checkpoints, text: checkpoints.map((c) => renderTree(c.tree)).join('\n') }
}
