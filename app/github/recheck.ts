import { counting } from '../../core/orchestrator/approvals/counting.ts'
import { evaluateApprovals } from '../../core/orchestrator/approvals/evaluate.ts'
import type { ApprovalFact } from '../../core/orchestrator/approvals/facts.ts'
import type { MissionRecord } from '../../core/orchestrator/types.ts'
import { AtomicError } from '../../core/platform/errors.ts'
import type { Parts } from './parts.ts'
import { factsOf, personOf, policyOf, senderOf } from './permissions.ts'
import { readPull } from './pull-request.ts'
import { readConfig } from './repository-config.ts'

/** What GitHub said holds for the batches that follow at once. */
const freshMs = 10_000

/**
 * Right before a batch lands: do the approvals of the plan still hold, by policy and permissions as
 * they are now? @throws AtomicError `NOT_ALLOWED`.
 */
export function createRecheck(parts: Parts): (record: MissionRecord) => Promise<void> {
  const held = new Map<string, number>()
  return async ({ mission: { missionId } }) => {
    const record = await parts.orchestrator.record(missionId)
    if (!record) throw new AtomicError('NOT_FOUND', `There is no mission ${missionId}.`)
    const standing = counting(record, 'plan')
    const key = `${missionId} ${standing.map((a) => a.actor.login).join(' ')}`
    const now = parts.clock.now()
    if ((held.get(key) ?? 0) > now - freshMs) return
    await approvalsHold(parts, record)
    held.clear()
    held.set(key, now)
  }
}

async function approvalsHold(parts: Parts, record: MissionRecord): Promise<void> {
  if (!record.pull) return
  const github = await parts.githubFor(record.pull.installationId)
  const pull = await readPull(github, record.pull)
  if (pull.state !== 'open') throw new AtomicError('NOT_ALLOWED', 'The pull request is closed.')
  const policy = policyOf(await readConfig(github, { owner: pull.owner, repo: pull.repo }), pull, record)
  const facts = await factsOf(github, pull, record, policy)
  const given: ApprovalFact[] = []
  for (const approval of counting(record, 'plan')) {
    const person = await personOf(github, pull, policy, facts, senderOf(approval))
    const { via, policyDigest } = approval
    given.push({ checkpoint: 'plan', person, via, ...(policyDigest === undefined ? {} : { policyDigest }) })
  }
  const { satisfied, tree } = evaluateApprovals(policy, 'plan', { ...facts, approvals: given })
  if (!satisfied)
    throw new AtomicError('NOT_ALLOWED', `The approval of the plan does not hold any more: ${tree.detail}.`)
}
