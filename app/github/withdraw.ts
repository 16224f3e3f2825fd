import type { Parts } from './parts.ts'
import type { PullName } from './pull-request.ts'

/** The words that an approval was given by were changed or are gone: so is the approval. */
export async function withdrawBy(
  parts: Parts,
  pull: PullName,
  reference: string,
  by: { login: string; bot: boolean },
  reason: string,
): Promise<void> {
  for (const record of await parts.orchestrator.ofPull(pull.owner, pull.repo, pull.number)) {
    if (!record.approvals.some((a) => a.reference === reference && !a.withdrawn)) continue
    const actor = { login: by.login, type: by.bot ? ('agent' as const) : ('human' as const) }
    await parts.orchestrator.withdraw(record.mission.missionId, { reference }, actor, reason)
  }
}
