import { AtomicError } from '../../../core/platform/errors.ts'
import type { CommandHandler } from '../command.ts'
import { actorOf, missionOf } from './mission.ts'

/** Takes one's own approval back; nobody can take back another's. */
export const revoke: CommandHandler = {
  verb: 'revoke',
  needs: 'decider',
  async run(context, { checkpoint = 'plan' }) {
    const record = missionOf(context)
    const { login } = context.sender
    const mine = record.approvals.some(
      (a) => !a.withdrawn && a.checkpoint === checkpoint && a.actor.login.toLowerCase() === login.toLowerCase(),
    )
    if (!mine) throw new AtomicError('NOT_FOUND', `You have not approved ${checkpoint}.`)
    await context.parts.orchestrator.withdraw(
      record.mission.missionId,
      { checkpoint, login },
      actorOf(context),
      'Revoked by command.',
    )
    return undefined
  },
}
