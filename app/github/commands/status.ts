import { type CheckpointName, checkpointNames } from '../../../core/contracts/index.ts'
import { boundTo, quorum } from '../../../core/orchestrator/approvals/counting.ts'
import { evaluateApprovals } from '../../../core/orchestrator/approvals/evaluate.ts'
import type { ApprovalFact } from '../../../core/orchestrator/approvals/facts.ts'
import { renderTree } from '../../../core/orchestrator/approvals/tree.ts'
import type { CommandContext, CommandHandler } from '../command.ts'
import { factsOf, personOf, policyOf, senderOf } from '../permissions.ts'
import { fenced } from '../render/escape.ts'
import { currentCheckpoint } from '../render/standing.ts'
import { readConfig } from '../repository-config.ts'
import { missionOf } from './mission.ts'

/** Where the mission stands, and as a tree why. */
export const status: CommandHandler = {
  verb: 'status',
  needs: 'author',
  async run(context) {
    const record = missionOf(context)
    const name = currentCheckpoint(record)
    const { status } = record.mission
    if (status !== 'open') return `The mission is ${status}.`
    const asked = checkpointNames.filter((c) => quorum(record, c) > 0)
    const trees = await explain(context, asked.includes(name) ? [name] : asked)
    return `The mission is at **${name}**.${trees === '' ? '' : `\n\n${fenced(trees, 'text')}`}`
  },
}

async function explain(context: CommandContext, names: CheckpointName[]): Promise<string> {
  const { github, pull } = context
  const record = missionOf(context)
  const policy = policyOf(await readConfig(github, { owner: pull.owner, repo: pull.repo }), pull, record)
  const facts = await factsOf(github, pull, record, policy)
  const approvals: ApprovalFact[] = []
  for (const given of record.approvals.filter((a) => names.includes(a.checkpoint))) {
    const now = boundTo(record, given.checkpoint)
    approvals.push({
      checkpoint: given.checkpoint,
      decision: given.decision,
      person: await personOf(github, pull, policy, facts, senderOf(given)),
      via: given.via,
      withdrawn: given.withdrawn !== undefined,
      stale: given.headSha !== now.headSha || given.planDigest !== now.planDigest,
      ...(given.policyDigest === undefined ? {} : { policyDigest: given.policyDigest }),
    })
  }
  return names.map((name) => renderTree(evaluateApprovals(policy, name, { ...facts, approvals }).tree)).join('\n')
}
