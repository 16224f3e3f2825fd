import type { CheckpointName } from '../../../core/contracts/index.ts'
import { AtomicError } from '../../../core/platform/errors.ts'
import type { CommandContext } from '../command.ts'
import { approvalsText, approveCommand } from '../render/facts.ts'
import { standing } from '../render/standing.ts'
import { missionOf } from './mission.ts'

/** Puts the work of a checkpoint on; where a person is asked first, says so. */
export async function workOn(context: CommandContext, checkpoint?: CheckpointName): Promise<string | undefined> {
  const record = missionOf(context)
  if (checkpoint) {
    const state = standing(record, checkpoint)
    if (state === 'done') return `${checkpoint} is done.`
    if (state === 'asks a person')
      throw new AtomicError(
        'CHECKPOINT_ORDER',
        `${checkpoint} waits for a person: ${approvalsText(record, checkpoint).replaceAll('`', '')}. ${approveCommand(record, checkpoint)}`,
      )
  }
  await context.parts.orchestrator.retry(record.mission.missionId, checkpoint)
  return undefined
}
