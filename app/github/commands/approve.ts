import type { CommandContext, CommandHandler } from '../command.ts'
import { established } from '../decisions.ts'
import { missionOf } from './mission.ts'

export const approve: CommandHandler = {
  verb: 'approve',
  needs: 'decider',
  run: (context, command) => decide(context, 'approve', command),
}

export async function decide(
  context: CommandContext,
  decision: 'approve' | 'reject',
  { checkpoint = 'plan', sha, reason }: Parameters<CommandHandler['run']>[1],
): Promise<undefined> {
  const { parts, github, pull, sender, via, reference, said, mark, emergency } = context
  const record = missionOf(context)
  const named = sha ?? context.sha
  const given = await established(parts, github, pull, record, {
    checkpoint,
    decision,
    sender,
    via,
    reference,
    ...(named === undefined ? {} : { sha: named }),
    ...(said === undefined ? {} : { said }),
    ...(emergency === undefined ? {} : { emergency }),
    ...(mark === undefined || decision === 'reject' ? {} : { mark }),
    ...(reason === undefined ? {} : { comment: reason }),
  })
  await parts.orchestrator.decide(record.mission.missionId, given)
}
