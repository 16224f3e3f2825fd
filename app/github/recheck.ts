import { counting } from '../../core/orchestrator/approvals/counting.ts'
import { evaluateApprovals, mayOverride } from '../../core/orchestrator/approvals/evaluate.ts'
import type { ApprovalFact } from '../../core/orchestrator/approvals/facts.ts'
import type { MissionRecord } from '../../core/orchestrator/types.ts'
import { AtomicError } from '../../core/platform/errors.ts'
import { baseStands } from './decisions.ts'
import type { Parts } from './parts.ts'
import { factsOf, personOf, policyOf, senderOf } from './permissions.ts'
import { readPull } from './pull-request.ts'
import { readConfig } from './repository-config.ts'

/**
 * Right before a batch lands: do the approvals of the plan still hold, by policy, permissions and
 * pull request as they are now? @throws AtomicError `NOT_ALLOWED`, `PLAN_CHANGED`.
 */
export function createRecheck(parts: Parts): (record: MissionRecord) => Promise<void> {
  return async ({ mission: { missionId } }) => {
    const record = await parts.orchestrator.record(missionId)
    if (!record) throw new AtomicError('NOT_FOUND', `There is no mission ${missionId}.`)
    await approvalsHold(parts, record)
  }
}

async function approvalsHold(parts: Parts, record: MissionRecord): Promise<void> {
  if (!record.pull) return
  const github = await parts.githubFor(record.pull.installationId)
  const { owner, repo } = record.pull
  const [pull, config] = await Promise.all([readPull(github, record.pull), readConfig(github, { owner, repo })])
  if (pull.state !== 'open') throw new AtomicError('NOT_ALLOWED', 'The pull request is closed.')
  baseStands(pull, record)
  if (record.pull.stacked && pull.headSha !== record.pull.headSha)
    throw new AtomicError('HEAD_MOVED', `The head of the fork is now ${pull.headSha.slice(0, 7)}.`)
  const policy = policyOf(config, pull, record)
  const facts = await factsOf(github, pull, record, policy)
  const approvals = await Promise.all(
    counting(record, 'plan').map(async (approval): Promise<ApprovalFact> => {
      const person = await personOf(github, pull, policy, facts, senderOf(approval))
      const { via, policyDigest } = approval
      return { checkpoint: 'plan', person, via, ...(policyDigest === undefined ? {} : { policyDigest }) }
    }),
  )
  const alone = counting(record, 'plan').find(
    (a) => a.override?.kind === 'emergency' && a.policyDigest === policy.digest,
  )
  if (alone) {
    const { allowed, reason } = mayOverride(policy, await personOf(github, pull, policy, facts, senderOf(alone)), facts)
    if (allowed) return
    throw new AtomicError('NOT_ALLOWED', reason)
  }
  const { satisfied, tree } = evaluateApprovals(policy, 'plan', { ...facts, approvals })
  if (!satisfied)
    throw new AtomicError('NOT_ALLOWED', `The approval of the plan does not hold any more: ${tree.detail}.`)
}
