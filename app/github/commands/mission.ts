import type { Actor } from '../../../core/contracts/index.ts'
import type { MissionRecord } from '../../../core/orchestrator/types.ts'
import { AtomicError } from '../../../core/platform/errors.ts'
import type { CommandContext } from '../command.ts'

/** @throws AtomicError `NOT_FOUND` where the pull request has no mission. */
export function missionOf({ record }: CommandContext): MissionRecord {
  if (!record)
    throw new AtomicError('NOT_FOUND', 'There is no mission on this pull request: add a ChangeSpec, then /atomic plan.')
  return record
}

export const actorOf = ({ sender }: CommandContext): Actor => ({
  login: sender.login,
  type: sender.bot || sender.app !== undefined ? 'agent' : 'human',
})
