import { isAtomicError } from '../../core/platform/errors.ts'
import { established } from './decisions.ts'
import { pickMission } from './missions.ts'
import type { Parts } from './parts.ts'
import type { Sender } from './permissions.ts'
import { type PullName, readPull } from './pull-request.ts'
import { currentCheckpoint, standing } from './render/standing.ts'
import { readSaid } from './said.ts'

/** An approving review counts for the checkpoint that asks a person now, where policy lets reviews count. */
export async function approveByReview(
  parts: Parts,
  given: { pull: PullName; sender: Sender; reference: string; node: string; sha?: string },
): Promise<void> {
  const record = pickMission(await parts.orchestrator.ofPull(given.pull.owner, given.pull.repo, given.pull.number))
  if (!record) return
  const checkpoint = currentCheckpoint(record)
  if (standing(record, checkpoint) !== 'asks a person' || given.sha === undefined) return
  const github = await parts.githubFor(given.pull.installationId)
  const said = await readSaid(github, given.node, given.pull)
  if (!said?.approves) return
  const pull = await readPull(github, given.pull)
  try {
    const { sender, reference, sha } = given
    const decision = await established(parts, github, pull, record, {
      checkpoint,
      decision: 'approve',
      sender,
      via: 'review',
      reference,
      sha,
      said,
    })
    if (decision.policy?.approvals[checkpoint].reviews !== true) return
    await parts.orchestrator.decide(record.mission.missionId, decision)
  } catch (error) {
    // A review says what it says to GitHub; that it does not count here is no fault of it.
    if (!isAtomicError(error) || error.status >= 500 || error.code === 'RATE_LIMITED') throw error
    parts.log.info({ code: error.code, reference: given.reference }, 'a review does not count as an approval')
  }
}
